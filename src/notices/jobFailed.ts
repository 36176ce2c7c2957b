/** The occasion: a job's final attempt failed or timed out; an array and all of its children are one. */
import { cancelledBy } from '../jobs/causes';
import { arrayParentOf, type Job } from '../jobs/job';

/** A card that should stand in the channel. */
export interface Card {
  key: string;
  /** The job, or the array's parent, that it is about. */
  jobId: string;
}

/** News that arrives later than this is history, not an alert. */
export const MOST_AGE_MS = 24 * 3_600_000;

/**
 * @param job as it is known after the news
 * @param at when it happened, by AWS's clock
 */
export function jobFailed(job: Job, at: number, now: number): Card | undefined {
  if (job.status !== 'FAILED' || now - at > MOST_AGE_MS) return undefined;
  // Nobody is told of what they did themselves.
  if (cancelledBy(job) !== undefined) return undefined;
  // A node of a multi-node job does not fail the job; the job has an event of its own.
  if (job.id.includes('#')) return undefined;
  const jobId = arrayParentOf(job.id) ?? job.id;
  return { key: `failed#${jobId}`, jobId };
}
