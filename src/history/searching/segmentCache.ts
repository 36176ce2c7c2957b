/** The parts of segments that this process has read: they never change, so a warm worker keeps them. */

import {
  type PartName,
  readIds,
  readMetrics,
  type SegmentSource,
  type SegmentSummary,
  type Soon,
  TextPart,
} from '../segments';
import type { SegmentItems } from './segmentItems';

/** A worker has 1 GB, of which its program and the live rows take less than a third. */
const MOST_BYTES = 600_000_000;

/** What it was unpacked from, and what statistics keep (18 bytes of lengths, 6 for each of 4 groupings) or `sort:duration` (48). */
const METRICS_BYTES_A_ROW = 64;

interface Kept {
  part: unknown;
  /** A part grows as more of it is unpacked. */
  bytesNow: () => number;
  /** As of its last use. */
  bytes: number;
}

/**
 * @param onRead told of each part that is read from the table, with its size
 * @param mostBytes of unpacked parts that are kept: what was used least lately is forgotten
 */
export function segmentCache(
  items: Pick<SegmentItems, 'part' | 'nameOf'>,
  onRead: (bytes: number) => void = () => undefined,
  mostBytes = MOST_BYTES,
): SegmentSource {
  const loaded = new Map<string, Kept>();
  const loading = new Map<string, Promise<unknown>>();

  let allBytes = 0;

  /** The most lately used is the last. */
  function use(key: string, kept: Kept): void {
    loaded.delete(key);
    loaded.set(key, kept);
    const bytes = kept.bytesNow();
    allBytes += bytes - kept.bytes;
    kept.bytes = bytes;
  }

  function keep(key: string, kept: Kept): void {
    use(key, kept);
    for (const [oldest, { bytes }] of loaded) {
      if (allBytes <= mostBytes || oldest === key) break;
      loaded.delete(oldest);
      allBytes -= bytes;
    }
  }

  /** A part at once if it is here, and loaded once however many ask for it. */
  function part<T>(key: string, load: () => Promise<T>, bytesOf: (part: T) => number): Soon<T> {
    const known = loaded.get(key);
    if (known !== undefined) {
      use(key, known);
      return known.part as T;
    }
    const begun = loading.get(key);
    if (begun !== undefined) return begun as Promise<T>;
    const soon = load()
      .then((value) => {
        keep(key, { part: value, bytesNow: () => bytesOf(value), bytes: 0 });
        return value;
      })
      .finally(() => loading.delete(key));
    loading.set(key, soon);
    return soon;
  }

  const read = async (id: string, name: PartName): Promise<Uint8Array> => {
    const bytes = await items.part(id, name);
    onRead(bytes.length);
    return bytes;
  };
  const inMemory = ({ memoryBytes }: { memoryBytes: number }) => memoryBytes;
  const text = ({ id }: SegmentSummary): Soon<TextPart> =>
    part(`text ${id}`, async () => new TextPart(await read(id, 'text'), items.nameOf(id, 'text')), inMemory);
  return {
    text,
    ids: ({ id, rowCount }) =>
      part(`ids ${id}`, async () => readIds(await read(id, 'ids'), items.nameOf(id, 'ids'), rowCount), inMemory),
    metrics: (segment) =>
      part(
        `metrics ${segment.id}`,
        async () =>
          readMetrics(await read(segment.id, 'metrics'), items.nameOf(segment.id, 'metrics'), await text(segment)),
        () => segment.rowCount * METRICS_BYTES_A_ROW,
      ),
  };
}

/** The row of a job in a segment, by its place; undefined when the segment does not hold it. */
export async function rowInSegment(
  source: SegmentSource,
  segment: SegmentSummary,
  createdAt: number,
  id: string,
): Promise<number | undefined> {
  if (createdAt < segment.oldestAt || createdAt > segment.newestAt) return undefined;
  const times = (await source.text(segment)).columns.createdAt;
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < createdAt) low = middle + 1;
    else high = middle;
  }
  if (times[low] !== createdAt) return undefined;
  const ids = await source.ids(segment);
  for (let row = low; times[row] === createdAt; row++) if (ids.id(row) === id) return row;
  return undefined;
}
