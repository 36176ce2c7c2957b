/** The jobs that a job waits for, in words: those it depends on, and the children of an array. */
import { isLost, type Job } from '../jobs/job';
import type { Obstacle } from '../jobs/waiting';
import type { Awaited } from '../jobs/waitingFor';
import { titled } from './explanation';
import { childrenWords, nameOf } from './jobLine';
import { code, cut, escaped, prose } from './kit';
import type { Words } from './obstacle';
import { stateWord } from './status';
import { count, number } from './words';

/** Nothing to do. */
const isIdle = (step = ''): boolean => step === '' || step.startsWith('Nothing needs to be done');

function awaitedLine({ id, kind, job }: Awaited): string {
  const name = job === undefined ? code(id) : escaped(titled(job));
  const how = kind === 'N_TO_N' ? ' (its own index)' : kind === 'SEQUENTIAL' ? ' (the child before it)' : '';
  if (job === undefined) return `${name}${how}: Batch knows it no more`;
  const state = isLost(job) ? 'lost' : stateWord(job);
  return `${name}${how}: ${state}${job.name === undefined ? '' : `, ${code(id)}`}`;
}

export function dependencyWords(
  { waiting, failed, unknown, done, beyond }: Extract<Obstacle, { kind: 'dependencies' }>,
  itsOwn?: Words,
): Words {
  const [broken] = failed;
  const all = waiting.length + failed.length + unknown.length + done;
  const [first] = waiting;
  const sentence =
    broken !== undefined
      ? `${nameOf(broken.job ?? broken)}, which it depends on, failed: Batch will fail it too.`
      : all === 1 && first !== undefined
        ? `Waits for ${titled(first.job ?? first)}, which is ${first.job === undefined ? 'unknown' : stateWord(first.job)}.`
        : `Waits for ${count(waiting.length + unknown.length, 'job')} that it depends on${done > 0 ? `; ${number(done)} of ${number(all)} are done` : ''}.`;
  const lines = [...failed, ...waiting, ...unknown].map(awaitedLine);
  const look = broken ?? first;
  return {
    sentence,
    evidence: [
      ...(broken === undefined && beyond !== undefined && itsOwn !== undefined
        ? [`${escaped(titled(beyond.job))} has not started: ${prose(itsOwn.sentence)}`]
        : []),
      ...lines.slice(0, 8),
      ...(lines.length > 8 ? [`and ${count(lines.length - 8, 'more job')}`] : []),
    ],
    nextStep:
      broken !== undefined
        ? 'See why that job failed and run it again, then submit this one again.'
        : isIdle(itsOwn?.nextStep)
          ? 'Nothing needs to be done as long as those go on: it starts when all of them have succeeded.'
          : `${titled(beyond?.job ?? look ?? { id: '' })} does not go on by itself. ${itsOwn?.nextStep ?? ''}`,
    links: look === undefined ? [] : [{ label: `Why ${cut(titled(look.job ?? look), 60)}`, command: `why ${look.id}` }],
  };
}

/** @param child one that waits */
export function childWords(job: Job, child: string | undefined): Words {
  const waiting = (job.children?.counts.RUNNABLE ?? 0) + (job.children?.counts.PENDING ?? 0);
  const running = (job.children?.counts.RUNNING ?? 0) + (job.children?.counts.STARTING ?? 0);
  return {
    sentence: `An array is pending until its last child ends: ${number(running)} run, ${number(waiting)} wait.`,
    evidence: [
      ...(childrenWords(job) === undefined ? [] : [escaped(childrenWords(job) ?? '')]),
      ...(job.properties?.sequential === true ? ['Its children run one after the other (SEQUENTIAL).'] : []),
    ],
    nextStep: child === undefined ? '' : 'Ask why of one that waits.',
    links: [
      ...(child === undefined
        ? []
        : [{ label: `Why child ${child.split(':')[1] ?? ''} waits`, command: `why ${child}` }]),
      { label: 'Children', command: `search array:${job.id}` },
    ],
  };
}
