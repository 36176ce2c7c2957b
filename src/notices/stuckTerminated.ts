/** The occasion: a job goes on minutes after somebody had it terminated, as on a host that does not answer any more. */
import type { Job } from '../jobs/job';
import { duration } from '../views/time';
import { subjectOf } from './jobFailures';
import { type Occurrence, occasion } from './occasion';

export const stuckTerminated = occasion({
  name: 'stuck-terminated',
  summary: 'a job still runs 5 minutes after it was terminated',
  isOn: true,
});

/** A container has 30 seconds to stop by itself, then it is killed (user guide, "Terminate jobs"): so long is never needed. */
export const STUCK_MS = 300_000;

/** @param since when it was first seen to be terminated (ms) */
export function stuckOf(job: Job, since: number, now: number): Occurrence {
  return {
    occasion: stuckTerminated.name,
    severity: 'normal',
    at: now,
    subject: subjectOf(job),
    queue: job.queue,
    cause: {
      key: 'stuck-terminated',
      identity: 'stuck after termination',
      headline: 'still runs, though it was terminated',
    },
    member: job.id,
    job,
    told: `It was terminated ${duration(now - since)} ago or more and is still ${job.status}. Most often its host does not answer any more: end that instance in EC2, and Batch ends the job.`,
  };
}
