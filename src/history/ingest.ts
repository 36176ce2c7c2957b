/** Takes in a piece of news about a job: read, merge, write if it changed; safe when repeated, reordered or raced. */
import { isDone, type Job } from '../jobs/job';
import { merge, onlySeenAgain, sameJob } from '../jobs/merge';
import type { JobItems, StoredJob } from './jobs';

export interface Ingested {
  /** The job as it was known before, if it was. */
  before: Job | undefined;
  after: Job;
  changed: boolean;
}

/** Writers that race for one job are few (an event, its double, a sweep); this many lost races mean something is wrong. */
const MOST_TRIES = 12;
/** That a job was seen again as it was known is written down so often at most. */
const SEEN_EVERY_MS = 300_000;

/** Whether nobody was told yet of what a piece of news brought. */
export type IsUntold = (before: Job | undefined, after: Job) => boolean;
/** A job that was known to live came to its end. */
export const cameToEnd: IsUntold = (before, after) => before !== undefined && !isDone(before) && isDone(after);
/** The caller tells it, and does so again when the news comes again; or it is no news to anybody. */
export const seenToByCaller: IsUntold = () => false;

const tellsNothing = (before: Job, after: Job): boolean =>
  sameJob(before, after) || (onlySeenAgain(before, after) && after.seenAt - before.seenAt < SEEN_EVERY_MS);

/**
 * @param known what the caller read a moment ago, or `'new'` for a job that it has reason to think nobody wrote yet; either
 *   saves a read, and costs one when it turns out wrong
 * @param isUntold what is noted, before it is written down, to be told by the next `hearOfUntold`
 * @throws when the table refuses; the news can then be given again
 */
export async function ingest(
  jobs: JobItems,
  news: Job,
  now: () => number,
  known?: StoredJob | 'new',
  isUntold: IsUntold = cameToEnd,
): Promise<Ingested> {
  let stored = known === 'new' ? undefined : (known ?? (await jobs.get(news.id)));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = stored?.job;
    // What retention removed must not come to life again by an event that was late.
    if (before === undefined && jobs.isForgotten(news)) return { before, after: news, changed: false };
    const after = before === undefined ? news : merge(before, news);
    if (before !== undefined && tellsNothing(before, after)) return { before, after: before, changed: false };
    if (isUntold(before, after)) await jobs.untold.add(after.id, now());
    if (await jobs.put(after, stored?.version ?? 0, now(), stored?.packed)) return { before, after, changed: true };
    stored = await jobs.get(news.id);
  }
  throw new Error(`job ${news.id} was written by others ${MOST_TRIES} times in a row`);
}
