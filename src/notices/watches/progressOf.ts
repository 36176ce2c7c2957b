/** What has become of each job of a watch, from memory where that is enough, from the table, and of arrays from Batch. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { ingest } from '../../history/ingest';
import { rowOf } from '../../history/jobs';
import { jobFromDetail, jobFromSummary } from '../../jobs/fromBatch';
import { isDone, type JobRow } from '../../jobs/job';
import { type End, type Entry, endOf, endOfArray } from '../../jobs/progress';

/** Fewer than these are read from the table, which is never behind; of more the live index tells most. */
const FEW = 100;
/** As many as three calls describe: of further arrays a sweep tells. */
const MOST_ARRAYS = 300;

async function rowsOf(ids: readonly string[], { history }: Room): Promise<Map<string, JobRow>> {
  const rows = new Map<string, JobRow>();
  if (ids.length > FEW) {
    await history.search.refresh();
    for (const id of ids) {
      const row = history.search.known(id);
      if (row !== undefined) rows.set(id, row);
    }
  }
  const missing = ids.filter((id) => !rows.has(id));
  for (const { job } of await history.jobs.getMany(missing)) rows.set(job.id, rowOf(job));
  return rows;
}

/** Its end may be known before the last count of its children. */
function isCounted(array: JobRow): boolean {
  const { SUCCEEDED = 0, FAILED = 0 } = array.children?.counts ?? {};
  return isDone(array) && SUCCEEDED + FAILED >= (array.arraySize ?? 0);
}

/** Batch counts an array's children itself, and hardly ever tells of the array. */
async function refreshArrays(rows: Map<string, JobRow>, room: Room): Promise<void> {
  const going = [...rows.values()].filter((row) => row.arraySize !== undefined && !isCounted(row));
  const ids = going.slice(0, MOST_ARRAYS).map(({ id }) => id);
  if (ids.length === 0) return;
  try {
    for (const detail of await room.batch.describe(ids)) {
      const news = jobFromDetail(detail, room.now(), room.shows);
      const { after } = await ingest(room.history.jobs, news, room.now);
      rows.set(after.id, rowOf(after));
    }
  } catch (error) {
    room.log.warn('watched arrays could not be described', { arrays: ids.length, ...errorFields(error) });
  }
}

/** An array may be known to have ended before the events of all its children have come: Batch lists those that are missing. */
async function failedChildren(parent: JobRow, room: Room): Promise<JobRow[]> {
  if (parent.status !== 'FAILED') return [];
  const known = await room.history.jobs.failedChildren(parent.id);
  const rows = new Map(known.map((row) => [row.id, row]));
  if (rows.size >= (parent.children?.counts.FAILED ?? 0)) return known;
  try {
    for await (const page of room.batch.list({ arrayJobId: parent.id }, 'FAILED')) {
      for (const summary of page) {
        const { jobId } = summary;
        if (jobId === undefined || rows.has(jobId)) continue;
        rows.set(jobId, rowOf(jobFromSummary(summary, parent.queue, room.now())));
      }
    }
  } catch (error) {
    room.log.warn('the failed children of an array could not be listed', { job: parent.id, ...errorFields(error) });
  }
  return [...rows.values()];
}

async function endIn(row: JobRow | undefined, room: Room): Promise<End | undefined> {
  if (row?.arraySize === undefined) return row === undefined ? undefined : endOf(row);
  return endOfArray(row, []) === undefined ? undefined : endOfArray(row, await failedChildren(row, room));
}

/**
 * @param ends what is known to have ended, by the place of its id
 * @returns in the order of the ids
 */
export async function progressOf(
  ids: readonly string[],
  ends: readonly (End | undefined)[],
  room: Room,
): Promise<Entry[]> {
  const rows = await rowsOf(
    ids.filter((_, place) => ends[place] === undefined),
    room,
  );
  await refreshArrays(rows, room);
  const entries: Entry[] = [];
  for (const [place, id] of ids.entries()) {
    const row = rows.get(id);
    entries.push({ id, row, end: ends[place] ?? (await endIn(row, room)) });
  }
  return entries;
}
