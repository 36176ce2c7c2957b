/** A search in an order that is not that of time: every match is looked at, but only those near the page are named. */
import type { Cursor, Page } from '../../jobs/match';
import { OpenSegment, type SegmentSummary } from './openSegment';
import { type FoundPage, LEAST_SEGMENTS, type Search, segmentsToAsk } from './searchSegments';
import { unstored } from './texts';

export interface SortedSearch extends Omit<Search, 'others' | 'order' | 'page' | 'pageOnly'> {
  sort: 'duration' | 'name';
  /** Matching jobs that no segment holds, or hides. */
  others: readonly Cursor[];
  page: Page;
}

/** A match before its id is read. */
interface Hit {
  key: Cursor['key'];
  id?: string;
  open?: OpenSegment;
  row?: number;
}

/** More hits than this beyond the page are sorted, and the far ones forgotten. */
const SPARE_HITS = 4_096;

const compareKeys = (a: Cursor['key'], b: Cursor['key']): number => (a < b ? -1 : a > b ? 1 : 0);
const idOf = async ({ id, open, row = 0 }: Hit): Promise<string> => id ?? (await open?.ids())?.id(row) ?? '';

/** What a segment's rows are sorted by, the same as the plain rules take. */
async function keysOf(open: OpenSegment, segment: SegmentSummary, search: SortedSearch) {
  if (search.sort === 'name') return (row: number) => unstored(open.text.name(row));
  const { durationMs } = await search.source.metrics(segment);
  return (row: number) => durationMs[row] ?? -1;
}

export async function sortedSearch(search: SortedSearch): Promise<FoundPage<Cursor>> {
  const { page, sort, others, isSpent = () => false } = search;
  const ascending = sort === 'name' ? 1 : -1;
  const turnedBack = page.after === undefined && page.before !== undefined;
  const edge = page.after ?? page.before;
  /** Nearest to the page's beginning first. */
  const direction = turnedBack ? -ascending : ascending;
  let [inside, outside, read, isExact] = [0, 0, 0, true];
  let hits: Hit[] = [];

  async function consider(hit: Hit): Promise<void> {
    let side = edge === undefined ? 1 : direction * compareKeys(hit.key, edge.key);
    if (edge !== undefined && side === 0) side = direction * compareKeys(await idOf(hit), edge.id);
    if (side > 0) {
      inside++;
      hits.push(hit);
    } else outside++;
  }
  function forgetFar(): void {
    if (hits.length <= page.limit + SPARE_HITS) return;
    hits.sort((a, b) => direction * compareKeys(a.key, b.key));
    const last = hits[page.limit - 1]?.key;
    if (last !== undefined) hits = hits.filter(({ key }) => direction * compareKeys(key, last) <= 0);
  }

  for (const other of others) await consider(other);
  const newestFirst = segmentsToAsk(search).sort((a, b) => b.newestAt - a.newestAt);
  for (const segment of newestFirst) {
    if (read >= (hits.length > 0 ? 1 : LEAST_SEGMENTS) && isSpent()) {
      isExact = false;
      break;
    }
    if ((await search.vocabulary?.(segment, search.question, search.isIdKnown ?? false)) === false) continue;
    read++;
    const open = await OpenSegment.open(segment, search.source, search.question, search.isIdKnown);
    const rows = open.matching();
    if (rows.length === 0) continue;
    const keyOf = await keysOf(open, segment, search);
    for (const row of rows) await consider({ key: keyOf(row), open, row });
    forgetFar();
  }
  if (turnedBack && inside < page.limit) {
    // Too near to the beginning for a whole page: the first page.
    const { before: _, ...first } = page;
    return await sortedSearch({ ...search, page: first });
  }
  hits.sort((a, b) => direction * compareKeys(a.key, b.key));
  const last = hits[page.limit - 1]?.key;
  const near = last === undefined ? hits : hits.filter(({ key }) => direction * compareKeys(key, last) <= 0);
  const named = await Promise.all(near.map(async (hit): Promise<Cursor> => ({ key: hit.key, id: await idOf(hit) })));
  named.sort((a, b) => direction * (compareKeys(a.key, b.key) || compareKeys(a.id, b.id)));
  const shown = named.slice(0, page.limit);
  if (turnedBack) shown.reverse();
  const before = turnedBack ? inside - shown.length : outside;
  const total = inside + outside;
  return {
    found: shown,
    total,
    isExact,
    from: isExact || edge === undefined ? before + 1 : undefined,
    hasNext: shown.length > 0 && before + shown.length < total,
    hasPrevious: shown.length > 0 && before > 0,
  };
}
