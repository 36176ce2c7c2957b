/** The occasion: AWS Batch says that the job at a queue's head can't go on, and why. It is over when no waiting job has a reason. */
import { causeOf } from '../jobs/causes';
import type { Job, JobRow } from '../jobs/job';
import { obstaclesOf, type WaitingFacts } from '../jobs/waiting';
import { duration } from '../views/time';
import { condition, notOld, type Seen } from './conditions/condition';
import { saidOf } from './conditions/said';
import type { Occurrence } from './occasion';

/**
 * Batch tells of it by an event `Batch Job Queue Blocked`, whose job carries the reason, and keeps the reason with the job
 * as long as it is so; there is no event of its end (user guide, "Job queue blocked events" and "Jobs stuck in a RUNNABLE
 * status"). The service role needs autoscaling:DescribeScalingActivities for Batch to see a lack of capacity.
 */
type Blocked = Pick<
  Job | JobRow,
  'id' | 'queue' | 'status' | 'statusReason' | 'containerReason' | 'exitCode' | 'cancelled' | 'terminated'
>;

/** Of one queue and cause so many are told. */
const MOST_EXAMPLES = 3;

/**
 * @param job as it is known now
 * @param at when Batch told so, ms
 */
export function blockedBy(job: Blocked, at: number): Occurrence | undefined {
  const { queue, statusReason } = job;
  if (job.status !== 'RUNNABLE' || queue === undefined || (statusReason ?? '') === '') return undefined;
  // What a failed attempt left behind is no reason to wait.
  const cause = causeOf({ ...job, containerReason: undefined, exitCode: undefined });
  if (cause === undefined) return undefined;
  return {
    occasion: 'queue-blocked',
    severity: 'urgent',
    at,
    subject: { kind: 'queue', name: queue },
    queue,
    cause,
    member: job.id,
  };
}

/** Batch's reason in plain words, with what is known of the queue's compute environments, and what helps. */
export function explained(found: Occurrence, job: Job, { now, queues }: Pick<Seen, 'now' | 'queues'>): Occurrence {
  const facts: WaitingFacts = { job, dependencies: [], queue: queues?.find(({ name }) => name === job.queue) };
  const [main] = obstaclesOf(facts);
  return main === undefined ? found : { ...found, told: saidOf(main, { job, facts, now }) };
}

/** Of an event `Batch Job Queue Blocked`; none where the job has gone on since. @param at the event's time, ms */
export function queueBlockedEvent(job: Job, at: number): Occurrence[] {
  const found = blockedBy(job, at);
  return found === undefined ? [] : [explained({ ...found, job }, job, { now: at })];
}

export const queueBlocked = condition({
  name: 'queue-blocked',
  summary: 'AWS Batch says that the head of a queue is blocked',
  isOn: true,
  look({ rows, now }) {
    const blocked = rows
      .filter(({ status, statusReason }) => status === 'RUNNABLE' && statusReason !== undefined)
      .sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
    // It is the queue that is blocked: the first of its line tell for all.
    const told = new Map<string, number>();
    const so = blocked.flatMap((row) => {
      const found = blockedBy(row, notOld(row.seenAt, now));
      if (found === undefined) return [];
      const key = JSON.stringify([found.queue, found.cause?.identity]);
      const before = told.get(key) ?? 0;
      told.set(key, before + 1);
      return before < MOST_EXAMPLES ? [found] : [];
    });
    return { so };
  },
  word: ({ openedAt }, { now }) => `moves again after ${duration(now - openedAt)}`,
});
