/**
 * A search made ready to be asked of many segments: its window of time, and conditions that must all hold, each of which
 * a combination answers with no, yes, or "depends on the row".
 */
import { globMatcher } from '../../jobs/glob';
import { definitionMatcher, exitFits, fold, placeInId } from '../../jobs/match';
import type { Query, StatusWord, TagFilter } from '../../jobs/query';
import type { Column, Outcome } from './combinations';
import { uuidPlaces } from './idColumn';
import { FLAGS } from './row';
import { comparable, TAG_END, TAG_OWNER, TAG_VALUE, type TextPattern, textPattern } from './texts';

/** Shorter ones share a key range with too many jobs. */
const SHORTEST_PREFIX = 8;

/** Looks for rows by their id. */
export interface IdTest {
  hex: string;
  places: readonly number[];
  fits: (id: string) => boolean;
  isOfChildrenOnly: boolean;
  /** All ids that fit begin with it, if there is such a beginning. */
  prefix?: string;
}

export type Condition =
  /** One of the patterns in one of the columns. */
  | { kind: 'texts'; columns: readonly TextColumn[]; patterns: readonly TextPattern[]; id?: IdTest }
  /** Every dictionary entry of the column is asked once. */
  | { kind: 'entries'; column: 'queue' | 'definition'; fits: (text: string) => boolean }
  | { kind: 'outcome'; fits: (outcome: Outcome) => boolean }
  | { kind: 'id'; id: IdTest };
export type TextColumn = Exclude<Column, 'outcome'>;

export interface Question {
  conditions: readonly Condition[];
  /** `createdAt` from `since` (included) to `until` (excluded). */
  since: number;
  until: number;
  /** Whether a queue's jobs can match that ended so. */
  mayBe: (queue: string, isFailed: boolean) => boolean;
  /** False when only jobs that have not ended can match, of which segments have none. */
  mayHaveEnded: boolean;
  /** Nothing but the window of time is asked beside `mayBe`. */
  isOnlyThat: boolean;
}

const EVERYWHERE: readonly TextColumn[] = [
  'queue',
  'definition',
  'image',
  'statusReason',
  'containerReason',
  'name',
  'tags',
  'command',
];

const OUTCOME_TESTS: Record<StatusWord, (outcome: Outcome) => boolean> = {
  submitted: () => false,
  pending: () => false,
  runnable: () => false,
  starting: () => false,
  running: () => false,
  active: () => false,
  lost: () => false,
  done: () => true,
  succeeded: ({ isFailed }) => !isFailed,
  failed: ({ isFailed }) => isFailed,
  cancelled: ({ flags }) => (flags & FLAGS.cancelled) !== 0,
  terminated: ({ flags }) => (flags & FLAGS.terminated) !== 0,
  timedout: ({ flags }) => (flags & FLAGS.timedout) !== 0,
};

const ALL_FLAGS = Object.values(FLAGS).reduce((all, flag) => all | flag, 0);
const BY_FLAG: ReadonlySet<StatusWord> = new Set(['cancelled', 'terminated', 'timedout']);

function idTest(word: string): IdTest | undefined {
  const place = placeInId(word);
  if (place === 'nowhere') return undefined;
  const found = uuidPlaces(word, place === 'start');
  const isPrefixOnly = place === 'start' || found.places.every((at) => at === 0);
  return {
    ...found,
    fits: (id) => (place === 'start' ? fold(id).startsWith(word) : fold(id).includes(word)),
    isOfChildrenOnly: false,
    ...(isPrefixOnly && found.places.length > 0 ? { prefix: word } : {}),
  };
}

/** A word may be in any text, or be a part of the id. */
function wordCondition(word: string): Condition {
  const folded = fold(word);
  const id = idTest(folded);
  return {
    kind: 'texts',
    columns: EVERYWHERE,
    patterns: [textPattern(comparable(word))],
    ...(id === undefined ? {} : { id }),
  };
}

const ofTexts = (columns: readonly TextColumn[], texts: readonly string[], whole = false): Condition => ({
  kind: 'texts',
  columns,
  patterns: texts.map((text) => textPattern(text, whole)),
});

/** `ada` is also who signs as ada@example.com. */
function ownerTexts(user: string): string[] {
  const name = comparable(user);
  return [`${TAG_OWNER}${name}${TAG_END}`, ...(name.includes('@') ? [] : [`${TAG_OWNER}${name}@`])];
}

const tagPart = ({ key, value }: TagFilter): string =>
  `${TAG_END}${comparable(key)}${TAG_VALUE}${value === undefined ? '' : comparable(value) + TAG_END}`;

