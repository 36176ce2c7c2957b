/** Writes the history as lines of the file format: every job of the table, or those that a search finds. */
import type { Query } from '../../jobs/query';
import type { JobItems } from '../jobs';
import type { JobSearch } from '../searching/search';
import { jobLine } from './jobLine';

/** Every job, in the order of the table's own hashing: sort the lines for one by id. */
export async function* exportEveryJob(jobs: Pick<JobItems, 'page'>): AsyncGenerator<string> {
  let page = await jobs.page();
  for (;;) {
    // The next page is on its way while this one is written.
    const next = page.next === undefined ? undefined : jobs.page(page.next);
    next?.catch(() => undefined);
    for (const { job } of page.stored) yield jobLine(job);
    if (next === undefined) return;
    page = await next;
  }
}

/** BatchGetItem reads so many at once. */
const JOBS_PER_PAGE = 100;

/** In the order of creation: the newest first, or the oldest where the search asks for it. */
export async function* exportFoundJobs(
  jobs: Pick<JobItems, 'getMany'>,
  search: Pick<JobSearch, 'search'>,
  asked: Query,
  onTotal: (total: number) => void,
): AsyncGenerator<string> {
  const { sort, ...unsorted } = asked;
  // Every page of the other orders would read all matches.
  const query: Query = sort === 'oldest' ? asked : unsorted;
  let page = await search.search(query, { limit: JOBS_PER_PAGE });
  onTotal(page.total);
  for (;;) {
    const stored = new Map((await jobs.getMany(page.rows.map(({ id }) => id))).map(({ job }) => [job.id, job]));
    for (const { id } of page.rows) {
      const job = stored.get(id);
      if (job !== undefined) yield jobLine(job);
    }
    if (page.next === undefined) return;
    page = await search.search(query, { limit: JOBS_PER_PAGE, after: page.next });
  }
}
