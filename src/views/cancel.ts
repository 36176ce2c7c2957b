/** Cancelling: the preview that is confirmed, the message that moves, and how it ended. */
import type { InputBlock } from '@slack/types';
import type { Operation, Outcome } from '../history/operations';
import type { JobRow } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, cut, dotted, escaped, LIMITS, type Message, section } from './kit';
import { stateWord } from './status';
import { ago, duration } from './time';
import { count, number, some } from './words';

/** How many jobs the preview lists; its search lists all. */
const MOST_LISTED = 8;

export interface PreviewProps {
  operation: Operation;
  jobs: readonly JobRow[];
  /** How many array children are named by their parent alone. */
  covered: number;
  userOf: (job: JobRow) => string | undefined;
  /** The name of the person who asks, who is `you` among the owners. */
  asker: string;
  /** The search to see all of them, if they came from one. */
  search: string | undefined;
  now: number;
}

/** `14 jobs`, `1 array of 2,000 children`, `3 jobs and 2 arrays of 40 children`: everything that ends when these are cancelled. */
export function whatWords(jobs: readonly JobRow[]): string {
  const parents = jobs.filter(({ arraySize }) => arraySize !== undefined);
  const singles = jobs.length - parents.length;
  const children = parents.reduce((sum, { arraySize }) => sum + (arraySize ?? 0), 0);
  const parts = [
    ...(singles > 0 ? [count(singles, 'job')] : []),
    ...(parents.length > 0 ? [`${count(parents.length, 'array')} of ${count(children, 'child', 'children')}`] : []),
  ];
  return parts.join(' and ');
}

/** `spot-p1 (201), ondemand (13)`, most first. */
function tally(values: readonly string[], most: number): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return some(
    sorted.map(([value, n]) => `${value} (${number(n)})`),
    most,
  );
}

const reasonInput: InputBlock = {
  type: 'input',
  block_id: 'reason',
  optional: true,
  label: { type: 'plain_text', text: 'Reason' },
  element: {
    type: 'plain_text_input',
    action_id: 'reason',
    max_length: 300,
    placeholder: { type: 'plain_text', text: 'Kept by Batch with each job' },
  },
};

export function cancelPreview({ operation, jobs, covered, userOf, asker, search, now }: PreviewProps): Message {
  const n = jobs.length;
  const states = tally(jobs.map(stateWord), 7);
  const queues = tally(
    jobs.map((job) => job.queue ?? 'no queue known'),
    4,
  );
  const owners = tally(
    jobs.map((job) => {
      const user = userOf(job);
      return user?.toLowerCase() === asker.toLowerCase() ? 'you' : (user ?? 'no submitter tag');
    }),
    4,
  );
  const ages = jobs.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [createdAt]));
  const { what } = operation;
  const title = `Cancel ${what}?`;
  const lines = [
    `*${title}*`,
    `States: ${escaped(states)}`,
    `Queues: ${escaped(queues)}`,
    `Owners: ${escaped(owners)}`,
    ...(ages.length === 0 ? [] : [`Oldest ${ago(Math.min(...ages), now)}, newest ${ago(Math.max(...ages), now)}`]),
    ...(covered === 0
      ? []
      : [
          `${count(covered, 'child', 'children')} that the search found too ${covered === 1 ? 'goes' : 'go'} with the array.`,
        ]),
  ];
  const listed = jobs.slice(0, MOST_LISTED);
  return {
    text: `${title} ${states}; in ${queues}.`,
    blocks: [
      section(lines.join('\n')),
      context(
        [
          ...listed.map((job) => shortLine(job, now)),
          ...(n > listed.length ? [`and ${count(n - listed.length, 'more job')}`] : []),
        ].join('\n'),
      ),
      reasonInput,
      context(
        `Operation ${operation.op}. Exactly these jobs, looked at again when you confirm; those that end before are left alone. The button works for ${duration(operation.expiresAtMs - now)}.`,
      ),
      actions(
        button({ label: n === 1 ? 'Keep it' : 'Keep them', command: `cancel --keep ${operation.op}`, replace: true }),
        ...(search === undefined || n <= listed.length
          ? []
          : [button({ label: 'See all', command: search, says: 'List all of the jobs that would be cancelled' })]),
        button({
          label: `Cancel ${what}`,
          command: `cancel --confirm ${operation.op}`,
          replace: true,
          style: 'danger',
          confirm: {
            title: title,
            text: `${cut(`${states}; in ${queues}.`, 260)} This can't be undone.`,
            confirm: `Cancel ${what}`.length <= LIMITS.confirmButton ? `Cancel ${what}` : 'Cancel them',
            deny: n === 1 ? 'Keep it' : 'Keep them',
          },
        }),
      ),
    ],
  };
}

export interface Tally {
  stopped: number;
  ended: number;
  stopping: number;
  gone: number;
  failed: number;
}

