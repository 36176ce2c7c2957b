/**
 * Packs finished jobs of the live index into search segments, a little at each tick.
 *
 * A job is never lost and never found twice, wherever a run is cut off: first come the segment's items, which nobody reads
 * yet; then one conditional write makes the list of segments valid that has them; then the jobs leave the live index, each
 * only in the version that was packed. Until that is done a job is in both places, which readers expect; and the next run
 * does that before anything else. Segments are an index: `JOB#` items stay as they are, and all can be packed anew.
 *
 * All of it goes in portions of at most 16,384 jobs under a lease each, until nothing is left or time runs out.
 */
import { isDone } from '../../jobs/job';
import { endedAt } from '../jobItem';
import type { JobItems } from '../jobs';
import { type Head, MissingItemError, type SegmentItems } from '../segmentItems';
import {
  DamagedPartError,
  type ManifestEntry,
  manifestEntry,
  packSegments,
  ROWS_PER_SEGMENT,
  segmentRow,
  unpackRow,
  type VersionedRow,
} from '../segments';
import { bury, openSegment } from './bury';
import { type Chores, eachInTime } from './chores';
import type { FinishedJobs } from './finished';
import { livingRows, type Publisher } from './publish';
import type { Rebuilding, RebuildProgress } from './rebuild';
import { forgetRows, holdsForgotten } from './retention';
import type { SupersededItems } from './superseded';

export interface PackOptions {
  now: () => number;
  remainingMs: () => number;
  /** Fewer finished jobs than this wait. */
  leastJobs?: number;
  /** So many small segments become one. */
  mergeAt?: number;
  onProgress?: (progress: RebuildProgress) => void;
}

export interface PackReport {
  packed: number;
  merged: number;
  /** Jobs that were removed for good. */
  forgotten: number;
  /** False when another packer is at it, or time ran out. */
  complete: boolean;
}

const LEAST_JOBS = 1_024;
const MERGE_AT = 8;
/** What a portion may take after the last look at the clock. */
const RESERVE_MS = 8_000;
/** A lease ends with its Lambda, which the clock of another may tell a little earlier; Lambdas live 15 minutes at most. */
const LEASE_MARGIN_MS = 2_000;
const LONGEST_LEASE_MS = 120_000;
/** A look at the live index is at most seconds behind, and so many packs ago is at least minutes. */
const RECENT_SEGMENTS = 16;
/** Longer than any lag of the live index: after so long no look at it shows a job that has left it. */
const SETTLED_MS = 600_000;

export interface Packing {
  jobs: JobItems;
  finished: FinishedJobs;
  items: SegmentItems;
  publisher: Publisher;
  chores: Chores;
  rebuilding: Rebuilding;
  superseded: SupersededItems;
}

/** More to do, all done, or cut off: by time, or by a packer that was faster. */
type Outcome = 'more' | 'done' | 'cut off';

