/** Finds the rows that jobs have in segments already, one segment open at a time, and makes them dead. */
import { placesInSegments, type StoredJob } from '../jobItem';
import { rowInSegment } from '../searching/segmentCache';
import type { SegmentItems } from '../searching/segmentItems';
import { type ManifestEntry, readIds, readMetrics, type SegmentSource, TextPart } from '../segments';

/** The parts of one segment, each read when it is first asked for; nothing is kept for the next. */
export function openSegment(items: SegmentItems, { id, rowCount }: Pick<ManifestEntry, 'id' | 'rowCount'>) {
  let text: Promise<TextPart> | undefined;
  const source = {
    text: (): Promise<TextPart> => {
      text ??= items.part(id, 'text').then((bytes) => new TextPart(bytes, items.nameOf(id, 'text')));
      return text;
    },
    ids: async () => readIds(await items.part(id, 'ids'), items.nameOf(id, 'ids'), rowCount),
    metrics: async () => readMetrics(await items.part(id, 'metrics'), items.nameOf(id, 'metrics'), await source.text()),
  };
  return source satisfies SegmentSource;
}

export const withDead = (entry: ManifestEntry, rows: Iterable<number>): ManifestEntry => {
  const dead = [...new Set([...entry.dead, ...rows])].sort((a, b) => a - b);
  return dead.length === entry.dead.length ? entry : { ...entry, dead };
};

/** The list of segments in which none of these jobs has a living row. */
export async function bury(
  items: SegmentItems,
  entries: readonly ManifestEntry[],
  stored: readonly StoredJob[],
): Promise<ManifestEntry[]> {
  const packed = stored.filter((job) => job.packed !== undefined);
  const buried: ManifestEntry[] = [];
  for (const entry of entries) {
    const source = openSegment(items, entry);
    const ids = packed.length === 0 ? undefined : once(source.ids);
    const dead: number[] = [];
    for (const { job, packed: at } of packed) {
      for (const place of placesInSegments(job.createdAt, at)) {
        const row = await rowInSegment({ ...source, ids: ids ?? source.ids }, entry, place, job.id);
        if (row !== undefined) dead.push(row);
      }
    }
    buried.push(withDead(entry, dead));
  }
  return buried;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}
