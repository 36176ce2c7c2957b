/** The parts of segments that this process has read: they never change, so a warm worker keeps them. */
import type { SegmentItems } from './segmentItems';
import {
  type PartName,
  readIds,
  readMetrics,
  type SegmentSource,
  type SegmentSummary,
  TextPart as Text,
  type TextPart,
} from './segments';

/** A worker has 1 GB; a segment's text takes about half a megabyte unpacked, its ids a third of one. */
const MOST_PARTS = 900;

/** Remembers what was loaded, and forgets what was used least lately. */
function cache<T>(load: (segment: SegmentSummary) => Promise<T>): (segment: SegmentSummary) => T | Promise<T> {
  const loaded = new Map<string, T>();
  const loading = new Map<string, Promise<T>>();
  return (segment) => {
    const known = loaded.get(segment.id);
    if (known !== undefined) {
      loaded.delete(segment.id);
      loaded.set(segment.id, known);
      return known;
    }
    const begun = loading.get(segment.id);
    if (begun !== undefined) return begun;
    const part = load(segment)
      .then((value) => {
        loaded.set(segment.id, value);
        for (const oldest of loaded.keys()) {
          if (loaded.size <= MOST_PARTS) break;
          loaded.delete(oldest);
        }
        return value;
      })
      .finally(() => loading.delete(segment.id));
    loading.set(segment.id, part);
    return part;
  };
}

/** @param onRead told of each part that is read from the table, with its size */
export function segmentCache(items: SegmentItems, onRead: (bytes: number) => void = () => undefined): SegmentSource {
  const read = async (id: string, part: PartName): Promise<Uint8Array> => {
    const bytes = await items.part(id, part);
    onRead(bytes.length);
    return bytes;
  };
  const text = cache<TextPart>(async ({ id }) => new Text(await read(id, 'text'), items.nameOf(id, 'text')));
  return {
    text,
    ids: cache(async ({ id, rowCount }) => readIds(await read(id, 'ids'), items.nameOf(id, 'ids'), rowCount)),
    metrics: cache(async (segment) =>
      readMetrics(await read(segment.id, 'metrics'), items.nameOf(segment.id, 'metrics'), await text(segment)),
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
