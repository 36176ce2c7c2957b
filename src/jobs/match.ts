/** Which jobs a search finds and in which order: the plain rules, over rows in memory, that every faster search must agree with. */
import { causeOf, isTimeout } from './causes';
import { globMatcher } from './glob';
import { arrayParentOf, isDone, isLost, type JobRow, userOf } from './job';
import type { ExitRange, Query, Sort, StatusWord, TagFilter } from './query';

/** A word of 8 or more of these is tried as the beginning of an id, one of 12 or more anywhere inside it. */
const ID_WORD = /^[0-9a-f-]{8,}$/;
const INSIDE_AN_ID = 12;

/** Where in an id a folded word is looked for. */
export const placeInId = (word: string): 'nowhere' | 'start' | 'anywhere' =>
  !ID_WORD.test(word) ? 'nowhere' : word.length >= INSIDE_AN_ID ? 'anywhere' : 'start';

/** The same in every search: what is compared is folded once on both sides. */
export const fold = (text: string): string => text.toLowerCase();

function texts(row: JobRow): string[] {
  const tags = Object.entries(row.tags?.values ?? {});
  return [
    row.name,
    row.queue,
    row.definition,
    row.image,
    row.statusReason,
    row.containerReason,
    userOf(row),
    row.command?.join(' '),
    ...tags.flat(),
  ].flatMap((text) => (text === undefined ? [] : [fold(text)]));
}

function wordMatches(word: string, row: JobRow, folded: readonly string[]): boolean {
  if (folded.some((text) => text.includes(word))) return true;
  const place = placeInId(word);
  if (place === 'nowhere') return false;
  const id = fold(row.id);
  return place === 'anywhere' ? id.includes(word) : id.startsWith(word);
}

/** What the words for a status are about. */
export type StatusOf = Pick<
  JobRow,
  'status' | 'statusReason' | 'containerReason' | 'exitCode' | 'cancelled' | 'terminated' | 'lostAt' | 'seenAt'
>;

const STATUS_TESTS: Partial<Record<StatusWord, (row: StatusOf) => boolean>> = {
  active: (row) => !isDone(row) && !isLost(row),
  done: isDone,
  lost: isLost,
  cancelled: (row) => row.status === 'FAILED' && (row.cancelled === true || /cancell?ed/i.test(row.statusReason ?? '')),
  terminated: (row) =>
    row.status === 'FAILED' && (row.terminated === true || /^(?:user )?terminated/i.test(row.statusReason ?? '')),
  timedout: (row) => {
    const cause = row.status === 'FAILED' ? causeOf(row) : undefined;
    return cause !== undefined && isTimeout(cause);
  },
};

export function statusMatches(status: StatusWord, row: StatusOf): boolean {
  const test = STATUS_TESTS[status];
  if (test !== undefined) return test(row);
  return fold(row.status) === status && !isLost(row);
}

export function definitionMatcher(patterns: readonly string[]): (definition: string) => boolean {
  const whole = globMatcher(patterns);
  return (definition) => whole(definition) || whole(definition.replace(/:\d+$/, ''));
}

const contains = (text: string | undefined, part: string): boolean =>
  text !== undefined && fold(text).includes(fold(part));

/** `ada` is also who signs as ada@example.com. */
function isUser(owner: string | undefined, wanted: string): boolean {
  if (owner === undefined) return false;
  const [whole, name] = [fold(owner), fold(wanted)];
  return whole === name || whole.split('@')[0] === name;
}

/** `!0,!137` is neither of the two: codes that are ruled out are all ruled out. */
export function exitFits(ranges: readonly ExitRange[], exitCode: number | undefined): boolean {
  if (exitCode === undefined) return false;
  const inside = ({ from, to }: ExitRange) => exitCode >= from && exitCode <= to;
  const wanted = ranges.filter(({ not }) => !not);
  return !ranges.some((range) => range.not && inside(range)) && (wanted.length === 0 || wanted.some(inside));
}

function tagsFit(wanted: readonly TagFilter[], tags: Record<string, string>): boolean {
  const held = Object.entries(tags).map(([key, value]) => [fold(key), fold(value)] as const);
  const has = ({ key, value }: TagFilter) =>
    held.some(([name, text]) => name === fold(key) && (value === undefined || text === fold(value)));
  return wanted.every(({ key }) => wanted.some((filter) => fold(filter.key) === fold(key) && has(filter)));
}

/**
 * Prepares a query once, to be asked of many rows.
 * @param byText leave out what matches by the id alone
 */
