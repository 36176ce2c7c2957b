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
  /** When the first of its jobs ended that is not dead. */
  firstEndAt: number;
  /** The vocabulary that knows this segment's tokens, and which of its sixteen places is the segment's. */
  vocabulary?: { key: string; place: number };
}

/** A manifest of so many segments has about 10 KB; the list of segments is kept in as many manifests as it needs. */
const SEGMENTS_PER_MANIFEST = 128;
/** Segments of many queues, or with many dead rows, take more: DynamoDB's items end at 400 KB. */
const BYTES_PER_MANIFEST = 300_000;

/** Later than any job can end, and exact when doubled. */
const NEVER = 4e15;
/** When a row's job ended; one without any time of its own never did, as retention counts. */
export const rowEndedAt = (stoppedAt: number | undefined, createdAt: number): number =>
  stoppedAt ?? (createdAt || NEVER);

export function manifestEntry({ id, rows }: PackedSegment): ManifestEntry {
  const counts = new Map<string, QueueCount>();
  for (const { queue, isFailed } of rows) {
    const count = counts.get(queue) ?? { queue, succeeded: 0, failed: 0 };
    if (isFailed) count.failed++;
    else count.succeeded++;
    counts.set(queue, count);
  }
  const newestAt = rows.at(-1)?.createdAt ?? 0;
  let firstEndAt = NEVER;
  for (const { createdAt, metrics } of rows) {
    firstEndAt = Math.min(firstEndAt, rowEndedAt(metrics.stoppedAt, createdAt));
  }
  return {
    id,
    rowCount: rows.length,
    oldestAt: rows[0]?.createdAt ?? 0,
    newestAt,
    firstEndAt,
    counts: [...counts.values()].sort((a, b) => (a.queue < b.queue ? -1 : 1)),
    dead: [],
  };
}

/** As many manifests as the list needs, in its order. */
export function packManifests(entries: readonly ManifestEntry[]): Buffer[] {
  const fitting = (some: readonly ManifestEntry[]): Buffer[] => {
    const packed = packManifest(some);
    if (packed.length <= BYTES_PER_MANIFEST || some.length === 1) return [packed];
    const half = some.length >> 1;
    return [...fitting(some.slice(0, half)), ...fitting(some.slice(half))];
  };
  return Array.from({ length: Math.ceil(entries.length / SEGMENTS_PER_MANIFEST) }, (_, n) =>
    fitting(entries.slice(n * SEGMENTS_PER_MANIFEST, (n + 1) * SEGMENTS_PER_MANIFEST)),
  ).flat();
}

export function packManifest(entries: readonly ManifestEntry[]): Buffer {
  const into = new ByteWriter();
  const queues = new DictionaryBuilder();
  for (const { counts } of entries) for (const { queue } of counts) queues.number(queue);
  queues.write(into);
  const vocabularies = new DictionaryBuilder();
  for (const { vocabulary } of entries) if (vocabulary !== undefined) vocabularies.number(vocabulary.key);
  vocabularies.write(into);
  into.count(entries.length);
  let before = 0;
  for (const { id, rowCount, oldestAt, newestAt, firstEndAt, vocabulary, counts, dead } of entries) {
    into.text(id);
    into.count(rowCount);
    into.signed(oldestAt - before);
    into.count(newestAt - oldestAt);
    into.signed(firstEndAt - oldestAt);
    into.count(vocabulary === undefined ? 0 : vocabularies.number(vocabulary.key) + 1);
    if (vocabulary !== undefined) into.count(vocabulary.place);
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
    const vocabularies = [...Dictionary.read(from).texts()];
    let before = 0;
    return Array.from({ length: from.count() }, (): ManifestEntry => {
      const id = from.text();
      const rowCount = from.count();
      const oldestAt = before + from.signed();
      const newestAt = oldestAt + from.count();
      const firstEndAt = oldestAt + from.signed();
      const known = from.count();
      const vocabulary = known === 0 ? undefined : { key: vocabularies[known - 1] ?? '', place: from.count() };
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
      return {
        id,
        rowCount,
        oldestAt,
        newestAt,
        firstEndAt,
        counts,
        dead,
        ...(vocabulary === undefined ? {} : { vocabulary }),
      };
    });
  });
}
