/** What a job waits for and consists of, in lines: its place in the queue, dependencies, containers and nodes. */
import { causeOf, exitMeaning } from '../jobs/causes';
import { type ContainerRun, isDone, type Job } from '../jobs/job';
import { type Dependency, nodeIndexOf, propertiesOf, type Surroundings } from '../jobs/surroundings';
import { nameOf } from './jobLine';
import { cut, cutMiddle, dotted, escaped } from './kit';
import { sign, stateWord } from './status';
import { count, number } from './words';

/** So many jobs a queue's snapshot tells (https://docs.aws.amazon.com/batch/latest/APIReference/API_FrontOfQueueDetail.html). */
const SNAPSHOT = 100;

/** `place 3 in its queue`; nothing of a job that is too new to be among those that AWS counted. */
export function positionWords(position: Surroundings['position']): string | undefined {
  if (position === undefined) return undefined;
  if (position.place !== undefined) return `place ${number(position.place)} in its queue`;
  return position.of < SNAPSHOT ? undefined : `behind the first ${number(position.of)} of its queue`;
}

/** `✖ sort-1 (failed)`; an id where nothing is known of it. */
export const dependencyWords = ({ id, job }: Dependency): string =>
  job === undefined ? `${id} (not known)` : `${sign(job)} ${cutMiddle(nameOf(job), 60)} (${stateWord(job)})`;

const MOST_DEPENDENCIES = 5;

/** Those that hold the job up come first. */
const order = ({ job }: Dependency): number => (job?.status === 'SUCCEEDED' ? 2 : job?.status === 'FAILED' ? 0 : 1);

export function dependencyLine(job: Job, around: Surroundings): string | undefined {
  const { sequential } = propertiesOf(job, around);
  const waits = [...around.dependencies].sort((a, b) => order(a) - order(b));
  const shown = waits.slice(0, MOST_DEPENDENCIES).map(dependencyWords);
  const rest = waits.length - shown.length;
  const parts = [
    ...(sequential ? ['each child on the one before it'] : []),
    ...shown,
    ...(rest > 0 ? [`${number(rest)} more`] : []),
  ];
  return parts.length === 0 ? undefined : `depends on ${escaped(parts.join(', '))}`;
}

/** `main ✖ exit 3: the command itself reported an error: oh` */
export function runOfContainer(
  { name = 'container', exitCode, reason }: ContainerRun,
  job: Pick<Job, 'status'>,
): string {
  const state =
    exitCode !== undefined
      ? `${exitCode === 0 ? '✔' : '✖'} exit ${exitCode}: ${exitMeaning(exitCode)}`
      : reason !== undefined || isDone(job)
        ? `${job.status === 'SUCCEEDED' ? '✔' : '✖'} no exit code`
        : `${sign({ ...job, seenAt: 0 })} ${job.status.toLowerCase()}`;
  return `${escaped(cut(name, 80))} ${escaped(state)}${reason === undefined ? '' : `: ${escaped(cut(reason, 200))}`}`;
}

const MOST_NODES = 8;

/** `node 1 ✖ failed: out of memory`, those that failed first and the main one among them. */
export function nodeLines(job: Job, around: Surroundings): string[] {
  const { mainNode = 0 } = propertiesOf(job, around);
  const nodes = around.nodes ?? [];
  if (nodes.length === 0) return [`main node ${mainNode}`];
  const index = (node: Job): number => nodeIndexOf(node.id) ?? 0;
  const weight = (node: Job): number => (node.status === 'FAILED' ? 0 : index(node) === mainNode ? 1 : 2);
  const shown = [...nodes].sort((a, b) => weight(a) - weight(b) || index(a) - index(b)).slice(0, MOST_NODES);
  const rest = (job.nodes ?? nodes.length) - shown.length;
  return [
    ...shown.map((node) => {
      const cause = node.status === 'FAILED' ? causeOf(node)?.headline : undefined;
      const exit = node.exitCode === undefined || cause !== undefined ? '' : `, exit ${node.exitCode}`;
      const which = `node ${index(node)}${index(node) === mainNode ? ' (main)' : ''}`;
      return dotted([
        which,
        `${sign(node)} ${stateWord(node)}${exit}`,
        ...(cause === undefined ? [] : [escaped(cause)]),
      ]);
    }),
    ...(rest > 0 ? [`and ${count(rest, 'more node')}`] : []),
  ];
}
