/** A search written back: as text that reads as the same search, and in plain words. */
import type { ExitRange, Moment, QUERY_FILTERS, Query, StatusWord, TagFilter } from './query';
import { joinList, quoted } from './words';

type FilterKey = (typeof QUERY_FILTERS)[number];

/** A value as it must be typed: in quotes where it has a space, a quote, or anything else that could be read otherwise. */
const typed = (value: string): string => (/^[\p{L}\p{N}_.*/@!=,:+-]+$/u.test(value) ? value : quoted(value));

/** A word that begins like a flag or a filter, or is a verb's own last word, stays a word in quotes. */
const typedWord = (word: string): string =>
  /^[\p{L}\p{N}_.][\p{L}\p{N}_.*/-]*$/u.test(word) && word.toLowerCase() !== 'share' ? word : quoted(word);

const exitText = ({ from, to, not }: ExitRange): string => `${not ? '!' : ''}${from}${to === from ? '' : `-${to}`}`;

const tagText = ({ key, value }: TagFilter): string => (value === undefined ? key : `${key}=${value}`);

/** The search as text that reads back as the same search. */
export function formatQuery(query: Query): string {
  const parts = query.words.map(typedWord);
  const add = (key: FilterKey, values: readonly string[] | undefined) => {
    for (const value of values ?? []) parts.push(`${key}:${typed(value)}`);
  };
  const addList = (key: FilterKey, values: readonly string[] | undefined) => {
    if (values !== undefined && values.length > 0) parts.push(`${key}:${typed(joinList(values))}`);
  };
  addList('status', query.statuses);
  addList('queue', query.queues);
  addList('def', query.definitions);
  add('image', query.images);
  addList('user', query.users);
  add('reason', query.reasons);
  addList('exit', query.exits?.map(exitText));
  add('since', query.since && [query.since.typed]);
  add('until', query.until && [query.until.typed]);
  add('array', query.array === undefined ? undefined : [query.array]);
  add('tag', query.tags?.map(tagText));
  add('name', query.names);
  add('incident', query.incident === undefined ? undefined : [query.incident]);
  add('sort', query.sort === undefined ? undefined : [query.sort]);
  return parts.join(' ');
}

const SPAN_WORDS: Readonly<Record<string, string>> = {
  s: 'second',
  sec: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

/** A length of time in words: `1d12h` → `1 day 12 hours`; undefined for any other way to type a moment. */
function spanWords({ typed }: Moment): string | undefined {
  const text = typed.trim().toLowerCase();
  if (!/^(?:\d+(?:sec|min|[smhdw]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(sec|min|[smhdw])/g)]
    .map(([, count = '', unit = '']) => `${Number(count)} ${SPAN_WORDS[unit]}${Number(count) === 1 ? '' : 's'}`)
    .join(' ');
}

function momentWords(moment: Moment): string {
  const span = spanWords(moment);
  return span === undefined ? moment.typed : `${span} ago`;
}

function windowWords({ since, until }: Query): string | undefined {
  if (since === undefined) return until === undefined ? undefined : `before ${momentWords(until)}`;
  if (until !== undefined) return `from ${momentWords(since)} to ${momentWords(until)}`;
  const span = spanWords(since);
  if (span === undefined) return `since ${since.typed}`;
  return `last ${/^1 [a-z]+$/.test(span) ? span.slice(2) : span}`;
}

const either = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

const STATUS_TOLD: Partial<Record<StatusWord, string>> = { timedout: 'timed-out', done: 'finished' };

function exitWords(ranges: readonly ExitRange[]): string {
  const words = (list: readonly ExitRange[]) =>
    either(list.map(({ from, to }) => `${from}${to === from ? '' : ` to ${to}`}`));
  const [wanted, ruledOut] = [ranges.filter(({ not }) => !not), ranges.filter(({ not }) => not)];
  if (ruledOut.length === 0) return words(wanted);
  return wanted.length === 0 ? `other than ${words(ruledOut)}` : `${words(wanted)} but not ${words(ruledOut)}`;
}

function tagWords(tags: readonly TagFilter[]): string {
  const ofKey = (wanted: string) => tags.filter(({ key }) => key.toLowerCase() === wanted);
  const keys = [...new Set(tags.map(({ key }) => key.toLowerCase()))];
  return keys.map((key) => either(ofKey(key).map(tagText))).join(' and ');
}

/** In plain words: `failed jobs that match "align", last 7 days`; always begins with the kind of jobs. */
export function describeQuery(query: Query): string {
  const status =
    query.statuses === undefined ? '' : `${either(query.statuses.map((word) => STATUS_TOLD[word] ?? word))} `;
  const kind = query.array === 'parents' ? 'arrays' : query.array === 'children' ? 'array children' : 'jobs';
  const parts = [
    query.words.length === 0 ? undefined : `that match ${query.words.map((word) => `"${word}"`).join(' and ')}`,
    query.names === undefined ? undefined : `named exactly ${either(query.names)}`,
    query.queues === undefined ? undefined : `in ${either(query.queues)}`,
    query.definitions === undefined ? undefined : `of ${either(query.definitions)}`,
    query.images === undefined ? undefined : `with image ${either(query.images)}`,
    query.users === undefined ? undefined : `by ${either(query.users)}`,
    query.reasons === undefined ? undefined : `because of ${either(query.reasons.map((reason) => `"${reason}"`))}`,
    query.exits === undefined ? undefined : `with exit ${exitWords(query.exits)}`,
    query.tags === undefined ? undefined : `tagged ${tagWords(query.tags)}`,
    query.incident === undefined ? undefined : `of incident ${query.incident}`,
    query.array === undefined || query.array === 'parents' || query.array === 'children'
      ? undefined
      : `of array ${query.array}`,
  ].filter((part) => part !== undefined);
  const window = windowWords(query);
  return `${status}${kind}${parts.length === 0 ? '' : ` ${parts.join(', ')}`}${window === undefined ? '' : `, ${window}`}`;
}
