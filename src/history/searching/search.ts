/**
 * Search over every job that is known: the rows of the live index, kept in a warm worker's memory, and the search segments
 * of packed history. Both answer as the plain rules in `jobs/match.ts` do.
 *
 * Live rows are read first and the list of segments second: a job that is packed in between is then seen in both, and the
 * live row wins. The other way round it would be seen in neither.
 */
import { arrayParentOf, isDone, type JobRow } from '../../jobs/job';
import { type Cursor, matcher, type Page, placeOf, type SearchResult, searchRows } from '../../jobs/match';
import type { Query, Sort } from '../../jobs/query';
import { checkGroupBy, type Statistics, type StatisticsRequest } from '../../jobs/statistics';
import { type JobItems, rowOf } from '../jobs';
import {
  type FoundPage,
  idPrefixes,
  idWords,
  type Question,
  questionOf,
  type Search,
  searchSegments,
  segmentStatistics,
  segmentsToAsk,
  sortedSearch,
  type TimePlace,
} from '../segments';
import type { LiveRows } from './liveRows';
import { segmentCache } from './segmentCache';
import { MissingItemError } from './segmentItems';
import { type HiddenRows, type ListView, type SegmentReads, segmentList } from './segmentList';

/** Jobs whose ids begin alike: an array of Batch's has at most 10,000 children. */
const MOST_WITH_PREFIX = 20_000;
/** A job's item is one to two KB, and packed jobs are read eventually consistent: what is newer is in the live index. */
const UNITS_A_JOB = 0.5;

/** What one search may spend; past it, it tells how many it found so far. */
export interface SearchBudget {
  ms: number;
  /** DynamoDB's read units: half a unit for 4 KB, eventually consistent. */
  readUnits: number;
}
export const SEARCH_BUDGET: SearchBudget = { ms: 2_000, readUnits: 1_000 };

/**
 * Statistics add every job up, and read two of a segment's three parts: so many times what a search may spend. Over a
 * million jobs in a new worker that is about 1,900 read units.
 */
const STATISTICS_BUDGETS = 10;

export type JobReads = Pick<JobItems, 'getMany' | 'findByPrefix'>;

/** Rows, and whether they are all. */
export interface Matches {
  rows: JobRow[];
  /** The budget of time or reads ended before the last one: these are the newest. */
  isAtLeast?: true;
}

/** A search, its rows outside the segments found already. */
interface Begun {
  live: ListView['rows'];
  byId: ReadonlyMap<string, JobRow>;
  others: readonly JobRow[];
  search: Omit<Search, 'others' | 'order' | 'page'>;
}

