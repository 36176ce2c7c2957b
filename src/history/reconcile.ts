/**
 * Fills what events missed: lists the jobs of every tracked queue, describes those that are new or differ from what is
 * known, and marks as lost the ones that Batch knows no more.
 */
import type { JobDetail, JobSummary } from '@aws-sdk/client-batch';
import type { BatchJobs } from '../aws/batch';
import { errorFields } from '../errors';
import { jobFromDetail, jobFromSummary } from '../jobs/fromBatch';
import { BATCH_STATUSES, isDone, isLost, type JobRow } from '../jobs/job';
import type { Shows } from '../jobs/properties';
import { parseQuery } from '../jobs/query';
import type { Log } from '../log';
import type { History } from './history';
import { cameToEnd, type Ingested, type IsUntold, ingest } from './ingest';

export interface Reconcile {
  batch: BatchJobs;
  history: History;
  log: Log;
  now: () => number;
  /** Tells whether a queue is tracked. */
  tracks: (queue: string) => boolean;
  /** The environment variables whose values are kept. */
  shows: Shows;
  /** Milliseconds that are left for this work. */
  remainingMs: () => number;
  /** Called for every job whose record changed. What a job's end brings is noted for `hearOfUntold` instead. */
  onNews: (ingested: Ingested) => Promise<void>;
}

export interface SweepReport {
  /** False when time ran out, or another worker is at it. */
  complete: boolean;
  listed: number;
  described: number;
  changed: number;
  lost: number;
  /** Jobs that could not be taken in, or whose news could not be passed on. */
  failed: number;
}

const ACTIVE = BATCH_STATUSES.filter((status) => !isDone({ status }));
const DONE = BATCH_STATUSES.filter((status) => isDone({ status }));
/** Finished jobs are walked through at the first sweep and once an hour; in between, those that are new or were active. */
const FULL_EVERY_MS = 3_600_000;
/** Of a queue that more new jobs come to (100 a page), the rest that has ended already waits for that. */
const MOST_NEW_PAGES = 20;
/** A job that is missing from a sweep is looked at one by one when nothing was heard of it for so long. */
const QUIET_MS = 300_000;
/** How far AWS's clock may be from ours. */
const SKEW_MS = 60_000;
const LEASE_MS = 120_000;
const QUEUES_AT_ONCE = 4;
const WRITES_AT_ONCE = 25;
/** Stop early enough to give the lease back. */
const RESERVE_MS = 5_000;

/** Runs `work` on every item, a few at once. */
async function each<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/** Whose jobs a list is of. */
type Of = { jobQueue: string } | { arrayJobId: string };

function differs(known: JobRow | undefined, summary: JobSummary): boolean {
  if (known === undefined || known.status !== summary.status || isLost(known)) return true;
  if (isDone(known)) return false;
  return known.arraySize !== undefined || (known.statusReason ?? '') !== (summary.statusReason ?? '');
}