export function tallyOf(outcomes: Iterable<Outcome>): Tally {
  const sums: Tally = { stopped: 0, ended: 0, stopping: 0, gone: 0, failed: 0 };
  for (const { outcome } of outcomes) sums[outcome]++;
  return sums;
}

const doneOf = (sums: Tally): number => sums.stopped + sums.ended + sums.stopping + sums.gone + sums.failed;

function outcomeWords(sums: Tally): string {
  const parts = [
    sums.stopped > 0 ? `${number(sums.stopped)} cancelled` : undefined,
    sums.ended > 0 ? `${number(sums.ended)} had finished` : undefined,
    sums.stopping > 0 ? `${number(sums.stopping)} already being stopped` : undefined,
    sums.gone > 0 ? `${number(sums.gone)} Batch knew no more` : undefined,
    sums.failed > 0 ? `${number(sums.failed)} failed` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'nothing done' : dotted(parts);
}

/** Eight cells, for a glance; the numbers stand beside it. */
function bar(done: number, all: number): string {
  const cells = all === 0 ? 8 : Math.round((done / all) * 8);
  return '▓'.repeat(cells) + '░'.repeat(8 - cells);
}

const because = (operation: Operation): string =>
  operation.reason === undefined ? '' : `\nReason: ${escaped(operation.reason)}`;

/** The message in the channel while the operation runs. */
export function cancelProgress(operation: Operation, sums: Tally, now: number): Message {
  const by = operation.startedBy?.id ?? operation.askedBy.id;
  const done = doneOf(sums);
  const seconds = Math.max(1, (now - (operation.startedAt ?? now)) / 1_000);
  const rate = done / seconds;
  const left =
    rate > 0
      ? `  ·  ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s, ${duration(((operation.count - done) / rate) * 1_000)} left`
      : '';
  const halting = operation.state === 'halting';
  return {
    text: `${operation.startedBy?.name ?? operation.askedBy.name} is cancelling ${operation.what}: ${number(done)} of ${number(operation.count)} done.`,
    blocks: [
      section(
        `<@${by}> is cancelling ${operation.what} (op ${operation.op})${because(operation)}\n${bar(done, operation.count)} ${number(done)} of ${number(operation.count)}  ·  ${outcomeWords(sums)}${left}${halting ? '\nStopping after the ones at hand…' : ''}`,
      ),
      ...(halting
        ? []
        : [
            actions(
              button({
                label: 'Stop',
                command: `cancel --stop ${operation.op}`,
                style: 'danger',
                says: `Stop operation ${operation.op} and leave the rest running`,
              }),
            ),
          ]),
    ],
  };
}

/** Below this a duration says nothing. */
const LONG_MS = 5_000;

/** How it ended; failures are listed, one a line. */
export function cancelResult(operation: Operation, outcomes: readonly Outcome[]): Message {
  const sums = tallyOf(outcomes);
  const by = operation.startedBy?.id ?? operation.askedBy.id;
  const left = operation.count - outcomes.length;
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const words = `${outcomeWords(sums)}${left > 0 ? `  ·  ${number(left)} left alone: it was stopped` : ''}`;
  const tookMs =
    operation.startedAt === undefined ? 0 : (operation.endedAt ?? operation.startedAt) - operation.startedAt;
  const took = tookMs < LONG_MS ? '' : ` in ${duration(tookMs)}`;
  const did = sums.stopped > 0 ? 'cancelled' : 'cancelled nothing of';
  return {
    text: `${operation.startedBy?.name ?? operation.askedBy.name} ${did} ${operation.what} (op ${operation.op}): ${words}.`,
    blocks: [
      section(
        `<@${by}> ${did} ${operation.what}: ${escaped(cut(operation.named, 200))} (op ${operation.op})${because(operation)}\n${words}${took}`,
      ),
      ...(failures.length === 0
        ? []
        : [
            section(
              cut(
                failures
                  .slice(0, 10)
                  .map(({ id, why }) => `${escaped(id)}: ${escaped(cut(why ?? 'no reason given', 200))}`)
                  .join('\n') + (failures.length > 10 ? `\nand ${count(failures.length - 10, 'more')}` : ''),
                2_900,
              ),
            ),
            actions(
              button({
                label: `Try the ${failures.length === 1 ? 'failed one' : `${failures.length} failed ones`} again`,
                command: `cancel --again ${operation.op}`,
              }),
            ),
          ]),
    ],
  };
}

export const cancelKept = (operation: Operation): Message => ({
  text: `Nothing was cancelled (op ${operation.op}).`,
  blocks: [
    section(
      `Nothing was cancelled: ${operation.what} ${operation.count === 1 ? 'goes' : 'go'} on (op ${operation.op}).`,
    ),
  ],
});

export const cancelStarted = (operation: Operation): Message => ({
  text: `Cancelling ${operation.what} (op ${operation.op}). A message of its own shows how it goes.`,
  blocks: [section(`Cancelling ${operation.what} (op ${operation.op}). A message of its own shows how it goes.`)],
});
