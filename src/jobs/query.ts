/** The search language: words that must all match, and filters that narrow; read from tokens, written back, and told in plain words. */
import { closest } from 'fastest-levenshtein';
import { arrayParentOf, BATCH_STATUSES } from './job';
import { nearestKey } from './nearest';
import { parseReference } from './reference';
import { parseTime } from './time';
import { splitList, splitWords, type Token } from './words';

export const STATUS_WORDS = [
  ...BATCH_STATUSES.map((status) => status.toLowerCase() as Lowercase<(typeof BATCH_STATUSES)[number]>),
  'active',
  'done',
  'cancelled',
  'terminated',
  'timedout',
  'lost',
] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

export const SORTS = ['newest', 'oldest', 'duration', 'name'] as const;
export type Sort = (typeof SORTS)[number];

/** A range of exit codes, both ends included; `not` for all others. */
export interface ExitRange {
  from: number;
  to: number;
  not?: true;
}

/** A tag that the job has, with any value where none is given. */
export interface TagFilter {
  key: string;
  value?: string;
}

/** A moment, and how it was typed, so that it can be shown and asked again. */
export interface Moment {
  at: number;
  typed: string;
}

/**
 * Every part is optional but `words`. All parts must fit; within a part any value may, except that each tag must, and
 * none of the exit codes ruled out.
 */
export interface Query {
  words: string[];
  statuses?: StatusWord[];
  /** Names, `*` allowed. */
  queues?: string[];
  /** `name` at any revision or `name:revision`, `*` allowed. */
  definitions?: string[];
  images?: string[];
  users?: string[];
  reasons?: string[];
  /** In any of the ranges, and in none of those that are `not`. */
  exits?: ExitRange[];
  /** `createdAt` at or after. */
  since?: Moment;
  /** `createdAt` before. */
  until?: Moment;
  /** `parents`, `children`, or the id of the array whose children are meant. */
  array?: string;
  /** One of each key; a key that comes twice may have either value. */
  tags?: TagFilter[];
  /** Exact names. */
  names?: string[];
  /** The id of the incident whose jobs are meant: a job alone does not tell whether it is one of them. */
  incident?: string;
  sort?: Sort;
}

/** The filters that a search takes, as they are typed. */
export const QUERY_FILTERS = [
  'status',
  'queue',
  'def',
  'image',
  'user',
  'reason',
  'exit',
  'since',
  'until',
  'array',
  'tag',
  'name',
  'incident',
  'sort',
] as const;
type FilterKey = (typeof QUERY_FILTERS)[number];

/** A map, for a person may type `constructor:`, which every plain object has. */
const ALIASES: ReadonlyMap<string, FilterKey> = new Map([
  ['state', 'status'],
  ['definition', 'def'],
  ['jobdefinition', 'def'],
  ['jobqueue', 'queue'],
  ['owner', 'user'],
  ['submitter', 'user'],
  ['tags', 'tag'],
  ['before', 'until'],
  ['after', 'since'],
]);

/** All that may stand before the colon. */
export const QUERY_KEYS: ReadonlySet<string> = new Set([...QUERY_FILTERS, ...ALIASES.keys()]);

/** A search that makes no sense; the message tells the right form. */
export class QueryError extends Error {
  override name = 'QueryError';
}

export interface QueryContext {
  now: number;
  /** IANA name, for `yesterday` and dates; UTC by default. */
  timeZone?: string;
  /** Whom `user:me` means. */
  me?: { id: string; name: string };
}

const missingValue = (key: string): QueryError =>
  new QueryError(`${key}: needs a value, with no space after the colon. /batch help search shows the filters.`);

function list(key: FilterKey, value: string): string[] {
  const parts = splitList(value);
  if (parts.length === 0) throw missingValue(key);
  return parts;
}

function statusWord(word: string): StatusWord {
  const folded = word
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace('canceled', 'cancelled')
    .replace(/^timeout$/, 'timedout');
  const hit = STATUS_WORDS.find((known) => known === folded);
  if (hit !== undefined) return hit;
  throw new QueryError(
    `There is no status "${word}". Did you mean ${closest(folded, [...STATUS_WORDS])}? I know ${STATUS_WORDS.join(', ')}.`,
  );
}

