/** What a job's news tells of its failures: that it failed for good, or that an attempt did and another follows. */
import { type Cause, cancelledBy, causeOf } from '../jobs/causes';
import { arrayParentOf, type Job } from '../jobs/job';
import { failed } from './failed';
import type { Occurrence, Subject } from './occasion';
import { retried } from './retried';
import { SPOT_RECLAIMED, spotReclaimed } from './spotReclaimed';
import { TIMED_OUT, timedOut } from './timedOut';

/** The occasion that a failure is, by its cause. */
export function occasionOf(cause: Pick<Cause, 'key'> | undefined): string {
  if (cause !== undefined && TIMED_OUT.has(cause.key)) return timedOut.name;
  if (cause !== undefined && SPOT_RECLAIMED.has(cause.key)) return spotReclaimed.name;
  return failed.name;
}

/** An array and all of its children are one; other jobs go by their definition, whatever its revision. */
export function subjectOf(job: Pick<Job, 'id' | 'arraySize' | 'definition' | 'name'>): Subject {
  const array = arrayParentOf(job.id) ?? (job.arraySize === undefined ? undefined : job.id);
  if (array !== undefined) return { kind: 'array', name: array };
  const definition = job.definition?.replace(/:\d+$/, '');
  return definition === undefined || definition === ''
    ? { kind: 'job', name: job.name || job.id }
    : { kind: 'definition', name: definition };
}

/** A node of a multi-node job does not fail the job; the job has news of its own. */
const isNode = ({ id }: Job): boolean => id.includes('#');

/** What happened, as far as its job tells. */
const ofJob = (job: Job, at: number, cause: Cause | undefined) => ({
  at,
  subject: subjectOf(job),
  queue: job.queue,
  cause,
  job,
});

/**
 * @param job as it is known after the news
 * @param at when it happened, by AWS's clock
 * @returns undefined where it did not fail, and for what somebody cancelled from Slack: nobody is told of what they did
 */
export function failureOf(job: Job, at: number): Occurrence | undefined {
  if (job.status !== 'FAILED' || cancelledBy(job) !== undefined || isNode(job)) return undefined;
  const cause = causeOf(job);
  return { occasion: occasionOf(cause), severity: 'normal', member: job.id, ...ofJob(job, at, cause) };
}

/** The last attempt that ended, where the job is tried again. */
export function retryOf(job: Job, at: number): Occurrence | undefined {
  const attempt = job.attempts.at(-1);
  if (job.status !== 'RUNNABLE' || attempt === undefined || isNode(job)) return undefined;
  const cause = causeOf({ ...job, ...attempt, status: 'FAILED' });
  const member = `${job.id} attempt ${job.attempts.length}`;
  return { occasion: retried.name, severity: 'quiet', member, ...ofJob(job, attempt.stoppedAt ?? at, cause) };
}
