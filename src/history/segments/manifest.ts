/**
 * The list of segments: what a search reads first. Per segment its rows, its span of time, how many jobs of each queue ended
 * how, and the rows that are dead; so that questions of queue, status and time need no segment at all.
 */
import { ByteWriter } from './bytes';
import { Dictionary, DictionaryBuilder } from './dictionary';
import type { SegmentSummary } from './openSegment';
import { guard, readPart, writePart } from './part';
import type { PackedSegment } from './segment';

/** How many of a queue's jobs in a segment ended how. */
export interface QueueCount {
  queue: string;
  succeeded: number;
  failed: number;
}

export interface ManifestEntry extends SegmentSummary {
  counts: readonly QueueCount[];
  /** Rows that another segment, or nobody, answers for now; in order. */
  dead: readonly number[];
}

export function manifestEntry({ id, rows }: PackedSegment): ManifestEntry {
  const counts = new Map<string, QueueCount>();
  for (const { queue, isFailed } of rows) {
    const count = counts.get(queue) ?? { queue, succeeded: 0, failed: 0 };
    if (isFailed) count.failed++;
    else count.succeeded++;
    counts.set(queue, count);
  }
  return {
    id,
    rowCount: rows.length,
    oldestAt: rows[0]?.createdAt ?? 0,
    newestAt: rows.at(-1)?.createdAt ?? 0,
    counts: [...counts.values()].sort((a, b) => (a.queue < b.queue ? -1 : 1)),
    dead: [],
  };
}

export function packManifest(entries: readonly ManifestEntry[]): Buffer {
  const into = new ByteWriter();
  const queues = new DictionaryBuilder();
  for (const { counts } of entries) for (const { queue } of counts) queues.number(queue);
  queues.write(into);
  into.count(entries.length);
  let before = 0;
  for (const { id, rowCount, oldestAt, newestAt, counts, dead } of entries) {
    into.text(id);
    into.count(rowCount);
    into.signed(oldestAt - before);
    into.count(newestAt - oldestAt);
    before = oldestAt;
    into.count(counts.length);
    for (const { queue } of counts) into.count(queues.number(queue));
    for (const { succeeded } of counts) into.count(succeeded);
    for (const { failed } of counts) into.count(failed);
    into.count(dead.length);
    dead.forEach((row, n) => void into.count(row - (dead[n - 1] ?? 0)));
  }
  return writePart('manifest', [into.finish()]);
}

export function readManifest(bytes: Uint8Array, item: string): ManifestEntry[] {
  const [stream] = readPart('manifest', bytes, item);
  return guard(item, () => {
    const from = stream?.();
    if (from === undefined) throw new RangeError('it is empty');
    const queues = [...Dictionary.read(from).texts()];
    let before = 0;
    return Array.from({ length: from.count() }, (): ManifestEntry => {
      const id = from.text();
      const rowCount = from.count();
      const oldestAt = before + from.signed();
      const newestAt = oldestAt + from.count();
      before = oldestAt;
      const held = Array.from({ length: from.count() }, () => queues[from.count()] ?? '');
      const succeeded = held.map(() => from.count());
      const failed = held.map(() => from.count());
      let row = 0;
      const dead = Array.from({ length: from.count() }, () => {
        row += from.count();
        return row;
      });
      const counts = held.map((queue, n) => ({ queue, succeeded: succeeded[n] ?? 0, failed: failed[n] ?? 0 }));
      return { id, rowCount, oldestAt, newestAt, counts, dead };
    });
  });
}
