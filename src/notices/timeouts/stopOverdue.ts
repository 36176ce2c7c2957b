/**
 * Stops jobs that have taken too long, each once: described anew, claimed, told to the audit, stopped. Whoever dies on the
 * way leaves a claim that ends soon; whoever comes next asks Batch first, which knows of a stop that came about.
 */
import type { StopKind } from '../../aws/stops';
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { ingest } from '../../history/ingest';
import { BATCHBOT } from '../../history/records/audit';
import { jobFromDetail } from '../../jobs/fromBatch';
import type { Job } from '../../jobs/job';
import { chooseStop } from '../../jobs/lifecycle';
import type { Timed } from '../../jobs/timeoutCheck';
import { timeoutReason } from '../../jobs/timeoutReason';
import {
  isStoppable,
  type LimitedJob,
  limitsOf,
  oursOf,
  type RunningLimit,
  standing,
  type TimeoutPolicy,
} from '../../jobs/timeouts';
import { refusedStop, stoppedFor } from '../../views/timeoutWords';

/** Longer than a worker lives between its claim and Batch's answer. */
const CLAIM_MS = 90_000;
/** What is left of the claim when no more calls are begun under it. */
const RESERVE_MS = 15_000;
/** What Batch refused, for a right that is missing or a job that it can't stop, is tried again after so long. */
const REFUSED_MS = 600_000;
/** Groups of up to 100 jobs on their way at once. */
const GROUPS_AT_ONCE = 4;
const CLAIMS_AT_ONCE = 25;

export interface StopReport {
  stopped: number;
  refused: number;
  /** Time or AWS's limits did not let it come to these: the next minute does. */
  left: number;
}

/** A job that is to be stopped, as Batch told of it a moment ago. */
interface Overdue {
  job: Job;
  limit: RunningLimit;
  how: StopKind;
  reason: string;
}

async function eachAtOnce<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/** Those that are over by what Batch says now, of those that nobody has stopped yet. */
async function stillOver(
  some: readonly Timed[],
  policy: TimeoutPolicy,
  parentOf: (row: Timed['row']) => LimitedJob | undefined,
  room: Room,
): Promise<Overdue[]> {
  const details = new Map((await room.batch.describe(some.map(({ row }) => row.id))).map((one) => [one.jobId, one]));
  const found: Overdue[] = [];
  await eachAtOnce(some, CLAIMS_AT_ONCE, async ({ row }) => {
    const detail = details.get(row.id);
    if (detail === undefined) return;
    const now = room.now();
    const job = jobFromDetail(detail, now, room.shows);
    await ingest(room.history.jobs, job, room.now);
    const limit = isStoppable(job) ? oursOf(limitsOf(job, policy, parentOf(row))) : undefined;
    if (limit === undefined || standing(limit, now) !== 'over') return;
    const how = chooseStop(job.status);
    if (how !== 'skip') found.push({ job, limit, how, reason: timeoutReason(limit, room.timeouts.variable, now) });
  });
  return found;
}

/** Those of them that are this worker's to stop; each has its entry in the audit before it is stopped. */
async function claimed(over: readonly Overdue[], room: Room): Promise<Overdue[]> {
  const mine: Overdue[] = [];
  await eachAtOnce(over, CLAIMS_AT_ONCE, async (one) => {
    const now = room.now();
    const claim = await room.history.timeoutStops.claim(one.job.id, now, now + CLAIM_MS);
    if (claim === undefined) return;
    await room.history.audit.write(
      {
        at: claim.firstAt,
        by: BATCHBOT,
        channel: '',
        verb: 'timeout',
        words: '',
        what: 'done',
        told: stoppedFor(one.job),
        reason: one.reason,
        ids: [one.job.id],
      },
      claim.auditReference,
    );
    mine.push(one);
  });
  return mine;
}