function exitRange(word: string): ExitRange {
  const [, not, from, to] = /^(!?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(word) ?? [];
  if (from === undefined)
    throw new QueryError(
      `"exit:${word}" is no exit code. It goes exit:137, exit:1-127, exit:!0 or several with commas.`,
    );
  const ends = [Number(from), Number(to ?? from)];
  return { from: Math.min(...ends), to: Math.max(...ends), ...(not === '!' ? { not: true as const } : {}) };
}

function moment(key: string, typed: string, { now, timeZone }: QueryContext): Moment {
  const at = parseTime(typed, now, timeZone);
  if (at === undefined)
    throw new QueryError(
      `I can't read the time in ${key}:${typed}. It goes ${key}:2h, 7d, yesterday, monday, 2026-03-15 or 2026-03-15T09:30.`,
    );
  return { at, typed };
}

function user(word: string, { me }: QueryContext): string {
  if (word.toLowerCase() === 'me') {
    if (me === undefined) throw new QueryError('I can’t tell who "me" is here. Give a name: user:ada.');
    return me.name.trim();
  }
  const [, id, label] = /^<?@([UW][A-Z0-9]+)(?:\|([^>]*))?>?$/.exec(word) ?? [];
  if (id !== undefined && id === me?.id) return me.name.trim();
  if (id !== undefined && word.startsWith('<') && (label ?? '').trim() === '')
    throw new QueryError(
      `Slack told me only the id ${id} of whom you mention, and jobs know people by name: user:ada.`,
    );
  const name = ((label ?? '').trim() || (id ?? word)).replace(/^[@\s]+/, '');
  if (name === '') throw missingValue('user');
  return name;
}

function tag(word: string): TagFilter {
  const equals = word.indexOf('=');
  if (equals === 0) throw new QueryError(`"tag:${word}" names no tag. It goes tag:project or tag:project=atlas.`);
  return equals < 0 ? { key: word } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
}

function array(word: string): string {
  const folded = word.trim().toLowerCase();
  if (folded === 'parents' || folded === 'children') return folded;
  const reference = parseReference(word);
  if (reference?.kind === 'prefix') return reference.prefix;
  if (reference !== undefined) return arrayParentOf(reference.id) ?? reference.id;
  throw new QueryError(
    `"array:${word}" is no array. It goes array:parents, array:children, or array: and an array's id or its first 8 characters or more.`,
  );
}

function unknownFilter(name: string): QueryError {
  const begun = name.length > 1 ? QUERY_FILTERS.find((known) => known.startsWith(name)) : undefined;
  const near = begun ?? nearestKey(name, QUERY_FILTERS) ?? nearestKey(name, ALIASES.keys());
  const instead = near === undefined ? `I know ${QUERY_FILTERS.join(', ')}.` : `Did you mean ${near}:?`;
  return new QueryError(
    `I don't know the filter "${name}:". ${instead} To search for the text itself, put it in quotes.`,
  );
}

/** Adds values to a list that may not be there yet. */
const more = <T>(known: T[] | undefined, values: T[]): T[] => [...(known ?? []), ...values];

function addFilter(query: Query, key: FilterKey, value: string, context: QueryContext): void {
  if (value.trim() === '') throw missingValue(key);
  switch (key) {
    case 'status':
      query.statuses = [...new Set(more(query.statuses, list(key, value).map(statusWord)))];
      return;
    case 'queue':
      query.queues = more(query.queues, list(key, value));
      return;
    case 'def':
      query.definitions = more(query.definitions, list(key, value));
      return;
    case 'image':
      query.images = more(query.images, [value]);
      return;
    case 'user':
      query.users = more(
        query.users,
        list(key, value).map((word) => user(word, context)),
      );
      return;
    case 'reason':
      query.reasons = more(query.reasons, [value]);
      return;
    case 'exit':
      query.exits = more(query.exits, list(key, value).map(exitRange));
      return;
    case 'since':
    case 'until':
      query[key] = moment(key, value, context);
      return;
    case 'array':
      query.array = array(value);
      return;
    case 'tag':
      query.tags = more(query.tags, [tag(value)]);
      return;
    case 'name':
      query.names = more(query.names, [value]);
      return;
    case 'incident':
      if (!/^[\dA-Z]{4,12}$/i.test(value))
        throw new QueryError(
          `"incident:${value}" is no incident. It goes incident: and the id at the foot of its card.`,
        );
      query.incident = value.toUpperCase();
      return;
    case 'sort': {
      const hit = SORTS.find((sort) => sort === value.toLowerCase());
      if (hit === undefined) throw new QueryError(`I can't sort by "${value}". It goes sort:${SORTS.join(', sort:')}.`);
      query.sort = hit;
    }
  }
}

/** @throws QueryError with the right form and the nearest filter */
export function parseQuery(input: string | readonly Token[], context: QueryContext): Query {
  const tokens = typeof input === 'string' ? splitWords(input, QUERY_KEYS) : input;
  const query: Query = { words: [] };
  for (const token of tokens) {
    if (token.kind === 'word') {
      if (token.value !== '') query.words.push(token.value);
      continue;
    }
    const name = token.kind === 'flag' ? token.name : token.key;
    const key = QUERY_FILTERS.find((known) => known === name) ?? ALIASES.get(name);
    if (key !== undefined && token.kind === 'flag') throw missingValue(key);
    if (key === undefined || token.kind === 'flag') throw unknownFilter(name);
    addFilter(query, key, token.value, context);
  }
  const { since, until } = query;
  if (since !== undefined && until !== undefined && since.at > until.at)
    throw new QueryError(
      `since:${since.typed} is later than until:${until.typed}: they are the wrong way round. It goes since:${until.typed} until:${since.typed}.`,
    );
  return query;
}
