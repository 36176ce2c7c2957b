/** Where a job stands in its life: which attempt, how long each stage took, and how it can be stopped. */
import { type Attempt, type BatchStatus, isDone, type Job } from './job';

type Timed = Pick<Job, 'status' | 'attempts' | 'createdAt' | 'startedAt' | 'stoppedAt' | 'entered' | 'endedAttempts'>;

/** The attempt that runs or waits now, or the last one of a job that has ended; 1 for a job that never started. */
export function attemptNumber(job: Pick<Job, 'status' | 'attempts' | 'endedAttempts'>): number {
  const ended = Math.max(job.attempts.length, job.endedAttempts ?? 0);
  return Math.max(1, isDone(job) ? ended : ended + 1);
}

const entered = (job: Timed, status: BatchStatus): number | undefined => job.entered[`${attemptNumber(job)}.${status}`];

/** From submission (or, in a retry, from the queue) to STARTING; still going on while the job waits. */
export function waitMs(job: Timed, now: number): number | undefined {
  const from = entered(job, 'RUNNABLE') ?? job.createdAt;
  if (from === undefined) return undefined;
  const until =
    entered(job, 'STARTING') ??
    // Batch's own time; an event may come long after.
    job.startedAt ??
    entered(job, 'RUNNING') ??
    job.stoppedAt ??
    (isDone(job) ? undefined : now);
  return until === undefined ? undefined : Math.max(0, until - from);
}

/** From submission to the start of the first container, where that is known. */
export function firstWaitMs(job: Timed): number | undefined {
  const startedAt = job.attempts[0]?.startedAt ?? (attemptNumber(job) === 1 ? job.startedAt : undefined);
  return startedAt === undefined || job.createdAt === undefined ? undefined : Math.max(0, startedAt - job.createdAt);
}

/** From STARTING to RUNNING: the instance is there, the image is pulled. */
export function startingMs(job: Timed, now: number): number | undefined {
  const from = entered(job, 'STARTING');
  if (from === undefined) return undefined;
  const until = job.startedAt ?? entered(job, 'RUNNING') ?? (job.status === 'STARTING' ? now : undefined);
  return until === undefined ? undefined : Math.max(0, until - from);
}

/** How long the container ran, or has been running; undefined if it never did. */
export function runMs(job: Pick<Job, 'status' | 'startedAt' | 'stoppedAt'>, now: number): number | undefined {
  if (job.startedAt === undefined) return undefined;
  const until = job.stoppedAt ?? (job.status === 'RUNNING' ? now : undefined);
  return until === undefined ? undefined : Math.max(0, until - job.startedAt);
}

/**
 * Which call stops a job in this state. TerminateJob covers them all: it cancels what has not started, and an array's parent
 * (PENDING while its children run) with its children. CancelJob leaves alone what has started by the time of the call, and
 * succeeds all the same (https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html, …/API_CancelJob.html).
 */
export const chooseStop = (status: BatchStatus): 'terminate' | 'skip' =>
  status === 'SUCCEEDED' || status === 'FAILED' ? 'skip' : 'terminate';

const STARTED: readonly BatchStatus[] = ['STARTING', 'RUNNING'];

/** Whether a job in this state has a host, or is getting one. */
export const hasStarted = (status: BatchStatus): boolean => STARTED.includes(status);

/**
 * Which call stops a job that is meant in some states only. Where none that has started is meant, Batch itself sees to that:
 * CancelJob leaves alone what starts between our look and the call, as one of an array's children may.
 * @param opened whether it is an array's parent whose children are there, which wait for nothing as a whole
 */
export function chooseStopIn(
  states: readonly BatchStatus[] | undefined,
  status: BatchStatus,
  array: { opened: boolean } | undefined,
): 'cancel' | 'terminate' | 'skip' {
  const how = chooseStop(status);
  if (how === 'skip' || states === undefined || states.some(hasStarted)) return how;
  // A PENDING one would be cancelled only when what it waits for is over.
  return status === 'PENDING' && array?.opened !== true ? how : 'cancel';
}

/** What only a container that was started can have come to, whatever else Batch leaves out. */
const RAN = /OutOfMemory|OOMKilled|^Essential container in task exited|^Job attempt duration exceeded timeout/;

type Traces = Pick<Job, 'status'> &
  Partial<
    Pick<
      Job,
      | 'arraySize'
      | 'attempts'
      | 'containerReason'
      | 'exitCode'
      | 'logStream'
      | 'nodes'
      | 'startedAt'
      | 'statusReason'
      | 'whole'
    >
  >;

/**
 * Whether it may be said that a job's container never started: it failed, and nothing known of it, nor of any of its
 * attempts, shows that one did. Never of a fragment, which leaves out what would show it, nor of an array's parent and a
 * multi-node job, whose containers are those of their children and nodes.
 */
export function neverStarted(job: Traces): boolean {
  if (job.status !== 'FAILED' || job.whole === false || job.nodes !== undefined || job.arraySize !== undefined)
    return false;
  return [job, ...(job.attempts ?? [])].every(leftNoTrace);
}

/** Whether nothing known of an attempt that ended shows that its container ran. */
export function leftNoTrace({ startedAt, exitCode, logStream, statusReason, containerReason }: Attempt): boolean {
  return (
    startedAt === undefined &&
    exitCode === undefined &&
    logStream === undefined &&
    !RAN.test(containerReason ?? '') &&
    !RAN.test(statusReason ?? '')
  );
}
