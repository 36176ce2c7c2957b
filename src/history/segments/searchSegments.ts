/** One search over many segments and the rows beside them: the page, newest first or oldest first, and the exact total. */
import type { Cursor, Page } from '../../jobs/match';
import { OpenSegment, type SegmentSource, type SegmentSummary, type Soon, type TimePlace } from './openSegment';
import type { Question } from './question';

/** A job that was found, by its place; `segment` tells where it is packed. */
export interface Found extends TimePlace {
  segment?: string;
}

export interface Search {
  question: Question;
  /** Of any order. */
  segments: readonly SegmentSummary[];
  source: SegmentSource;
  /** Matching jobs that no segment holds, or hides. */
  others: readonly TimePlace[];
  /** Whether the ids that words may be a part of were looked up elsewhere. */
  isIdKnown?: boolean;
  order: 'newest' | 'oldest';
  page: Omit<Page, 'after' | 'before'> & { after?: TimePlace; before?: TimePlace };
  /** Whether a segment may hold what is asked for. */
  vocabulary?: (segment: SegmentSummary, question: Question, isIdKnown: boolean) => Soon<boolean>;
  /** Tells when to stop; asked before each segment is read, but not while so few were read that there is nothing to show. */
  isSpent?: () => boolean;
  /** Leave the total out. */
  pageOnly?: boolean;
}

export interface FoundPage<Place extends Cursor = Found> {
  found: Place[];
  total: number;
  /** False when the budget ended before the count: there are at least so many. */
  isExact: boolean;
  /** Where the budget ended before the page was full, going from the page's edge: what lies behind it was not looked at. */
  cutAt?: TimePlace;
  /** 1-based position of the first; undefined where the budget ended before that was counted. */
  from: number | undefined;
  hasNext: boolean;
  hasPrevious: boolean;
}

const comparePlaces = (a: TimePlace, b: TimePlace): number => a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Those that may hold a match, by what is known of them without reading any. */
export function segmentsToAsk({
  segments,
  question,
  isIdKnown = false,
}: Pick<Search, 'segments' | 'question' | 'isIdKnown'>) {
  const { since, until, mayBe, conditions } = question;
  if (isIdKnown && conditions.some(({ kind }) => kind === 'id')) return [];
  return segments.filter(
    ({ oldestAt, newestAt, counts }) =>
      newestAt >= since &&
      oldestAt < until &&
      (counts?.some(
        ({ queue, succeeded, failed }) => (succeeded > 0 && mayBe(queue, false)) || (failed > 0 && mayBe(queue, true)),
      ) ??
        true),
  );
}

/** So many are read whatever was spent, until there is something to show: most of an answer's segments overlap with fewer. */
export const LEAST_SEGMENTS = 4;

/** A first segment that is smaller tells too little of how rare a match is. */
const TELLING_ROWS = 4_096;

/** The segments of a search, opened once each. */
class Shelf {
  readonly search: Search;
  readonly segments: readonly SegmentSummary[];
  readonly #open = new Map<string, OpenSegment>();
  asksVocabulary = false;

  constructor(search: Search) {
    this.search = search;
    this.segments = segmentsToAsk(search);
  }

