/**
 * Packs finished jobs of the live index into search segments, a little at each tick.
 *
 * A job is never lost and never found twice, wherever a run is cut off: first come the segment's items, which nobody reads
 * yet; then one conditional write makes the list of segments valid that has them; then the jobs leave the live index, each
 * only in the version that was packed. Until that is done a job is in both places, which readers expect; and the next run
 * does that before anything else. Segments are an index: `JOB#` items stay as they are, and all can be packed anew.
 */
import { isDone } from '../jobs/job';
import type { JobItems, StoredJob } from './jobs';
import type { LiveRows } from './liveRows';
import { rowInSegment, segmentCache } from './segmentCache';
import { type Head, type SegmentItems, vocabularyGroups } from './segmentItems';
import {
  type ManifestEntry,
  manifestEntry,
  type PackedSegment,
  packSegments,
  ROWS_PER_SEGMENT,
  segmentRow,
  tokensOf,
  unpackRow,
  type VersionedRow,
} from './segments';

export interface PackOptions {
  now: () => number;
  remainingMs: () => number;
  /** Fewer finished jobs than this wait. */
  leastJobs?: number;
  /** So many small segments become one. */
  mergeAt?: number;
}

export interface PackReport {
  packed: number;
  merged: number;
  /** False when another packer is at it, or time ran out. */
  complete: boolean;
}

const LEAST_JOBS = 1_024;
const MERGE_AT = 8;
/** A segment with fewer rows than this is small. */
const SMALL_ROWS = ROWS_PER_SEGMENT / 2;
const LEASE_MS = 120_000;
const REBUILD_LEASE_MS = 3_600_000;
const RESERVE_MS = 8_000;
const WRITES_AT_ONCE = 25;
/** A look at the live index is at most seconds behind, and so many packs ago is at least minutes. */
const RECENT_SEGMENTS = 16;

