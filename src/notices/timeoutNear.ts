/** The occasion: a job will soon have taken too long (`warnsAt` in jobs/timeouts.ts); it tells when it ends, and by which limit. */
import type { Job } from '../jobs/job';
import type { RunningLimit } from '../jobs/timeouts';
import { limitName, limitWords, utc, whatHappens } from '../views/timeoutWords';
import { subjectOf } from './jobFailures';
import { type Occurrence, occasion } from './occasion';

export const timeoutNear = occasion({
  name: 'timeout-near',
  summary: 'a job comes near a timeout: 80 % of it is used up, or a minute of a short one is left',
  isOn: true,
});

/** @param variable the environment variable that holds a timeout */
export function causeOfNear(limit: RunningLimit, variable: string): NonNullable<Occurrence['cause']> {
  const name = limitName(limit, variable);
  return { key: `near-${limit.kind}`, identity: `near ${name}`, headline: `near its time limit (${name})` };
}

/** @param variable the environment variable that holds a timeout */
export function nearOf(job: Job, limit: RunningLimit, variable: string, now: number): Occurrence {
  return {
    occasion: timeoutNear.name,
    severity: 'normal',
    at: now,
    subject: subjectOf(job),
    queue: job.queue,
    cause: causeOfNear(limit, variable),
    member: job.id,
    job,
    told: `${whatHappens(limit)} at ${utc(limit.at)} (${limitWords(limit, variable)}), unless it has ended by then.`,
  };
}