export function jobSearch(
  jobs: JobReads,
  live: LiveRows,
  items: SegmentReads,
  now: () => number,
  budget: SearchBudget = SEARCH_BUDGET,
) {
  let unitsRead = 0;
  const count = (bytes: number): void => {
    unitsRead += Math.ceil(bytes / 4096) / 2;
  };
  const source = segmentCache(items, count);
  const list = segmentList(items, live, source, count);

  /** Tells when what one search may spend is spent, or so many times as much. */
  function purse(times = 1): () => boolean {
    const [beganAt, unitsBefore] = [now(), unitsRead];
    return () => now() - beganAt > times * budget.ms || unitsRead - unitsBefore > times * budget.readUnits;
  }

  /** Ids that begin so, unless the live index holds all of them. */
  function isWhollyLive({ rows }: ListView, query: Query, prefix: string): boolean {
    const size = query.array === prefix ? rows.get(prefix)?.row.arraySize : undefined;
    if (size === undefined) return false;
    let children = 0;
    for (const id of rows.keys()) if (arrayParentOf(id) === prefix) children++;
    return children === size;
  }

  /**
   * Packed jobs whose ids begin so and that match, looked up in the table itself.
   * @param isTextAsked leave out those that their texts make match: segments tell of these
   */
  async function foundById(
    view: ListView,
    query: Query,
    prefixes: readonly string[],
    isTextAsked: boolean,
  ): Promise<Map<string, JobRow>> {
    const [fits, byText] = [matcher(query), isTextAsked ? matcher(query, true) : () => false];
    const found = new Map<string, JobRow>();
    for (const prefix of prefixes) {
      if (isWhollyLive(view, query, prefix)) continue;
      const stored = await jobs.findByPrefix(prefix, MOST_WITH_PREFIX, false);
      unitsRead += UNITS_A_JOB * stored.length;
      for (const { job } of stored) {
        if (view.rows.has(job.id) || found.has(job.id)) continue;
        const row = rowOf(job);
        if (fits(row) && !byText(row)) found.set(row.id, row);
      }
    }
    return found;
  }

  /** With which all packed jobs' ids begin that can match; undefined when others can too, by their texts. */
  async function onlyPrefix(view: ListView, question: Question): Promise<string | undefined> {
    const words = idWords(question);
    for (const { prefix, isInTextsToo } of words) if (!isInTextsToo) return prefix;
    for (const { prefix } of words) if (await view.isInNoText(prefix)) return prefix;
    return undefined;
  }

  /** What the table's own keys tell, and the segments that must be asked beside them. */
  async function packed(view: ListView, query: Query, question: Question) {
    if (!question.mayHaveEnded) return { byId: new Map<string, JobRow>(), segments: [], isIdKnown: true };
    const only = await onlyPrefix(view, question);
    if (only !== undefined) return { byId: await foundById(view, query, [only], false), segments: [], isIdKnown: true };
    const prefixes = idPrefixes(question);
    const isIdKnown = prefixes !== undefined;
    const byId = await foundById(view, query, prefixes ?? [], true);
    return { byId, segments: segmentsToAsk({ segments: await view.entries(), question, isIdKnown }), isIdKnown };
  }

  async function begin(view: ListView, query: Query): Promise<Begun> {
    const question = questionOf(query);
    const isSpent = purse();
    const fits = matcher(query);
    const others = [...view.rows.values()].filter(({ row }) => fits(row)).map(({ row }) => row);
    const { byId, segments, isIdKnown } = await packed(view, query, question);
    const hidden: HiddenRows = segments.length > 0 ? await view.hidden() : new Map();
    return {
      live: view.rows,
      byId,
      others: [...others, ...byId.values()],
      search: {
        question,
        isSpent,
        segments,
        source: { ...source, hidden: ({ id }) => hidden.get(id) },
        vocabulary: view.vocabulary,
        isIdKnown,
      },
    };
  }

  async function find({ search, others }: Begun, sort: Sort, page: Page, pageOnly = false): Promise<FoundPage<Cursor>> {
    const places = others.map((row) => placeOf(row, sort));
    if (sort === 'duration' || sort === 'name') return await sortedSearch({ ...search, sort, others: places, page });
    const inTime = { others: places as TimePlace[], page: page as Search['page'] };
    return await searchSegments({ ...search, ...inTime, order: sort, pageOnly });
  }

  /** The newest state of each, in the same order. */
  async function rowsOf(found: readonly Cursor[], { live, byId }: Begun): Promise<JobRow[]> {
    const known = (id: string): JobRow | undefined => live.get(id)?.row ?? byId.get(id);
    const packed = found.filter(({ id }) => known(id) === undefined).map(({ id }) => id);
    unitsRead += UNITS_A_JOB * packed.length;
    const read = new Map<string, JobRow>();
    for (const { job } of await jobs.getMany(packed, false)) read.set(job.id, rowOf(job));
    const missed = packed.filter((id) => !read.has(id));
    if (missed.length > 0) for (const { job } of await jobs.getMany(missed)) read.set(job.id, rowOf(job));
    return found.flatMap(({ id }) => known(id) ?? read.get(id) ?? []);
  }

  function* liveOnly({ rows }: ListView): Generator<JobRow> {
    for (const { row } of rows.values()) yield row;
  }

  /** Looks at what is valid now; once more if a packer removed what was valid a moment ago. */
  async function looking<T>(work: (view: ListView) => Promise<T>): Promise<T> {
    const view = await list.refresh();
    try {
      return await work(view);
    } catch (error) {
      if (!(error instanceof MissingItemError)) throw error;
      return await work(await list.refresh());
    }
  }

  /** Rows that match, newest first, as far as the budget goes. */
  const matches = (query: Query): Promise<Matches> =>
    looking(async (view) => {
      const { sort: _, ...newest } = query;
      if (view.isEmpty || !questionOf(newest).mayHaveEnded)
        return { rows: searchRows(liveOnly(view), newest, { limit: Number.POSITIVE_INFINITY }).rows };
      const begun = await begin(view, newest);
      const limit = begun.others.length + Math.floor(budget.readUnits / UNITS_A_JOB);
      const { found, hasNext } = await find(begun, 'newest', { limit }, true);
      return { rows: await rowsOf(found, begun), ...(hasNext ? { isAtLeast: true as const } : {}) };
    });

  return {
    /** @param options with `pageOnly`, the total is not counted */
    search: (query: Query, page: Page, options: { pageOnly?: boolean } = {}): Promise<SearchResult> =>
      looking(async (view) => {
        if (view.isEmpty) return searchRows(liveOnly(view), query, page);
        const begun = await begin(view, query);
        const answer = await find(begun, query.sort ?? 'newest', page, options.pageOnly);
        const { found, total, from, hasNext, hasPrevious, isExact } = answer;
        const isBack = page.after === undefined && page.before !== undefined;
        const first = isBack ? (answer.cutAt ?? found[0]) : found[0];
        const last = isBack ? found.at(-1) : (answer.cutAt ?? found.at(-1));
        return {
          rows: await rowsOf(found, begun),
          total,
          ...(from === undefined ? {} : { from }),
          ...(answer.cutAt === undefined ? {} : { lookedUntil: answer.cutAt.key }),
          ...(isExact ? {} : { isAtLeast: true as const }),
          ...(hasNext && last !== undefined ? { next: { key: last.key, id: last.id } } : {}),
          ...(hasPrevious && first !== undefined ? { previous: { key: first.key, id: first.id } } : {}),
        };
      }),
    /** Figures of every matching job, as `statistics.ts` of the jobs defines them; quantiles are within 0.8 %. */
    statistics: ({ query, groupBy }: StatisticsRequest): Promise<Statistics> =>
      looking(async (view) => {
        checkGroupBy(groupBy);
        const { search, others } = await begin(view, query);
        return await segmentStatistics({ ...search, isSpent: purse(STATISTICS_BUDGETS), others, groupBy });
      }),
    matches,
    /** The rows of `matches`; an array's children are always all there. */
    all: async (query: Query): Promise<JobRow[]> => (await matches(query)).rows,
    /** Those of the matching jobs that have not ended: all of them are in the live index. */
    async unfinished(query: Query): Promise<JobRow[]> {
      const rows = searchRows(liveOnly(await list.refresh()), query, { limit: Number.POSITIVE_INFINITY }).rows;
      return rows.filter((row) => !isDone(row));
    },
    /** The row of a job that is in the live index as of the last look, without reading. */
    known: (id: string): JobRow | undefined => live.rows.get(id)?.row,
    /** All rows of the live index as of the last look, without reading: of jobs that live, or ended minutes ago. */
    *knownRows(): Generator<JobRow> {
      for (const { row } of live.rows.values()) yield row;
    },
    /**
     * Whether a segment holds this job, ended so, as of the last look. Reads the segments of that time, and no job.
     * @param createdAt as Batch tells it
     */
    async isPacked(id: string, createdAt: number, status: 'SUCCEEDED' | 'FAILED'): Promise<boolean> {
      for (const { entry, row } of (await list.view?.rowsOf(createdAt, id)) ?? []) {
        if (entry.dead.includes(row)) continue;
        const { columns, combinations } = await source.text(entry);
        const outcome = combinations.entries.outcome[columns.combinationOf[row] ?? 0] ?? 0;
        if (combinations.outcomes[outcome]?.isFailed === (status === 'FAILED')) return true;
      }
      return false;
    },
    refresh: async (): Promise<void> => void (await list.refresh()),
  };
}
export type JobSearch = ReturnType<typeof jobSearch>;