export function packer(jobs: JobItems, live: LiveRows, items: SegmentItems) {
  const source = segmentCache(items);

  /** Takes the jobs of segments that became valid out of the live index. @returns false when time ran out */
  async function clear(
    entries: readonly ManifestEntry[],
    recent: readonly string[],
    hasTime: () => boolean,
  ): Promise<boolean> {
    for (const entry of entries.filter(({ id }) => recent.includes(id))) {
      const versions = await items.versions(entry.id);
      if (versions === undefined) continue;
      const ids = await source.ids(entry);
      const { createdAt } = (await source.text(entry)).columns;
      const rows = versions.entries();
      await Promise.all(
        Array.from({ length: WRITES_AT_ONCE }, async () => {
          for (const [row, version] of rows) {
            if (!hasTime()) return;
            // Merged rows left the live index long ago.
            if (version > 0) await jobs.leaveLive(ids.id(row), version, createdAt[row] ?? 0);
          }
        }),
      );
      if (!hasTime()) return false;
      await items.dropVersions(entry.id);
    }
    return true;
  }

  /** Marks the rows dead that these jobs have in segments already. */
  async function bury(entries: readonly ManifestEntry[], stored: readonly StoredJob[]): Promise<ManifestEntry[]> {
    const dead = new Map<string, Set<number>>();
    for (const { job, packed } of stored) {
      if (packed === undefined) continue;
      for (const entry of entries) {
        const row = await rowInSegment(source, entry, packed, job.id);
        if (row === undefined) continue;
        dead.set(entry.id, (dead.get(entry.id) ?? new Set(entry.dead)).add(row));
      }
    }
    return entries.map((entry) => {
      const rows = dead.get(entry.id);
      return rows === undefined ? entry : { ...entry, dead: [...rows].sort((a, b) => a - b) };
    });
  }

  /** Small segments, or none as long as they are few: their living rows are packed again. */
  async function rowsToMerge(entries: readonly ManifestEntry[], mergeAt: number) {
    const small = entries.filter(({ rowCount, dead }) => rowCount - dead.length < SMALL_ROWS);
    if (small.length < mergeAt) return { merged: new Set<string>(), rows: [], origin: '' };
    const rows: VersionedRow[] = [];
    for (const entry of small) {
      const [text, ids, metrics] = [await source.text(entry), await source.ids(entry), await source.metrics(entry)];
      const dead = new Set(entry.dead);
      for (let row = 0; row < entry.rowCount; row++) {
        if (!dead.has(row)) rows.push({ row: unpackRow(row, text, ids, metrics), version: 0 });
      }
    }
    const origin = small.map(({ id, dead }) => `${id} ${dead.join()}`).join('\n');
    return { merged: new Set(small.map(({ id }) => id)), rows, origin };
  }

  async function putAll(segments: readonly PackedSegment[], entries: readonly ManifestEntry[]): Promise<void> {
    for (const segment of segments) {
      await items.putVersions(segment.id, segment.versions);
      await items.putSegment(segment);
    }
    for (const group of vocabularyGroups(entries)) {
      if (await items.hasVocabulary(group)) continue;
      const tokens: Set<string>[] = [];
      for (const entry of group) tokens.push(tokensOf(await source.text(entry)));
      await items.putVocabulary(group, tokens);
    }
  }

  async function packUnder(head: Head, options: PackOptions): Promise<PackReport> {
    const hasTime = () => options.remainingMs() > RESERVE_MS;
    const report: PackReport = { packed: 0, merged: 0, complete: false };
    const before = await items.manifest(head);
    if (!(await clear(before, head.recent, hasTime))) return report;
    await live.reread();
    const finished = [...live.rows.values()].filter(({ row }) => isDone(row)).slice(0, 2 * ROWS_PER_SEGMENT);
    if (finished.length < Math.max(1, options.leastJobs ?? LEAST_JOBS) || !hasTime())
      return { ...report, complete: true };
    const stored = (await jobs.getMany(finished.map(({ row }) => row.id))).filter(({ job }) => isDone(job));
    const buried = await bury(before, stored);
    const { merged, rows, origin } = await rowsToMerge(buried, options.mergeAt ?? MERGE_AT);
    const fresh = stored.map(({ job, version }): VersionedRow => ({ row: segmentRow(job), version }));
    const segments = packSegments([...rows, ...fresh], origin);
    const kept = buried.filter(({ id }) => !merged.has(id));
    const known = new Set(kept.map(({ id }) => id));
    const entries = [...kept, ...segments.map(manifestEntry).filter(({ id }) => !known.has(id))];
    await putAll(segments, entries);
    const recent = [...segments.map(({ id }) => id), ...head.recent.filter((id) => known.has(id))].slice(
      0,
      RECENT_SEGMENTS,
    );
    if ((await items.commit(head, entries, recent)) === undefined) return report;
    report.packed = fresh.length;
    report.merged = merged.size;
    report.complete = await clear(entries, recent, hasTime);
    return report;
  }

  /** Packs every finished job of the table anew, into a list of segments that takes the place of the present one. */
  async function rebuildUnder(head: Head, options: PackOptions): Promise<PackReport> {
    const rows: VersionedRow[] = [];
    for await (const { job, version, isLive } of jobs.everyJob()) {
      // Only who is in the live index has to leave it.
      if (isDone(job)) rows.push({ row: segmentRow(job), version: isLive ? version : 0 });
    }
    const segments = packSegments(rows, `rebuilt after ${head.generation}`);
    const entries = segments.map(manifestEntry);
    await putAll(segments, entries);
    const recent = segments.map(({ id }) => id);
    if ((await items.commit(head, entries, recent)) === undefined) return { packed: 0, merged: 0, complete: false };
    return {
      packed: rows.length,
      merged: 0,
      complete: await clear(entries, recent, () => options.remainingMs() > RESERVE_MS),
    };
  }

  const underLease =
    (leaseMs: number, work: (head: Head, options: PackOptions) => Promise<PackReport>) =>
    async (options: PackOptions): Promise<PackReport> => {
      const head = await items.lease(options.now(), options.now() + leaseMs);
      if (head === undefined) return { packed: 0, merged: 0, complete: false };
      try {
        return await work(head, options);
      } finally {
        await items.release(head);
      }
    };

  return {
    pack: underLease(LEASE_MS, packUnder),
    /** Holds all rows in memory, about 1 KB a job: for a person's machine, not for a Lambda. */
    rebuild: underLease(REBUILD_LEASE_MS, rebuildUnder),
  };
}
export type Packer = ReturnType<typeof packer>;