  /** False when the vocabulary tells that nothing is there; asked only after a first segment left the page unfilled. */
  async mayHold(segment: SegmentSummary): Promise<boolean> {
    const { vocabulary, question, isIdKnown = false } = this.search;
    if (vocabulary === undefined || !question.conditions.some(({ kind }) => kind === 'texts')) return true;
    if (!this.asksVocabulary || this.#open.has(segment.id)) return true;
    const soon = vocabulary(segment, question, isIdKnown);
    return soon instanceof Promise ? await soon : soon;
  }

  /** How many match by the manifest alone; undefined where the segment itself must tell. */
  counted({ id, counts, oldestAt, newestAt }: SegmentSummary): number | undefined {
    const { question, source } = this.search;
    if (!question.isOnlyThat || counts === undefined || oldestAt < question.since || newestAt >= question.until) return;
    if ((source.hidden?.({ id, rowCount: 0, oldestAt, newestAt })?.size ?? 0) > 0) return;
    return counts.reduce(
      (sum, { queue, succeeded, failed }) =>
        sum + (question.mayBe(queue, false) ? succeeded : 0) + (question.mayBe(queue, true) ? failed : 0),
      0,
    );
  }

  known(segment: SegmentSummary): OpenSegment | undefined {
    return this.#open.get(segment.id);
  }

  async open(segment: SegmentSummary): Promise<OpenSegment> {
    const known = this.#open.get(segment.id);
    if (known !== undefined) return known;
    const { source, question, isIdKnown } = this.search;
    const soon = OpenSegment.open(segment, source, question, isIdKnown);
    const opened = soon instanceof Promise ? await soon : soon;
    this.#open.set(segment.id, opened);
    return opened;
  }

  /**
   * The first matches from a place on, in the order of time.
   * @returns with `cutAt` when the budget ended before: only what lies in front of it is told
   */
  async walk(up: boolean, from: TimePlace | undefined, atMost: number): Promise<Walked> {
    const sign = up ? 1 : -1;
    const isBehind = (place: TimePlace) => from === undefined || sign * comparePlaces(place, from) > 0;
    const nearest = ({ oldestAt, newestAt }: SegmentSummary) => (up ? oldestAt : newestAt);
    const farthest = ({ oldestAt, newestAt }: SegmentSummary) => (up ? newestAt : oldestAt);
    const ahead = this.segments
      .filter((segment) => from === undefined || sign * (farthest(segment) - from.key) >= 0)
      .sort((a, b) => sign * (nearest(a) - nearest(b)));
    const begin = ahead[0] === undefined ? 0 : nearest(ahead[0]);
    const others = this.search.others.filter(isBehind).sort((a, b) => sign * comparePlaces(a, b));
    let hits: Hit[] = others.slice(0, atMost).map(({ key, id }) => ({ at: key, id }));
    let cutAt: TimePlace | undefined;
    for (const segment of ahead) {
      // Segments overlap in time: only when the last hit is nearer than all of a segment can that be left alone.
      const last = hits.length < atMost ? undefined : hits[atMost - 1];
      if (last !== undefined && sign * (last.at - nearest(segment)) < 0) break;
      if (this.known(segment) === undefined && this.search.isSpent?.() === true) {
        const sure = hits.filter(({ at }) => sign * (at - nearest(segment)) < 0);
        const place = up ? { key: nearest(segment) - 1, id: LAST_ID } : { key: nearest(segment) + 1, id: FIRST_ID };
        // Going on from where this walk began would find as little, again and again.
        const isOnward = from === undefined ? sign * (nearest(segment) - begin) > 0 : isBehind(place);
        if (sure.length > 0 ? this.#open.size > 0 : isOnward && this.#open.size >= LEAST_SEGMENTS) {
          cutAt = place;
          hits = sure;
          break;
        }
      }
      if (!(await this.mayHold(segment))) continue;
      const open = await this.open(segment);
      const rows = await open.rows(up, from, atMost);
      this.asksVocabulary ||= rows.length === 0 || (rows.length < atMost && segment.rowCount >= TELLING_ROWS);
      if (rows.length === 0) continue;
      hits.push(...rows.map((row): Hit => ({ at: open.createdAt(row), open, row })));
      hits.sort((a, b) => sign * (a.at - b.at));
      const bound = hits[atMost - 1]?.at;
      if (bound !== undefined) hits = hits.filter(({ at }) => sign * (at - bound) <= 0);
    }
    const found = (await Promise.all(hits.map(nameHit))).sort((a, b) => sign * comparePlaces(a, b)).slice(0, atMost);
    return cutAt === undefined ? { found } : { found, cutAt };
  }
}

interface Walked {
  found: Found[];
  cutAt?: TimePlace;
}

/** Before and after all ids, and fit for a cursor's text. */
const [FIRST_ID, LAST_ID] = ['#', 'zzzz'] as const;

/** A hit before its id is read. */
interface Hit {
  at: number;
  id?: string;
  open?: OpenSegment;
  row?: number;
}

async function nameHit({ at, id, open, row }: Hit): Promise<Found> {
  if (open === undefined) return { key: at, id: id ?? '' };
  return { key: at, id: (await open.ids()).id(row ?? 0), segment: open.summary.id };
}

export async function searchSegments(search: Search): Promise<FoundPage> {
  const shelf = new Shelf(search);
  const { page, order } = search;
  const up = order === 'oldest';
  const turnedBack = page.after === undefined && page.before !== undefined;
  let walked: Walked;
  if (turnedBack) {
    walked = await shelf.walk(!up, page.before, page.limit);
    walked.found.reverse();
    // Too near to the beginning for a whole page: the first page.
    if (walked.found.length < page.limit && walked.cutAt === undefined)
      walked = await shelf.walk(up, undefined, page.limit + 1);
  } else {
    walked = await shelf.walk(up, page.after, page.limit + 1);
  }
  const { found, cutAt } = walked;
  const shown = found.slice(0, page.limit);
  const [first, last] = [shown[0], shown.at(-1)];
  const isFirst = page.after === undefined && !turnedBack;
  if (cutAt !== undefined) {
    return {
      found: shown,
      total: shown.length,
      isExact: false,
      cutAt,
      from: isFirst ? 1 : undefined,
      hasNext: !turnedBack || shown.length > 0,
      hasPrevious: turnedBack || (shown.length > 0 && page.after !== undefined),
    };
  }
  if (search.pageOnly === true) {
    return {
      found: shown,
      total: shown.length,
      isExact: false,
      from: isFirst ? 1 : undefined,
      hasNext: turnedBack || found.length > shown.length,
      hasPrevious: page.after !== undefined || turnedBack,
    };
  }
  if (first === undefined && page.after === undefined)
    return { found: [], total: 0, isExact: true, from: 1, hasNext: false, hasPrevious: false };
  const { total, before, isExact, isPlaced } = await count(shelf, first, up);
  const from = first === undefined && page.after !== undefined ? total + 1 : before + 1;
  return {
    found: shown,
    total: Math.max(total, shown.length),
    isExact,
    from: isPlaced ? from : undefined,
    hasNext: last !== undefined && (found.length > page.limit || before + shown.length < total),
    hasPrevious: first !== undefined && (before > 0 || (!isExact && page.after !== undefined)),
  };
}

/** How many match, and how many of them come before the first that is shown; `isPlaced` when all of these are counted. */
async function count(
  shelf: Shelf,
  first: Found | undefined,
  up: boolean,
): Promise<{ total: number; before: number; isExact: boolean; isPlaced: boolean }> {
  const { others, isSpent = () => false } = shelf.search;
  const sign = up ? 1 : -1;
  let total = others.length;
  let before = first === undefined ? 0 : others.filter((place) => sign * comparePlaces(place, first) < 0).length;
  const nearestFirst = [...shelf.segments].sort(
    (a, b) => sign * (up ? a.oldestAt - b.oldestAt : a.newestAt - b.newestAt),
  );
  for (const segment of nearestFirst) {
    const isBehind = first === undefined || (up ? segment.oldestAt > first.key : segment.newestAt < first.key);
    const counted = isBehind ? shelf.counted(segment) : undefined;
    if (counted !== undefined) {
      total += counted;
      continue;
    }
    if (!(await shelf.mayHold(segment))) continue;
    if (shelf.known(segment) === undefined && isSpent())
      return { total, before, isExact: false, isPlaced: first !== undefined && isBehind };
    const open = shelf.known(segment) ?? (await shelf.open(segment));
    total += open.count();
    if (first === undefined || isBehind) continue;
    before += await open.count(!up, first);
  }
  return { total, before, isExact: true, isPlaced: true };
}
