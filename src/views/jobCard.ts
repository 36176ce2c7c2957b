/** One job in one message: its state, the plain cause, where and how long it ran, and what can be done. */
import { causeOf, exitToldOf, LOG_TELLS } from '../jobs/causes';
import { isDone, isLost, type Job, userOf } from '../jobs/job';
import { attemptNumber, firstWaitMs, leftNoTrace, runMs, startingMs, waitMs } from '../jobs/lifecycle';
import { RETRY_OF, RETRY_OP } from '../jobs/retry';
import { nodeIndexOf, propertiesOf, type Surroundings } from '../jobs/surroundings';
import { causeLines, childrenBar, failedByCause } from './failedChildren';
import { waysOn } from './jobButtons';
import { nameOf } from './jobLine';
import { dependencyLine, nodeLines, positionWords, runOfContainer } from './jobParts';
import { actions, bold, code, context, cut, cutMiddle, dotted, escaped, type Message, prose, section } from './kit';
import { sign, stateWord } from './status';
import { ago, duration, moment } from './time';
import { type TimeLimits, timeoutFacts, timeoutLines } from './timeoutLines';
import { count, memory, number, some } from './words';

export interface JobCardProps {
  job: Job;
  around: Surroundings;
  now: number;
  region: string;
  mayAct: boolean;
  /** The verbs that there are, so that no button offers what can't be done. */
  verbs: ReadonlySet<string>;
  /** What limits its time now; without it the card tells what the job says of itself. */
  timeLimits?: TimeLimits;
}

