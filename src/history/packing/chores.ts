/**
 * What is left to do for the jobs of a segment once a list of segments is valid: those that were packed leave the live index,
 * those that are too old are removed. Both go on where a run was cut off, and do no harm when two do them at once.
 */
import { isDone } from '../../jobs/job';
import { endedAt } from '../jobItem';
import type { JobItems } from '../jobs';
import type { Head, SegmentItems } from '../searching/segmentItems';
import { type ManifestEntry, readIds, TextPart } from '../segments';

const WRITES_AT_ONCE = 25;
/** After so many rows it is noted that they are done. */
const ROWS_AT_ONCE = 2_048;

/** Does a piece of work for each, some at a time. @returns false when time ran out before the last */
export async function eachInTime<T>(
  all: Iterable<T>,
  hasTime: () => boolean,
  work: (one: T) => Promise<void>,
): Promise<boolean> {
  const rest = all[Symbol.iterator]();
  let isCutOff = false;
  await Promise.all(
    Array.from({ length: WRITES_AT_ONCE }, async () => {
      for (let next = rest.next(); next.done !== true; next = rest.next()) {
        if (!hasTime()) {
          isCutOff = true;
          return;
        }
        await work(next.value);
      }
    }),
  );
  return !isCutOff;
}

export function chores(jobs: JobItems, items: SegmentItems) {
  const idsOf = async (id: string, rowCount: number) =>
    readIds(await items.part(id, 'ids'), items.nameOf(id, 'ids'), rowCount);

  async function inSlices(
    id: string,
    chore: 'versions' | 'forget',
    ofRows: readonly number[],
    doSlice: (rows: number[]) => Promise<boolean>,
  ): Promise<boolean> {
    const left = [...ofRows];
    const rows = left.flatMap((value, row) => (value === 0 ? [] : [row]));
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const slice = rows.slice(at, at + ROWS_AT_ONCE);
      if (!(await doSlice(slice))) return false;
      for (const row of slice) left[row] = 0;
      if (at + ROWS_AT_ONCE < rows.length) await items.putChore(id, chore, left);
    }
    await items.endChore(id, chore);
    return true;
  }

  return {
    /** Takes the jobs of segments that became valid out of the live index. @returns false when time ran out */
    async clear(
      entries: readonly ManifestEntry[],
      recent: readonly string[],
      hasTime: () => boolean,
    ): Promise<boolean> {
      for (const { id, rowCount } of entries.filter((entry) => recent.includes(entry.id))) {
        const versions = await items.chore(id, 'versions');
        if (versions === undefined) continue;
        const ids = await idsOf(id, rowCount);
        const { createdAt } = new TextPart(await items.part(id, 'text'), items.nameOf(id, 'text')).columns;
        const isDone = await inSlices(id, 'versions', versions, (rows) =>
          eachInTime(rows, hasTime, (row) => jobs.leaveLive(ids.id(row), versions[row] ?? 0, createdAt[row] ?? 0)),
        );
        if (!isDone) return false;
      }
      return true;
    },

    /**
     * Removes the jobs that the list of segments calls dead since they are too old, as who began it reckoned.
     * @param onRemoved told of each
     * @returns false when time ran out
     */
    async forget({ forgetting, forgetBefore }: Head, hasTime: () => boolean, onRemoved: () => void): Promise<boolean> {
      const before = forgetBefore ?? jobs.forgottenBefore() ?? 0;
      for (const id of forgetting) {
        const ofRows = await items.chore(id, 'forget');
        if (ofRows === undefined) continue;
        const ids = await idsOf(id, ofRows.length);
        const isWhole = await inSlices(id, 'forget', ofRows, async (rows) => {
          const stored = await jobs.getMany(rows.map((row) => ids.id(row)));
          // Of what came to life by late news since, the next version is packed, and removed in its turn.
          const gone = stored.filter(({ job, isLive }) => !isLive && isDone(job) && endedAt(job) < before);
          return await eachInTime(gone, hasTime, async ({ job, version }) => {
            if (await jobs.remove(job.id, version)) onRemoved();
          });
        });
        if (!isWhole) return false;
      }
      return true;
    },
  };
}
export type Chores = ReturnType<typeof chores>;
