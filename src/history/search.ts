/**
 * Search over every job that is known: the rows of the live index, kept in a warm worker's memory, and the search segments
 * of packed history. Both answer as the plain rules in `jobs/match.ts` do.
 *
 * Live rows are read first and the list of segments second: a job that is packed in between is then seen in both, and the
 * live row wins. The other way round it would be seen in neither.
 */
import { isDone, type JobRow } from '../jobs/job';
import { matcher, type Page, type SearchResult, searchRows } from '../jobs/match';
import type { Query } from '../jobs/query';
import { type JobItems, rowOf } from './jobs';
import type { LiveRows } from './liveRows';
import { rowInSegment, segmentCache } from './segmentCache';
import { type Head, type SegmentItems, vocabularyGroups } from './segmentItems';
import {
  type FoundPage,
  idPrefixes,
  type ManifestEntry,
  questionOf,
  SEGMENTS_PER_VOCABULARY,
  type Search,
  searchSegments,
  type TimePlace,
  type Vocabulary,
} from './segments';

/** How often a packer may be faster than a search before that gives up. */
const MOST_LOOKS = 8;
/** Jobs whose ids begin alike: an array of Batch's has at most 10,000 children. */
const MOST_WITH_PREFIX = 20_000;

const placeOf = (row: JobRow): TimePlace => ({ key: row.createdAt ?? 0, id: row.id });

/** What one search may spend on an exact total; past it, it tells how many it found so far. */
export interface SearchBudget {
  ms: number;
  /** DynamoDB's read units: half a unit for 4 KB, eventually consistent. */
  readUnits: number;
}
export const SEARCH_BUDGET: SearchBudget = { ms: 2_000, readUnits: 1_000 };

export function jobSearch(
  jobs: JobItems,
  live: LiveRows,
  items: SegmentItems,
  now: () => number,
  budget: SearchBudget = SEARCH_BUDGET,
) {
  let unitsRead = 0;
  const source = segmentCache(items, (bytes) => {
    unitsRead += Math.ceil(bytes / 4096) / 2;
  });
  let head: Head | undefined;
  let entries: readonly ManifestEntry[] = [];
  let vocabularies: (Promise<Vocabulary | undefined> | undefined)[] = [];

  async function refresh(): Promise<void> {
    await live.refresh();
    for (let look = 0; look < MOST_LOOKS; look++) {
      const latest = await items.head();
      if (head?.generation === latest.generation) return;
      const isFirst = head === undefined;
      entries = await items.manifest(latest);
      head = latest;
      vocabularies = [];
      // Jobs that were packed have left the live index; a first look has just read it.
      if (!isFirst) await live.reread();
    }
    throw new Error('the search index changed again and again while it was read');
  }

  const vocabulary: NonNullable<Search['vocabulary']> = async ({ id }, question, isIdKnown) => {
    const at = entries.findIndex((entry) => entry.id === id);
    const n = Math.floor(at / SEGMENTS_PER_VOCABULARY);
    vocabularies[n] ??= items.vocabulary(vocabularyGroups(entries)[n] ?? []);
    const found = await vocabularies[n];
    return found === undefined || (found.mask(question, isIdKnown) & (1 << (at % SEGMENTS_PER_VOCABULARY))) !== 0;
  };

  /** Rows of segments that a live row has taken the place of, and dead ones. */
  async function hiddenRows(): Promise<Map<string, Set<number>>> {
    const hidden = new Map(entries.map(({ id, dead }) => [id, new Set(dead)]));
    const recent = entries.filter(({ id }) => head?.recent.includes(id));
    for (const { row, packed } of live.rows.values()) {
      if (!isDone(row) && packed === undefined) continue;
      for (const entry of packed === undefined ? recent : entries) {
        const at = await rowInSegment(source, entry, packed ?? row.createdAt ?? 0, row.id);
        if (at !== undefined) hidden.get(entry.id)?.add(at);
      }
    }
    return hidden;
  }

  async function find(query: Query, page: Page): Promise<FoundPage> {
    const hidden = await hiddenRows();
    const question = questionOf(query);
    const fits = matcher(query);
    const others = [...live.rows.values()].filter(({ row }) => fits(row)).map(({ row }) => placeOf(row));
    const prefixes = idPrefixes(question);
    const byText = matcher(query, true);
    const seen = new Set<string>();
    for (const prefix of prefixes ?? []) {
      for (const { job } of await jobs.findByPrefix(prefix, MOST_WITH_PREFIX)) {
        if (live.rows.has(job.id) || seen.has(job.id)) continue;
        seen.add(job.id);
        const row = rowOf(job);
        if (fits(row) && !byText(row)) others.push(placeOf(row));
      }
    }
    const [beganAt, unitsBefore] = [now(), unitsRead];
    return searchSegments({
      question,
      isSpent: () => now() - beganAt > budget.ms || unitsRead - unitsBefore > budget.readUnits,
      segments: entries,
      source: { ...source, hidden: ({ id }) => hidden.get(id) },
      vocabulary,
      others,
      isIdKnown: prefixes !== undefined,
      order: query.sort === 'oldest' ? 'oldest' : 'newest',
      page: page as Search['page'],
    });
  }

  /** The newest state of each, in the same order. */
  async function rowsOf(found: FoundPage['found']): Promise<JobRow[]> {
    const packed = found.filter(({ id }) => !live.rows.has(id)).map(({ id }) => id);
    const read = new Map((await jobs.getMany(packed)).map(({ job }) => [job.id, rowOf(job)]));
    return found.flatMap(({ id }) => live.rows.get(id)?.row ?? read.get(id) ?? []);
  }

  function* liveOnly(): Generator<JobRow> {
    for (const { row } of live.rows.values()) yield row;
  }

  /** Every match, in no order. */
  async function everyMatch(query: Query): Promise<JobRow[]> {
    const { sort: _, ...unsorted } = query;
    return rowsOf((await find(unsorted, { limit: Number.POSITIVE_INFINITY })).found);
  }

  return {
    async search(query: Query, page: Page): Promise<SearchResult> {
      await refresh();
      if (entries.length === 0) return searchRows(liveOnly(), query, page);
      if (query.sort === 'duration' || query.sort === 'name') return searchRows(await everyMatch(query), query, page);
      const { found, total, from, hasNext, hasPrevious, isExact } = await find(query, page);
      const [first, last] = [found[0], found.at(-1)];
      return {
        rows: await rowsOf(found),
        total,
        from,
        ...(isExact ? {} : { isAtLeast: true as const }),
        ...(hasNext && last !== undefined ? { next: { key: last.key, id: last.id } } : {}),
        ...(hasPrevious && first !== undefined ? { previous: { key: first.key, id: first.id } } : {}),
      };
    },
    /** Every row that matches, newest first; for acts on a whole result. */
    async all(query: Query): Promise<JobRow[]> {
      await refresh();
      const rows: Iterable<JobRow> = entries.length === 0 ? liveOnly() : await everyMatch(query);
      return searchRows(rows, query, { limit: Number.POSITIVE_INFINITY }).rows;
    },
    /** Those of the matching jobs that have not ended: all of them are in the live index. */
    async unfinished(query: Query): Promise<JobRow[]> {
      await refresh();
      const rows = searchRows(liveOnly(), query, { limit: Number.POSITIVE_INFINITY }).rows;
      return rows.filter((row) => !isDone(row));
    },
    /** The row of a job that is in the live index as of the last look, without reading. */
    known: (id: string): JobRow | undefined => live.rows.get(id)?.row,
    refresh,
  };
}
export type JobSearch = ReturnType<typeof jobSearch>;
