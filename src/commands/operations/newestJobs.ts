/**
 * Looks at Batch itself for the jobs that were submitted since the last sweep: no event tells of a submission
 * (https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html), so that the history may not know them yet.
 */
import { errorFields } from '../../errors';
import { ingest } from '../../history/ingest';
import { jobFromDetail } from '../../jobs/fromBatch';
import { globMatcher } from '../../jobs/glob';
import type { Job } from '../../jobs/job';
import type { Query } from '../../jobs/query';
import type { Room } from '../command';

/** A sweep takes so long at most, and may have passed a queue at its beginning. */
const SWEEP_MS = 3 * 60_000;
/** Where no sweep has ended yet, what is older is for the first one to find. */
const NO_SWEEP_MS = 3_600_000;
/** What the look may take of the time in which somebody waits for a preview. */
const MOST_MS = 8_000;
const QUEUES_AT_ONCE = 8;
/** 100 jobs a page: as many as SubmitJob takes in 100 seconds. */
const PAGES_A_QUEUE = 50;
const WRITES_AT_ONCE = 25;

async function each<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/**
 * @param among those that have not ended, or those that failed
 * @returns the jobs that were not known, which now are; `isWhole` is false when time ran out or Batch refused
 */
export async function newestJobs(
  query: Pick<Query, 'queues'>,
  room: Room,
  remainingMs: () => number,
  among: 'active' | 'failed' = 'active',
): Promise<{ jobs: Job[]; isWhole: boolean }> {
  const { batch, history, now } = room;
  const until = now() + Math.min(MOST_MS, remainingMs() / 2);
  const jobs: Job[] = [];
  let isWhole = true;
  try {
    const { endedAt } = await history.sweeps.get();
    const since = endedAt === undefined ? now() - NO_SWEEP_MS : endedAt - SWEEP_MS;
    const wanted = query.queues === undefined ? () => true : globMatcher(query.queues);
    const queues = (await batch.queues()).flatMap(({ jobQueueName: name }) =>
      name !== undefined && room.tracks(name) && wanted(name) ? [name] : [],
    );
    await history.search.refresh();
    const unknown: string[] = [];
    await each(queues, QUEUES_AT_ONCE, async (queue) => {
      let pages = 0;
      for await (const page of batch.listSince(queue, since)) {
        for (const { jobId, status } of page) {
          const isWanted = among === 'failed' ? status === 'FAILED' : status !== 'SUCCEEDED' && status !== 'FAILED';
          if (jobId === undefined || !isWanted) continue;
          const known = history.search.known(jobId);
          if (known === undefined || (among === 'failed' && known.status !== 'FAILED')) unknown.push(jobId);
        }
        pages++;
        if (now() > until || pages >= PAGES_A_QUEUE) {
          isWhole = false;
          return;
        }
      }
    });
    for (let at = 0; at < unknown.length; at += 100) {
      if (now() > until) return { jobs, isWhole: false };
      const details = await batch.describe(unknown.slice(at, at + 100));
      await each(details, WRITES_AT_ONCE, async (detail) => {
        const { after } = await ingest(history.jobs, jobFromDetail(detail, now(), room.shows), now, 'new');
        jobs.push(after);
      });
    }
  } catch (error) {
    room.log.warn('Batch could not be asked for the newest jobs', errorFields(error));
    return { jobs, isWhole: false };
  }
  return { jobs, isWhole };
}