/** What one call can stop: jobs of one reason, to be stopped in one way. */
function calls(over: readonly Overdue[], idsPerCall: number): Overdue[][] {
  const alike = new Map<string, Overdue[]>();
  for (const one of over) {
    const key = `${one.how} ${one.reason}`;
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [one]);
    else others.push(one);
  }
  return [...alike.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / idsPerCall) }, (_, n) =>
      all.slice(n * idsPerCall, (n + 1) * idsPerCall),
    ),
  );
}

async function stop(some: readonly Overdue[], room: Room, remainingMs: () => number): Promise<StopReport> {
  const { timeoutStops: stops, audit } = room.history;
  const [first] = some;
  const report: StopReport = { stopped: 0, refused: 0, left: 0 };
  if (first === undefined) return report;
  const ids = some.map(({ job }) => job.id);
  let failures: Map<string, string>;
  try {
    failures = new Map(
      (await room.batch.stop(first.how, ids, first.reason, remainingMs)).map(({ id, why }) => [id, why]),
    );
  } catch (error) {
    // Some may have been stopped: whoever claims them next asks Batch.
    await eachAtOnce(ids, CLAIMS_AT_ONCE, (id) => stops.release(id));
    room.log.warn('jobs that are out of time could not be stopped', { jobs: ids.length, ...errorFields(error) });
    return { ...report, left: ids.length };
  }
  await eachAtOnce(some, CLAIMS_AT_ONCE, async ({ job }) => {
    const why = failures.get(job.id);
    const now = room.now();
    if (why === undefined) {
      await stops.asked(job.id, now);
      report.stopped++;
      // What has a host runs on for a while, and a sweep describes no job that is listed as before.
      if (job.status === 'STARTING' || job.status === 'RUNNING')
        await ingest(room.history.jobs, { ...job, terminated: true, seenAt: now }, room.now);
      return;
    }
    report.refused++;
    room.log.warn('Batch refused to stop a job that is out of time', { job: job.id, why });
    if (!(await stops.refused(job.id, now, now + REFUSED_MS))) return;
    await audit.write({
      ...{ at: now, by: BATCHBOT, channel: '', verb: 'timeout', words: '', what: 'done' },
      told: refusedStop(job),
      reason: why,
      ids: [job.id],
    });
  });
  return report;
}

/**
 * @param over the longest overdue first
 * @param parentOf an array's parent, of a child
 */
export async function stopOverdue(
  over: readonly Timed[],
  policy: TimeoutPolicy,
  parentOf: (row: Timed['row']) => LimitedJob | undefined,
  room: Room,
  remainingMs: () => number,
): Promise<StopReport> {
  const report: StopReport = { stopped: 0, refused: 0, left: 0 };
  const { idsPerCall } = room.batch;
  const groups = Array.from({ length: Math.ceil(over.length / idsPerCall.describe) }, (_, n) =>
    over.slice(n * idsPerCall.describe, (n + 1) * idsPerCall.describe),
  );
  await eachAtOnce(groups, GROUPS_AT_ONCE, async (group) => {
    if (remainingMs() <= 0) {
      report.left += group.length;
      return;
    }
    try {
      const still = await stillOver(group, policy, parentOf, room);
      const until = room.now() + CLAIM_MS - RESERVE_MS;
      const mine = await claimed(still, room);
      for (const call of calls(mine, idsPerCall.stop)) {
        // Whoever has the claims after this worker must not meet a stop of its that is still waiting for its turn.
        const leftMs = () => Math.min(remainingMs(), until - room.now());
        const { stopped, refused, left } = await stop(call, room, leftMs);
        report.stopped += stopped;
        report.refused += refused;
        report.left += left;
      }
    } catch (error) {
      // What one group fails by, such as a throttled DescribeJobs, must not keep the others from being stopped.
      report.left += group.length;
      room.log.warn('jobs that are out of time could not be looked at', { jobs: group.length, ...errorFields(error) });
    }
  });
  return report;
}
