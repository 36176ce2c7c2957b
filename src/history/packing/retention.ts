/**
 * Removes for good the jobs that ended longer ago than they are to be kept, a few segments at a time: the list of segments
 * calls their rows dead first, so that no search finds them, and then their items go (`chores.ts`).
 */

import type { SegmentItems } from '../searching/segmentItems';
import { type ManifestEntry, rowEndedAt } from '../segments';
import { openSegment, withDead } from './bury';

const SEGMENTS_AT_ONCE = 4;

export interface Forgetting {
  entries: ManifestEntry[];
  /** For each segment that holds some, 1 for each row whose job is to be removed. */
  rows: Map<string, number[]>;
}

/** @param before jobs that ended before this moment (ms) are to be removed */
export const holdsForgotten = (entries: readonly ManifestEntry[], before: number): boolean =>
  entries.some(({ firstEndAt }) => firstEndAt < before);

export async function forgetRows(
  items: SegmentItems,
  entries: readonly ManifestEntry[],
  before: number,
): Promise<Forgetting> {
  const due = entries.filter(({ firstEndAt }) => firstEndAt < before).slice(0, SEGMENTS_AT_ONCE);
  const forgetting: Forgetting = { entries: [], rows: new Map() };
  for (const entry of entries) {
    if (!due.includes(entry)) {
      forgetting.entries.push(entry);
      continue;
    }
    const source = openSegment(items, entry);
    const { createdAt } = (await source.text()).columns;
    const { stoppedAt } = (await source.metrics()).stages;
    const dead = new Set(entry.dead);
    const old = new Array<number>(entry.rowCount).fill(0);
    let firstEndAt = rowEndedAt(undefined, 0);
    let count = 0;
    for (let row = 0; row < entry.rowCount; row++) {
      if (dead.has(row)) continue;
      const stopped = stoppedAt[row];
      const known = stopped === undefined || Number.isNaN(stopped) ? undefined : stopped;
      const ended = rowEndedAt(known, createdAt[row] ?? 0);
      if (ended >= before) {
        firstEndAt = Math.min(firstEndAt, ended);
        continue;
      }
      old[row] = 1;
      count++;
    }
    if (count > 0) forgetting.rows.set(entry.id, old);
    const left = withDead(
      entry,
      old.flatMap((value, row) => (value === 0 ? [] : [row])),
    );
    if (left.dead.length < left.rowCount) forgetting.entries.push({ ...left, firstEndAt });
  }
  return forgetting;
}