/** @param full also walk through all finished jobs that Batch still keeps; by default when that is due */
export async function reconcile(room: Reconcile, full?: boolean): Promise<SweepReport> {
  const { batch, history, now, log } = room;
  const report: SweepReport = { complete: false, listed: 0, described: 0, changed: 0, lost: 0, failed: 0 };
  const state = await history.sweeps.get();
  if (!(await history.sweeps.lease(now(), now() + LEASE_MS))) return report;
  const isFull = full ?? (state.fullEndedAt === undefined || now() - state.fullEndedAt > FULL_EVERY_MS);
  const beganAt = now();
  const hasTime = () => room.remainingMs() > RESERVE_MS;

  /** Of a job that was never heard of: since the last walk through all of them it must have been submitted. */
  const isUntold: IsUntold = (before, after) => {
    if (before !== undefined) return cameToEnd(before, after);
    if (state.fullBeganAt === undefined || !isDone(after)) return false;
    return (after.stoppedAt ?? after.createdAt ?? 0) >= state.fullBeganAt - SKEW_MS;
  };

  async function takeIn(details: readonly JobDetail[]): Promise<void> {
    report.described += details.length;
    await each(details, WRITES_AT_ONCE, async (detail) => {
      try {
        const news = jobFromDetail(detail, now(), room.shows);
        const known = history.search.known(news.id) === undefined ? 'new' : undefined;
        const ingested = await ingest(history.jobs, news, now, known, isUntold);
        if (!ingested.changed) return;
        report.changed++;
        await room.onNews(ingested);
      } catch (error) {
        report.failed++;
        log.error('a job could not be taken in', { job: detail.jobId, ...errorFields(error) });
        log.metric('FailedNews', 1);
      }
    });
  }

  async function describe(ids: readonly string[]): Promise<Set<string>> {
    const seen = new Set<string>();
    for (let at = 0; at < ids.length && hasTime(); at += 100) {
      const details = await batch.describe(ids.slice(at, at + 100));
      for (const { jobId } of details) if (jobId !== undefined) seen.add(jobId);
      await takeIn(details);
    }
    return seen;
  }

  /** A finished job that a segment holds as it ended is known in full, and no more in the live index. */
  async function isNews(summary: JobSummary): Promise<boolean> {
    const { jobId = '', createdAt, status } = summary;
    const known = history.search.known(jobId);
    if (known === undefined && createdAt !== undefined && (status === 'SUCCEEDED' || status === 'FAILED'))
      return !(await history.search.isPacked(jobId, createdAt, status));
    return differs(known, summary);
  }

  /** Takes in what a page of a list tells that is news, but what was listed before. */
  async function takePage(page: readonly JobSummary[], of: Of, seen: Set<string>): Promise<void> {
    report.listed += page.length;
    const news: JobSummary[] = [];
    for (const summary of page) if (!seen.has(summary.jobId ?? '') && (await isNews(summary))) news.push(summary);
    for (const { jobId } of page) if (jobId !== undefined) seen.add(jobId);
    const described = await describe(news.flatMap(({ jobId }) => (jobId === undefined ? [] : [jobId])));
    // Out of time, the rest stays unknown, so that the next sweep describes it: a summary would pass for the whole.
    if (!hasTime()) return;
    // Batch may list a job that DescribeJobs does not give; the summary is better than nothing.
    for (const summary of news) {
      if (summary.jobId === undefined || described.has(summary.jobId) || !('jobQueue' in of)) continue;
      await ingest(history.jobs, jobFromSummary(summary, of.jobQueue, now()), now);
    }
    const arrays = news.filter(({ arrayProperties }) => arrayProperties?.size !== undefined);
    for (const { jobId } of arrays) {
      if (jobId !== undefined && hasTime()) await listed({ arrayJobId: jobId }, BATCH_STATUSES);
    }
  }

  /** @returns the ids that were listed */
  async function listed(of: Of, statuses: readonly JobRow['status'][]): Promise<Set<string>> {
    const seen = new Set<string>();
    for (const status of statuses) {
      // In the next state a job is news again.
      const ofStatus = new Set<string>();
      for await (const page of batch.list(of, status)) {
        await takePage(page, of, ofStatus);
        for (const id of ofStatus) seen.add(id);
        if (!hasTime()) return seen;
      }
    }
    return seen;
  }

  /** Jobs that came and ended since the last sweep are in no list of active ones. @param seen is added to */
  async function listNew(jobQueue: string, seen: Set<string>): Promise<void> {
    const { beganAt: before, endedAt } = state;
    const since = before ?? endedAt;
    if (since === undefined) return;
    let pages = 0;
    for await (const page of batch.listSince(jobQueue, since - SKEW_MS)) {
      await takePage(page, { jobQueue }, seen);
      if (!hasTime()) return;
      if (++pages < MOST_NEW_PAGES) continue;
      log.warn('a queue has more new jobs than are looked at each minute', { queue: jobQueue });
      return;
    }
  }

  try {
    await history.search.refresh();
    const queues = (await batch.queues()).flatMap(({ jobQueueName: name }) =>
      name !== undefined && room.tracks(name) ? [name] : [],
    );
    const startedAt = now();
    const seen = new Set<string>();
    await each(queues, QUEUES_AT_ONCE, async (queue) => {
      if (!hasTime()) return;
      const ofQueue = await listed({ jobQueue: queue }, isFull ? [...ACTIVE, ...DONE] : ACTIVE);
      if (!isFull && hasTime()) await listNew(queue, ofQueue);
      for (const id of ofQueue) seen.add(id);
    });
    if (hasTime()) {
      const swept = new Set(queues);
      const active = await history.search.all(parseQuery('status:active', { now: startedAt }));
      const missing = active.filter(
        (row) => !seen.has(row.id) && row.queue !== undefined && swept.has(row.queue) && row.seenAt < startedAt,
      );
      const overdue = missing.filter((row) => row.arrayIndex === undefined || startedAt - row.seenAt > QUIET_MS);
      const found = await describe(overdue.map(({ id }) => id));
      for (const row of overdue) {
        if (found.has(row.id) || startedAt - row.seenAt < QUIET_MS || !hasTime()) continue;
        const stored = await history.jobs.get(row.id);
        if (stored === undefined || isDone(stored.job)) continue;
        await ingest(history.jobs, { ...stored.job, lostAt: now() }, now, stored);
        report.lost++;
      }
    }
    report.complete = hasTime();
  } finally {
    // What could not be taken in is looked for again.
    const wholeSince = report.failed === 0 ? beganAt : undefined;
    await history.sweeps.finish(
      report.complete
        ? { at: now(), full: isFull, beganAt: wholeSince, fullBeganAt: isFull ? wholeSince : undefined }
        : undefined,
    );
  }
  log.info('swept', { ...report, full: isFull });
  return report;
}