export function packer({ jobs, finished, items, publisher, chores, rebuilding, superseded }: Packing) {
  /** Small segments, or none as long as they are few: their living rows are packed again. */
  async function rowsToMerge(entries: readonly ManifestEntry[], mergeAt: number) {
    const small = entries.filter(publisher.isSmall);
    const together = small.reduce((sum, entry) => sum + livingRows(entry), 0);
    if (small.length < 2 || (small.length < mergeAt && together < ROWS_PER_SEGMENT))
      return { merged: new Set<string>(), rows: [], origin: '' };
    const rows: VersionedRow[] = [];
    for (const entry of small) {
      const source = openSegment(items, entry);
      const [text, ids, metrics] = [await source.text(), await source.ids(), await source.metrics()];
      const dead = new Set(entry.dead);
      for (let row = 0; row < entry.rowCount; row++) {
        if (!dead.has(row)) rows.push({ row: unpackRow(row, text, ids, metrics), version: 0 });
      }
    }
    const origin = small.map(({ id, dead }) => `${id} ${dead.join()}`).join('\n');
    return { merged: new Set(small.map(({ id }) => id)), rows, origin };
  }

  const stillRecent = (head: Head, entries: readonly ManifestEntry[]): string[] =>
    head.recent.filter((recent) => entries.some(({ id }) => id === recent)).slice(0, RECENT_SEGMENTS);

  async function forgetPacked(
    head: Head,
    before: readonly ManifestEntry[],
    endedBefore: number,
    { now }: PackOptions,
    report: PackReport,
    hasTime: () => boolean,
  ): Promise<Outcome> {
    const { entries, rows, count } = await forgetRows(items, before, endedBefore);
    for (const [id, ofRows] of rows) await items.putChore(id, 'forget', ofRows);
    const change = { before, after: entries, recent: stillRecent(head, entries), forgetting: [...rows.keys()] };
    const next = await publisher.publish(head, change, now());
    if (next === undefined) return 'cut off';
    report.forgotten += count;
    if (!(await chores.forget(next.head, hasTime))) return 'cut off';
    await items.forgot(next.head);
    return 'more';
  }

  async function packFinished(
    head: Head,
    before: readonly ManifestEntry[],
    options: PackOptions,
    report: PackReport,
    hasTime: () => boolean,
  ): Promise<Outcome> {
    const forgottenBefore = jobs.forgottenBefore();
    const waiting = await finished.look(ROWS_PER_SEGMENT);
    const isOld = (at: number) => forgottenBefore !== undefined && at < forgottenBefore;
    const leastJobs = Math.max(1, options.leastJobs ?? LEAST_JOBS);
    if (waiting.length < leastJobs && !waiting.some((job) => isOld(job.endedAt))) {
      if (!before.some(publisher.lacksVocabulary)) return 'done';
      const change = { before, after: before, recent: head.recent };
      return (await publisher.publish(head, change, options.now())) === undefined ? 'cut off' : 'more';
    }
    if (!hasTime()) return 'cut off';
    const known = await jobs.getMany(waiting.map(({ id }) => id));
    const stored = known.filter(({ job, isLive }) => isLive && isDone(job));
    const ids = new Set(stored.map(({ job }) => job.id));
    finished.taken(waiting.flatMap(({ id }) => (ids.has(id) ? [] : [id])));
    const old = stored.filter(({ job }) => isOld(endedAt(job)));
    const fresh = stored.filter((one) => !old.includes(one));
    if (fresh.length < leastJobs) fresh.length = 0;
    if (old.length + fresh.length === 0) return waiting.length < ROWS_PER_SEGMENT ? 'done' : 'more';
    const buried = await bury(items, before, [...old, ...fresh]);
    const { merged, rows, origin } = await rowsToMerge(buried, options.mergeAt ?? MERGE_AT);
    const versioned = fresh.map(({ job, version }): VersionedRow => ({ row: segmentRow(job), version }));
    const segments = packSegments([...rows, ...versioned], origin);
    const kept = buried.filter((entry) => !merged.has(entry.id) && livingRows(entry) > 0);
    const isKept = new Set(kept.map(({ id }) => id));
    const after = [...kept, ...segments.map(manifestEntry).filter(({ id }) => !isKept.has(id))];
    const recent = [...segments.map(({ id }) => id), ...stillRecent(head, kept)].slice(0, RECENT_SEGMENTS);
    const next = await publisher.publish(head, { before, after, segments, recent }, options.now());
    if (next === undefined) return 'cut off';
    report.packed += fresh.length;
    report.merged += merged.size;
    const isCleared = await chores.clear(next.entries, next.head.recent, hasTime);
    const isRemoved = await eachInTime(old, hasTime, async ({ job, version }) => {
      if (await jobs.remove(job.id, version)) report.forgotten++;
    });
    finished.taken([...fresh, ...old].map(({ job }) => job.id));
    return isCleared && isRemoved ? 'more' : 'cut off';
  }

  /** Notes when the jobs of recent segments have left the live index, and when no look at it can tell otherwise. */
  async function settle(head: Head, at: number): Promise<Head | undefined> {
    if (head.recent.length === 0) return head;
    if (head.clearedAt === undefined) return await items.cleared(head, at);
    return at - head.clearedAt > SETTLED_MS ? await items.settled(head) : head;
  }

  /** Does what the last run left to do. @returns the head as it is then; undefined when time ran out */
  async function finishChores(
    head: Head,
    entries: readonly ManifestEntry[],
    { now }: PackOptions,
    hasTime: () => boolean,
  ): Promise<Head | undefined> {
    if (!(await chores.clear(entries, head.recent, hasTime))) return undefined;
    const settled = await settle(head, now());
    if (settled === undefined || settled.forgetting.length === 0) return settled;
    if (!(await chores.forget(settled, hasTime))) return undefined;
    return await items.forgot(settled);
  }

  async function rebuildPortion(head: Head, options: PackOptions, report: PackReport, hasTime: () => boolean) {
    let entries: readonly ManifestEntry[] = [];
    try {
      entries = await items.manifest(head);
      if ((await finishChores(head, entries, options, hasTime)) === undefined) return 'cut off';
    } catch (error) {
      // What a rebuild is for: the jobs that are still live are left to the live index, and no row of these is needed.
      if (!(error instanceof DamagedPartError || error instanceof MissingItemError)) throw error;
    }
    const progress = await rebuilding.portion(head, entries, options.now(), hasTime);
    if (progress === undefined) return 'cut off';
    options.onProgress?.(progress);
    if (progress.doing === 'done') report.packed += progress.jobs;
    return 'more';
  }

  async function portion(
    head: Head,
    options: PackOptions,
    report: PackReport,
    hasTime: () => boolean,
  ): Promise<Outcome> {
    if (head.rebuilding !== undefined) return await rebuildPortion(head, options, report, hasTime);
    const entries = await items.manifest(head);
    const ready = await finishChores(head, entries, options, hasTime);
    if (ready === undefined) return 'cut off';
    const forgottenBefore = jobs.forgottenBefore();
    if (forgottenBefore !== undefined && holdsForgotten(entries, forgottenBefore))
      return await forgetPacked(ready, entries, forgottenBefore, options, report, hasTime);
    const outcome = await packFinished(ready, entries, options, report, hasTime);
    if (outcome === 'done') await superseded.remove(items, ready, entries, options.now(), hasTime);
    return outcome;
  }

  async function underLease(
    { now, remainingMs }: PackOptions,
    work: (head: Head, hasTime: () => boolean) => Promise<Outcome>,
  ): Promise<Outcome> {
    const until = now() + Math.min(remainingMs() + LEASE_MARGIN_MS, LONGEST_LEASE_MS);
    const head = await items.lease(now(), until);
    if (head === undefined) return 'cut off';
    try {
      // A laptop that slept through its lease has no time left either.
      const outcome = await work(head, () => remainingMs() > RESERVE_MS && now() < until);
      await items.release(head);
      return outcome;
    } catch (error) {
      const released = await items.release(head).catch(() => head);
      // Who took the lease over has gone on since, and what was valid here may be removed.
      if (error instanceof MissingItemError && released === undefined) return 'cut off';
      throw error;
    }
  }

  async function pack(options: PackOptions): Promise<PackReport> {
    const report: PackReport = { packed: 0, merged: 0, forgotten: 0, complete: false };
    for (;;) {
      if (options.remainingMs() <= RESERVE_MS) return report;
      const outcome = await underLease(options, (head, hasTime) => portion(head, options, report, hasTime));
      if (outcome === 'cut off') return report;
      if (outcome === 'done') return { ...report, complete: true };
    }
  }

  return {
    pack,
    /**
     * Packs all jobs anew. What is cut off goes on at the next pack, whoever does that, and a second call goes on too.
     */
    async rebuild(options: PackOptions): Promise<PackReport> {
      const begun = await underLease(options, async (head) =>
        head.rebuilding !== undefined || (await rebuilding.begin(head)) ? 'more' : 'cut off',
      );
      return begun === 'more' ? await pack(options) : { packed: 0, merged: 0, forgotten: 0, complete: false };
    },
  };
}
export type Packer = ReturnType<typeof packer>;