export function matcher(query: Query, byText = false): (row: JobRow) => boolean {
  const words = query.words.map(fold);
  const queue = query.queues === undefined ? undefined : globMatcher(query.queues);
  const definition = query.definitions === undefined ? undefined : definitionMatcher(query.definitions);
  // Which jobs an incident has only the history knows: it looks them up, and asks for the rest of the query.
  if (query.incident !== undefined) return () => false;
  return (row) => {
    if (query.statuses !== undefined && !query.statuses.some((status) => statusMatches(status, row))) return false;
    if (queue !== undefined && !queue(row.queue ?? '')) return false;
    if (definition !== undefined && !definition(row.definition ?? '')) return false;
    if (query.since !== undefined && (row.createdAt ?? 0) < query.since.at) return false;
    if (query.until !== undefined && (row.createdAt ?? 0) >= query.until.at) return false;
    if (query.array === 'parents' && row.arraySize === undefined) return false;
    if (query.array === 'children' && row.arrayIndex === undefined) return false;
    if (
      query.array !== undefined &&
      query.array !== 'parents' &&
      query.array !== 'children' &&
      (byText || !fold(arrayParentOf(row.id) ?? '').startsWith(query.array))
    )
      return false;
    if (query.names !== undefined && !query.names.some((name) => fold(name) === fold(row.name ?? ''))) return false;
    if (query.images !== undefined && !query.images.some((image) => contains(row.image, image))) return false;
    if (query.users !== undefined && !query.users.some((user) => isUser(userOf(row), user))) return false;
    if (
      query.reasons !== undefined &&
      !query.reasons.some((reason) => contains(row.statusReason, reason) || contains(row.containerReason, reason))
    )
      return false;
    if (query.exits !== undefined && !exitFits(query.exits, row.exitCode)) return false;
    if (query.tags !== undefined && !tagsFit(query.tags, row.tags?.values ?? {})) return false;
    if (words.length === 0) return true;
    const folded = texts(row);
    return words.every((word) =>
      byText ? folded.some((text) => text.includes(word)) : wordMatches(word, row, folded),
    );
  };
}

export const matches = (query: Query, row: JobRow): boolean => matcher(query)(row);

/** Where a page ends: the sort key and id of its last job. */
export interface Cursor {
  key: number | string;
  id: string;
}

export interface Page {
  limit: number;
  /** Jobs behind this one in the order. */
  after?: Cursor;
  /** Jobs before this one, the nearest of them. */
  before?: Cursor;
}

export interface SearchResult {
  rows: JobRow[];
  total: number;
  /** The count was ended by its budget of time or reads: there are at least so many. */
  isAtLeast?: true;
  /** The budget ended before the page was full: jobs created beyond this moment (ms) were not looked at. */
  lookedUntil?: number;
  /** 1-based position of the first row; undefined where the budget ended before that was counted. */
  from?: number;
  next?: Cursor;
  previous?: Cursor;
}

const newestKey = (row: JobRow): number => row.createdAt ?? 0;

const KEYS: Record<Sort, (row: JobRow) => number | string> = {
  newest: newestKey,
  oldest: newestKey,
  duration: (row) => (row.startedAt === undefined ? -1 : (row.stoppedAt ?? row.seenAt) - row.startedAt),
  name: (row) => fold(row.name ?? ''),
};
/** Ascending orders; the others run from the greatest down. */
const ASCENDING: ReadonlySet<Sort> = new Set(['oldest', 'name']);

function comparePlaces(a: Cursor, b: Cursor, sort: Sort): number {
  const up = a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  return ASCENDING.has(sort) ? up : -up;
}

/** Where a job stands in an order. */
export const placeOf = (row: JobRow, sort: Sort): Cursor => ({ key: KEYS[sort](row), id: row.id });

/** Newest first, then the greater id. */
export const compareNewest = (a: JobRow, b: JobRow): number =>
  comparePlaces(placeOf(a, 'newest'), placeOf(b, 'newest'), 'newest');

export function searchRows(rows: Iterable<JobRow>, query: Query, page: Page): SearchResult {
  const sort = query.sort ?? 'newest';
  const fits = matcher(query);
  const found: { row: JobRow; place: Cursor }[] = [];
  for (const row of rows) if (fits(row)) found.push({ row, place: placeOf(row, sort) });
  found.sort((a, b) => comparePlaces(a.place, b.place, sort));
  const { after, before, limit } = page;
  let start = 0;
  if (after !== undefined) {
    const at = found.findIndex(({ place }) => comparePlaces(place, after, sort) > 0);
    start = at < 0 ? found.length : at;
  } else if (before !== undefined) {
    const at = found.findIndex(({ place }) => comparePlaces(place, before, sort) >= 0);
    start = Math.max(0, (at < 0 ? found.length : at) - limit);
  }
  const shown = found.slice(start, start + limit);
  const [first, last] = [shown[0], shown.at(-1)];
  return {
    rows: shown.map(({ row }) => row),
    total: found.length,
    from: start + 1,
    ...(last !== undefined && start + shown.length < found.length ? { next: last.place } : {}),
    ...(first !== undefined && start > 0 ? { previous: first.place } : {}),
  };
}

/** A place as text without spaces, for a button. */
export const encodeCursor = ({ key, id }: Cursor): string =>
  `${typeof key === 'number' ? `n${key.toString(36)}` : `s${Buffer.from(key).toString('base64url')}`}~${id}`;

/** Undefined for a text that is no place. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, kind, key = '', id = ''] = /^([ns])([0-9a-zA-Z_-]*)~([0-9a-zA-Z:#-]{1,64})$/.exec(text) ?? [];
  if (kind === 's') return { key: Buffer.from(key, 'base64url').toString(), id };
  const number = Number.parseInt(key, 36);
  return kind === 'n' && Number.isSafeInteger(number) ? { key: number, id } : undefined;
}
