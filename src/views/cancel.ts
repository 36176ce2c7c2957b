/** How cancelling speaks, and the report of jobs that go on all the same. */
import type { Operation } from '../history/records/operation';
import type { Job } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, type Message, section } from './kit';
import type { OperationWords } from './operation';
import { rowForList } from './rowForList';
import { duration } from './time';
import { count } from './words';

export const CANCEL_WORDS: OperationWords = {
  command: 'cancel',
  verb: 'cancel',
  doing: 'cancelling',
  did: 'cancelled',
  main: 'stopped',
  outcomes: {
    /** Batch took the request. */
    stopped: 'cancelled',
    ended: 'had finished',
    /** Somebody's request stood already. */
    stopping: 'already being stopped',
    gone: 'Batch knew no more',
    /** Of those that were asked for by their state. */
    started: 'had started: left alone',
    moved: 'in another state by then: left alone',
    partly: 'cancelled but for children in other states',
    failed: 'failed',
  },
  preview: {
    leave: 'Keep',
    style: 'danger',
    exactly: 'Exactly these jobs, looked at again when you confirm; those that end before are left alone.',
    final: "This can't be undone.",
    takesReason: true,
  },
};

/** Cancelling what is in a queue, asked for by the verb `queue`. */
export const CLEAR_WORDS: OperationWords = { ...CANCEL_WORDS, command: 'queue' };

const MOST_LISTED = 10;

/** @param unseen how many more there may be */
export function stillRunning(operation: Operation, jobs: readonly Job[], unseen: number, now: number): Message {
  const n = jobs.length + unseen;
  const what = `${unseen > 0 ? 'up to ' : ''}${count(n, 'job')}`;
  const since = duration(now - (operation.endedAt ?? now));
  const [first] = jobs;
  const text = `${what} of operation ${operation.op} ${n === 1 ? 'has' : 'have'} not ended ${since} after Batch took the request to stop ${n === 1 ? 'it' : 'them'}.`;
  return {
    text,
    blocks: [
      section(
        `${text} Batch gives a container 30 seconds after SIGTERM; longer than that, its instance may not answer any more.`,
      ),
      context(
        [
          ...jobs.slice(0, MOST_LISTED).map((job) => shortLine(rowForList(job), now)),
          ...(n > MOST_LISTED ? [`and ${count(n - Math.min(jobs.length, MOST_LISTED), 'more')}`] : []),
        ].join('\n'),
      ),
      ...(first === undefined
        ? []
        : [
            actions(
              button({ label: 'Job', command: `job ${first.id}`, says: 'Show the first of these jobs' }),
              button({ label: 'Instances', command: 'instances' }),
            ),
          ]),
    ],
  };
}