/** `2 vCPU, 8 GiB, 1 GPU` */
export function resources(job: Pick<Job, 'vcpus' | 'memoryMiB' | 'gpus'>): string | undefined {
  const parts = [
    job.vcpus === undefined ? undefined : `${job.vcpus} vCPU`,
    job.memoryMiB === undefined ? undefined : memory(job.memoryMiB),
    job.gpus === undefined ? undefined : `${job.gpus} GPU`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Whether it waits for its first attempt. */
const hasNoAttempt = (job: Job): boolean =>
  ['SUBMITTED', 'PENDING', 'RUNNABLE'].includes(job.status) && attemptNumber(job) === 1;

/** `attempt 2 of 3`, or nothing where there can be only one, or is none: an array's children have their own. */
export function attemptWords(job: Job): string | undefined {
  if (job.arraySize !== undefined) return undefined;
  const attempt = attemptNumber(job);
  if (hasNoAttempt(job)) return (job.maxAttempts ?? 1) > 1 ? `${job.maxAttempts} attempts at most` : undefined;
  const most = Math.max(job.maxAttempts ?? 1, attempt);
  return most > 1 ? `attempt ${attempt} of ${most}` : undefined;
}

/** `align [3]`, `align, node 2`. */
export function jobTitle(job: Job): string {
  const node = nodeIndexOf(job.id);
  const which = job.arrayIndex !== undefined ? ` [${job.arrayIndex}]` : node === undefined ? '' : `, node ${node}`;
  return cutMiddle(nameOf(job), 128) + which;
}

export function headline(job: Job, now: number): string {
  const when = isDone(job) ? job.stoppedAt : job.status === 'RUNNING' ? job.startedAt : job.createdAt;
  const isAtWork = job.status === 'PENDING' && (job.children?.counts.RUNNING ?? 0) > 0;
  return `${stateWord(job)}${when === undefined ? '' : isDone(job) ? ` ${ago(when, now)}` : ` for ${duration(now - when)}`}${isAtWork ? ', its children run' : ''}`;
}

function stages(job: Job, now: number): string | undefined {
  // An array's parent neither waits nor runs: its children do.
  if (job.arraySize !== undefined) {
    const took = (job.stoppedAt ?? 0) - (job.createdAt ?? 0);
    return job.stoppedAt === undefined || job.createdAt === undefined ? undefined : `took ${duration(took)} in all`;
  }
  const waited = waitMs(job, now);
  const starting = startingMs(job, now);
  const ran = runMs(job, now);
  const parts = [
    waited === undefined ? undefined : `waited ${duration(waited)}`,
    starting === undefined ? undefined : `started in ${duration(starting)}`,
    ran === undefined ? undefined : `${isDone(job) ? 'ran' : 'running for'} ${duration(ran)}`,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  const attempt = attemptNumber(job);
  if (attempt === 1) return dotted(parts);
  const first = firstWaitMs(job);
  const until = isDone(job) ? job.stoppedAt : now;
  const all = [
    first === undefined ? undefined : `waited ${duration(first)} before its first start`,
    job.createdAt === undefined || until === undefined
      ? undefined
      : `${duration(until - job.createdAt)} since submission`,
  ].filter((part) => part !== undefined);
  return [`attempt ${attempt}: ${dotted(parts)}`, ...(all.length === 0 ? [] : [`in all: ${dotted(all)}`])].join('\n');
}

/** `us-east-1c, c6g.4xlarge`, of the attempt that the card is about. */
function placeWords(job: Job): string | undefined {
  const { placement } = job;
  if (placement === undefined || placement.attempt !== attemptNumber(job)) return job.podNode;
  const parts = [placement.availabilityZone, placement.instanceType].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Both of AWS's reasons, and the exit code where the plain cause does not name it. */
function reasons(job: Job, plainCause: string | undefined): string[] {
  const both = [
    job.statusReason === undefined ? undefined : `Batch says: ${code(cut(job.statusReason, 600))}`,
    job.containerReason === undefined || job.containerReason === job.statusReason
      ? undefined
      : `Container says: ${code(cut(job.containerReason, 600))}`,
    job.exitCode === undefined || /\bexit (?:code )?\d/.test(plainCause ?? '')
      ? undefined
      : `Exit code ${escaped(exitToldOf({ ...job, exitCode: job.exitCode }))}`,
  ];
  return both.filter((line) => line !== undefined);
}

/** More attempts than these are told among the details. */
const MOST_ATTEMPTS = 3;

function attemptLines(job: Job): string | undefined {
  if (job.attempts.length < 2) return undefined;
  const lines = job.attempts.map((attempt, index) => {
    const ran =
      attempt.startedAt !== undefined && attempt.stoppedAt !== undefined
        ? `ran ${duration(attempt.stoppedAt - attempt.startedAt)}`
        : leftNoTrace(attempt)
          ? 'never started'
          : 'ran';
    const end = attempt.exitCode === undefined ? '' : `, exit ${attempt.exitCode}`;
    const told = attempt.containerReason ?? attempt.statusReason;
    // The job's own reasons stand above.
    const reason = isDone(job) && (told === job.containerReason || told === job.statusReason) ? undefined : told;
    return `${index + 1}. ${ran}${end}${reason === undefined ? '' : `: ${escaped(cut(reason, 150))}`}`;
  });
  const more = lines.length - MOST_ATTEMPTS;
  return [
    '*Attempts that ended*',
    ...(more > 0 ? [`${count(more, 'earlier attempt')}: all details tell of them`] : []),
    ...lines.slice(-MOST_ATTEMPTS),
  ].join('\n');
}

/** What an array, a job of several containers, or a multi-node job consists of. */
function partLines(job: Job, around: Surroundings): string[] {
  if (job.arraySize !== undefined) {
    const bar = childrenBar(job);
    return [...(bar === undefined ? [] : [bar]), ...causeLines(failedByCause(around.failed ?? []))];
  }
  if (job.nodes !== undefined) return nodeLines(job, around);
  return (job.containers ?? []).length > 1
    ? (job.containers ?? []).slice(0, 10).map((run) => runOfContainer(run, job))
    : [];
}

function factLine(job: Job, around: Surroundings): string {
  const { parent } = around;
  const node = propertiesOf(job, around).isMainNode ? 'the main node' : undefined;
  const size = parent?.arraySize;
  const facts = [
    job.queue,
    positionWords(around.position),
    job.definition,
    resources(job),
    job.platform === 'FARGATE' ? 'Fargate' : job.platform === 'EKS' ? 'EKS' : undefined,
    attemptWords(job),
    job.arraySize === undefined ? undefined : `array of ${number(job.arraySize)}`,
    job.arrayIndex === undefined ? undefined : `child of an array${size === undefined ? '' : ` of ${number(size)}`}`,
    job.nodes === undefined ? undefined : count(job.nodes, 'node'),
    node,
    placeWords(job),
  ];
  return dotted(facts.filter((fact) => fact !== undefined).map(escaped));
}

function submissionLines({ job, around, now, timeLimits }: JobCardProps): string[] {
  const user = userOf(job);
  const isTimed = timeLimits !== undefined && !isDone(job);
  const submission = [
    user === undefined ? undefined : `submitted by ${escaped(user)}`,
    job.createdAt === undefined ? undefined : `created ${moment(job.createdAt)}`,
    ...(isTimed ? [] : timeoutFacts(job, timeLimits?.variable)),
  ].filter((fact) => fact !== undefined);
  const { [RETRY_OF]: retryOf, [RETRY_OP]: retryOp, ...others } = job.tags?.values ?? {};
  const retries = (around.retries ?? []).map((retry) => `${code(retry.id)}, ${stateWord(retry)}`);
  const tags = Object.entries(others).map(([key, value]) => `${key}=${value}`);
  return [
    submission.length === 0 ? undefined : dotted(submission),
    ...(isTimed ? timeoutLines(job, timeLimits, now) : []),
    dependencyLine(job, around),
    job.image === undefined ? undefined : `image ${code(cutMiddle(job.image, 200))}`,
    job.command === undefined || job.command.length === 0
      ? undefined
      : `command ${code(cut(job.command.join(' '), 300))}`,
    retryOf === undefined
      ? undefined
      : `retry of ${code(retryOf)}${retryOp === undefined ? '' : ` (op ${escaped(retryOp)})`}`,
    retries.length === 0 ? undefined : `retried as ${some(retries, 2)}`,
    tags.length === 0 ? undefined : `tags ${escaped(cut(some(tags, 8), 300))}`,
  ].filter((detail) => detail !== undefined);
}

/** What AWS refused to tell. */
export const missingNote = ({ missing = [] }: Surroundings) =>
  missing.length === 0 ? [] : [context(missing.map(escaped).join('\n'))];

export function jobCard(props: JobCardProps): Message {
  const { job, around, now } = props;
  const cause = job.status === 'SUCCEEDED' ? undefined : causeOf(job);
  const title = jobTitle(job);
  const plainCause = isLost(job)
    ? 'Batch knows this job no more and never said how it ended.'
    : cause === undefined
      ? undefined
      : cut(`${cause.sentence} ${cause.nextStep === LOG_TELLS ? '' : cause.nextStep}`.trim(), 1_200);
  const took = stages(job, now);
  const parts = partLines(job, around);
  const attempts = attemptLines(job);
  const why = job.status === 'SUCCEEDED' ? [] : reasons(job, plainCause);
  const submission = submissionLines(props);
  return {
    text: `${title} ${headline(job, now)}.${plainCause === undefined ? '' : ` ${plainCause}`}`,
    blocks: [
      section(
        [
          dotted([`${sign(job)}\u00a0${bold(title)}`, headline(job, now)]),
          ...(plainCause === undefined ? [] : [prose(plainCause)]),
        ].join('\n'),
      ),
      ...(parts.length === 0 ? [] : [section(parts.join('\n'))]),
      section(
        [factLine(job, around), ...(took === undefined ? [] : [took])].filter((line) => line !== '').join('\n') ||
          escaped(job.id),
      ),
      ...(why.length === 0 ? [] : [section(why.join('\n'))]),
      ...(attempts === undefined ? [] : [section(attempts)]),
      ...(submission.length === 0 ? [] : [section(submission.join('\n'))]),
      ...missingNote(around),
      context(`id ${code(job.id)}`),
      actions(...waysOn(props)),
    ],
  };
}