/** Of the values of one key any will do; different keys must all fit. */
function tagConditions(tags: readonly TagFilter[]): Condition[] {
  const ofKey = new Map<string, string[]>();
  for (const tag of tags) {
    const key = comparable(tag.key);
    ofKey.set(key, [...(ofKey.get(key) ?? []), tagPart(tag)]);
  }
  return [...ofKey.values()].map((parts) => ofTexts(['tags'], parts));
}

function arrayCondition(array: string): Condition {
  if (array === 'parents') return { kind: 'outcome', fits: ({ flags }) => (flags & FLAGS.arrayParent) !== 0 };
  if (array === 'children') return { kind: 'outcome', fits: ({ flags }) => (flags & FLAGS.arrayChild) !== 0 };
  const parentOf = (id: string) => fold(id.includes(':') ? id.slice(0, id.indexOf(':')) : '');
  return {
    kind: 'id',
    id: {
      ...uuidPlaces(array, true),
      fits: (id) => parentOf(id).startsWith(array),
      isOfChildrenOnly: true,
      prefix: array,
    },
  };
}

/** Asks exactly what `matcher` in `jobs/match.ts` asks of a row. */
export function questionOf(query: Query): Question {
  const conditions: Condition[] = [];
  const { statuses, queues, definitions, exits } = query;
  if (statuses !== undefined) {
    conditions.push({ kind: 'outcome', fits: (outcome) => statuses.some((word) => OUTCOME_TESTS[word](outcome)) });
  }
  if (queues !== undefined) conditions.push({ kind: 'entries', column: 'queue', fits: globMatcher(queues) });
  if (definitions !== undefined) {
    conditions.push({ kind: 'entries', column: 'definition', fits: definitionMatcher(definitions) });
  }
  if (exits !== undefined) conditions.push({ kind: 'outcome', fits: ({ exitCode }) => exitFits(exits, exitCode) });
  if (query.array !== undefined) conditions.push(arrayCondition(query.array));
  if (query.names !== undefined) conditions.push(ofTexts(['name'], query.names.map(comparable), true));
  if (query.images !== undefined) conditions.push(ofTexts(['image'], query.images.map(comparable)));
  if (query.users !== undefined) conditions.push(ofTexts(['tags'], query.users.flatMap(ownerTexts)));
  if (query.reasons !== undefined) {
    conditions.push(ofTexts(['statusReason', 'containerReason'], query.reasons.map(comparable)));
  }
  if (query.tags !== undefined) conditions.push(...tagConditions(query.tags));
  conditions.push(...query.words.map(wordCondition));
  const queueFits = queues === undefined ? () => true : globMatcher(queues);
  // Flags tell failures apart, and are none of a success.
  const statusFits = (isFailed: boolean) =>
    statuses === undefined ||
    statuses.some((word) => OUTCOME_TESTS[word]({ isFailed, flags: isFailed ? ALL_FLAGS : 0 }));
  const asked = [queues, statuses].filter((part) => part !== undefined).length;
  return {
    conditions,
    mayBe: (queue, isFailed) => statusFits(isFailed) && queueFits(queue),
    mayHaveEnded: statusFits(false) || statusFits(true),
    isOnlyThat: conditions.length === asked && (statuses ?? []).every((word) => !BY_FLAG.has(word)),
    since: query.since?.at ?? Number.NEGATIVE_INFINITY,
    until: query.until?.at ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * Beginnings of ids, one of which every job that matches has, unless a text holds that word; `isInTextsToo` tells whether
 * a text may do.
 */
export function idWords({ conditions }: Question): { prefix: string; isInTextsToo: boolean }[] {
  return conditions.flatMap((condition) => {
    const prefix = condition.kind === 'texts' || condition.kind === 'id' ? condition.id?.prefix : undefined;
    return prefix === undefined || prefix.length < SHORTEST_PREFIX
      ? []
      : [{ prefix, isInTextsToo: condition.kind === 'texts' }];
  });
}

/**
 * Beginnings of ids to look up in the table instead of in segments: whoever matches by the id alone begins with one.
 * Undefined when a word may be inside an id, which only the segments' ids can tell.
 */
export function idPrefixes({ conditions }: Question): string[] | undefined {
  const prefixes: string[] = [];
  for (const condition of conditions) {
    const id = condition.kind === 'texts' || condition.kind === 'id' ? condition.id : undefined;
    if (id === undefined) continue;
    if (id.prefix === undefined || id.prefix.length < SHORTEST_PREFIX) return undefined;
    prefixes.push(id.prefix);
  }
  return prefixes;
}
