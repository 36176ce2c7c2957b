/** Segments that are held in memory, packed, and unpacked once each when a search needs them. */
import type { IdColumn } from './idColumn';
import type { MetricsColumns } from './metricsColumns';
import type { SegmentSource, SegmentSummary } from './openSegment';
import { type PackedSegment, readIds, readMetrics, TextPart } from './segment';

export const summaryOf = ({ id, rows }: PackedSegment): SegmentSummary => ({
  id,
  rowCount: rows.length,
  oldestAt: rows[0]?.createdAt ?? 0,
  newestAt: rows.at(-1)?.createdAt ?? 0,
});

export function memorySource(segments: Iterable<Pick<PackedSegment, 'id' | 'parts'>>): SegmentSource {
  const packed = new Map<string, Pick<PackedSegment, 'id' | 'parts'>>();
  for (const segment of segments) packed.set(segment.id, segment);
  const texts = new Map<string, TextPart>();
  const ids = new Map<string, IdColumn>();
  const metrics = new Map<string, MetricsColumns>();
  const part = (id: string, name: 'text' | 'ids' | 'metrics'): Buffer => packed.get(id)?.parts[name] ?? Buffer.alloc(0);
  const source = {
    text: ({ id }: SegmentSummary) => remember(texts, id, () => new TextPart(part(id, 'text'), `${id}/text`)),
    ids: ({ id, rowCount }: SegmentSummary) => remember(ids, id, () => readIds(part(id, 'ids'), `${id}/ids`, rowCount)),
    metrics: (segment: SegmentSummary) =>
      remember(metrics, segment.id, () =>
        readMetrics(part(segment.id, 'metrics'), `${segment.id}/metrics`, source.text(segment)),
      ),
  };
  return source;
}

function remember<T>(known: Map<string, T>, id: string, make: () => T): T {
  let found = known.get(id);
  if (found === undefined) {
    found = make();
    known.set(id, found);
  }
  return found;
}
