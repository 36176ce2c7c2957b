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
import { type Head, MissingItemError, type SegmentItems } from '../searching/segmentItems';
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
import { type Clock, isTimeLeft, type Outcome, underLease } from './lease';
import { livingRows, type Publisher } from './publish';
import type { Rebuilding, RebuildProgress } from './rebuild';
import { forgetRows, holdsForgotten } from './retention';
import type { OnDamaged, SupersededItems } from './superseded';

export interface PackOptions extends Clock {
  /** Fewer finished jobs than this wait. */
  leastJobs?: number;
  /** So many small segments become one. */
  mergeAt?: number;
  onProgress?: (progress: RebuildProgress) => void;
  onDamaged?: OnDamaged;
}

export interface PackReport {
  packed: number;
  merged: number;
  /** Jobs that were removed for good. */
  forgotten: number;
  /** Before when (ms) these ended. */
  forgottenBefore?: number;
  /** False when another packer is at it, or time ran out. */
  complete: boolean;
  /** Another has the lease until then (ms). */
  leasedUntil?: number;
}

const LEAST_JOBS = 1_024;
const MERGE_AT = 8;
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

  /** Counts a job that was removed. @param before when it ended */
  const removed = (report: PackReport, before: number | undefined) => (): void => {
    report.forgotten++;
    if (before !== undefined) report.forgottenBefore = Math.max(before, report.forgottenBefore ?? before);
  };

  /** @returns the head as it is then; undefined when time ran out, or a packer was faster */
  async function forget(head: Head, report: PackReport, hasTime: () => boolean): Promise<Head | undefined> {
    if (head.forgetting.length === 0) return head;
    const isDone = await chores.forget(head, hasTime, removed(report, head.forgetBefore ?? jobs.forgottenBefore()));
    return isDone ? await items.forgot(head) : undefined;
  }

  async function forgetPacked(
    head: Head,
    before: readonly ManifestEntry[],
    endedBefore: number,
    { now }: PackOptions,
    report: PackReport,
    hasTime: () => boolean,
  ): Promise<Outcome> {
    const { entries, rows } = await forgetRows(items, before, endedBefore);
    for (const [id, ofRows] of rows) await items.putChore(id, 'forget', ofRows);
    const change = {
      before,
      after: entries,
      recent: stillRecent(head, entries),
      forgetting: { segments: [...rows.keys()], before: endedBefore },
    };
    const next = await publisher.publish(head, change, now());
    if (next === undefined) return 'cut off';
    return (await forget(next.head, report, hasTime)) === undefined ? 'cut off' : 'more';
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
      if (await jobs.remove(job.id, version)) removed(report, forgottenBefore)();
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
    report: PackReport,
    hasTime: () => boolean,
  ): Promise<Head | undefined> {
    if (!(await chores.clear(entries, head.recent, hasTime))) return undefined;
    const settled = await settle(head, now());
    return settled === undefined ? undefined : await forget(settled, report, hasTime);
  }

  async function rebuildPortion(head: Head, options: PackOptions, report: PackReport, hasTime: () => boolean) {
    let entries: readonly ManifestEntry[] = [];
    try {
      entries = await items.manifest(head);
      if ((await finishChores(head, entries, options, report, hasTime)) === undefined) return 'cut off';
    } catch (error) {
      // What a rebuild is for: the jobs that are still live are left to the live index, and no row of these is needed.
      if (!(error instanceof DamagedPartError || error instanceof MissingItemError)) throw error;
    }
    const progress = await rebuilding.portion(head, entries, {
      at: options.now(),
      hasTime,
      onRemoved: removed(report, jobs.forgottenBefore()),
      onDamaged: options.onDamaged,
    });
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
    const ready = await finishChores(head, entries, options, report, hasTime);
    if (ready === undefined) return 'cut off';
    const forgottenBefore = jobs.forgottenBefore();
    if (forgottenBefore !== undefined && holdsForgotten(entries, forgottenBefore))
      return await forgetPacked(ready, entries, forgottenBefore, options, report, hasTime);
    const outcome = await packFinished(ready, entries, options, report, hasTime);
    if (outcome === 'done') await superseded.remove(items, ready, entries, options.now(), hasTime, options.onDamaged);
    return outcome;
  }

  const nothing = (): PackReport => ({ packed: 0, merged: 0, forgotten: 0, complete: false });
  const stopped = (outcome: Awaited<ReturnType<typeof underLease>>, report: PackReport): PackReport =>
    typeof outcome === 'object' ? { ...report, ...outcome } : { ...report, complete: outcome === 'done' };

  async function pack(options: PackOptions): Promise<PackReport> {
    const report = nothing();
    for (;;) {
      if (!isTimeLeft(options)) return report;
      const outcome = await underLease(items, options, (head, hasTime) => portion(head, options, report, hasTime));
      if (outcome !== 'more') return stopped(outcome, report);
    }
  }

  return {
    pack,
    /**
     * Packs all jobs anew. What is cut off goes on at the next pack, whoever does that, and a second call goes on too.
     */
    async rebuild(options: PackOptions): Promise<PackReport> {
      const damaged = options.onDamaged === undefined ? undefined : await items.mendHead(options.now());
      if (damaged !== undefined) options.onDamaged?.(damaged);
      const begun = await underLease(items, options, async (head) =>
        head.rebuilding !== undefined || (await rebuilding.begin(head)) ? 'more' : 'cut off',
      );
      return begun === 'more' ? await pack(options) : stopped(begun, nothing());
    },
  };
}
export type Packer = ReturnType<typeof packer>;
