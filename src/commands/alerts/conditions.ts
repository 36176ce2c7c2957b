/** Reads the conditions of a rule or a mute from the words and filters after `alerts <verb>`. */
import { UserError } from '../../errors';
import type { Conditions } from '../../history/records/routes';
import { CAUSES } from '../../jobs/causes';
import { nearest } from '../../jobs/nearest';
import { parseQuery } from '../../jobs/query';
import { splitList, type Token } from '../../jobs/words';
import { occasions } from '../../notices';
import { hyphened } from '../../views/alertRule';
import type { Person } from '../command';

const SEVERITIES = ['quiet', 'normal', 'urgent'] as const;
/** A rule travels in the value of a button, of which Slack takes 2,000 characters. */
const MOST_CHARACTERS = 800;
/** Of a job queue: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html, and `*`. */
const QUEUE = /^[\w*-]{1,128}$/;
/** Of a job definition and a job: https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html, with a revision, and `*`. */
const DEFINITION = /^[\w*-]{1,128}(?::[\d*]+)?$/;
const NAME = /^[\w*-]{1,128}$/;

/** Letters alone, so that `out of memory`, `out-of-memory` and `outOfMemory` are one. */
const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const causeKeys = (): string[] => [...new Set([...CAUSES.map(({ key }) => key), 'unknown'])];

/** @throws UserError with the nearest one */
export function occasionNamed(word: string): string {
  const names = occasions().map(({ name }) => name);
  const found = names.find((name) => letters(name) === letters(word));
  if (found !== undefined) return found;
  const meant = nearest(word, names);
  throw new UserError(
    `I tell of no occasion "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${names.join(', ')}.`,
    'alerts help',
  );
}

/** What people say for short; each its letters alone. */
const SHORT: Readonly<Record<string, string>> = {
  oom: 'outOfMemory',
  memory: 'outOfMemory',
  oomkilled: 'outOfMemory',
  spot: 'spotInterrupted',
  timedout: 'timeout',
  disk: 'diskFull',
};

function causeNamed(word: string): string {
  const headline = CAUSES.find((row) => typeof row.headline === 'string' && letters(row.headline) === letters(word));
  const found = causeKeys().find((key) => letters(key) === letters(word)) ?? SHORT[letters(word)] ?? headline?.key;
  if (found !== undefined) return found;
  const meant = nearest(word, causeKeys());
  throw new UserError(
    `I know no cause "${word}".${meant === undefined ? '' : ` Did you mean cause:${hyphened(meant)}?`} A cause goes by what cards say: cause:"out of memory", or cause:out-of-memory. There are ${causeKeys().map(hyphened).join(', ')}.`,
    'alerts help',
  );
}

function severityNamed(word: string): (typeof SEVERITIES)[number] {
  const found = SEVERITIES.find((one) => one === word.toLowerCase());
  if (found !== undefined) return found;
  throw new UserError(`There is no severity "${word}": it is one of ${SEVERITIES.join(', ')}.`, 'alerts help');
}

/** `∗` is how messages show a star, and comes back when somebody copies it. */
function patterns(key: string, value: string, shape: RegExp, has: string): string[] {
  const found = splitList(value.replaceAll('∗', '*')).map((part) => part.replace(/\*+/g, '*'));
  const wrong = found.find((part) => !shape.test(part));
  if (found.length === 0 || wrong !== undefined)
    throw new UserError(
      `${key}:${value} is not usable: "${wrong ?? ''}" can be no such name. Those have ${has}, and here also *.`,
      'alerts help',
    );
  return found;
}

const NAMED_BY: Readonly<Record<string, (value: string, person: Person, now: number) => Partial<Conditions>>> = {
  queue: (value) => ({ queues: patterns('queue', value, QUEUE, 'letters, digits, - and _') }),
  def: (value) => ({
    definitions: patterns('def', value, DEFINITION, 'letters, digits, - and _, and maybe a :revision'),
  }),
  name: (value) => ({ names: patterns('name', value, NAME, 'letters, digits, - and _') }),
  tag: (value, _person, now) => ({ tags: parseQuery([{ kind: 'filter', key: 'tag', value }], { now }).tags }),
  user: (value, { id, name }, now) => ({
    users: parseQuery([{ kind: 'filter', key: 'user', value }], { now, me: { id, name } }).users,
  }),
  cause: (value) => ({ causes: splitList(value).map(causeNamed) }),
  severity: (value) => ({ severities: splitList(value).map(severityNamed) }),
  occasion: (value) => ({ occasions: splitList(value).map(occasionNamed) }),
};

/** A pattern that all fit says nothing. */
const saysNothing = (values: readonly unknown[]): boolean => values.some((value) => value === '*');

function add(when: Conditions, more: Partial<Conditions>): Conditions {
  const merged: Record<string, unknown> = { ...when };
  for (const [part, values] of Object.entries(more)) {
    if (!Array.isArray(values) || values.length === 0) continue;
    const known = merged[part];
    const all = [...(Array.isArray(known) ? known : []), ...values];
    merged[part] = all.filter(
      (one, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
    );
  }
  return merged as Conditions;
}

function withoutEmpty(when: Conditions): Conditions {
  const kept = Object.entries(when).filter(([, values]) => !(Array.isArray(values) && saysNothing(values)));
  return Object.fromEntries(kept) as Conditions;
}

export interface ReadConditions {
  when: Conditions;
  /** What is no condition, in order. */
  rest: Token[];
  /** `everything` was said, in a word or by a pattern that all fit. */
  everything: boolean;
}

const EVERYTHING = new Set(['everything', 'all', 'anything']);

/**
 * @throws UserError for a value that can be none
 * @throws QueryError for a tag or user that can be none
 */
export function readConditions(tokens: readonly Token[], person: Person, now: number): ReadConditions {
  const read: ReadConditions = { when: {}, rest: [], everything: false };
  const names = new Set(occasions().map(({ name }) => name));
  for (const token of tokens) {
    const named = token.kind === 'filter' && Object.hasOwn(NAMED_BY, token.key) ? NAMED_BY[token.key] : undefined;
    if (token.kind === 'filter' && named !== undefined) {
      if (token.value.length > MOST_CHARACTERS)
        throw new UserError(
          `${token.key}: has ${token.value.length} characters, and I take ${MOST_CHARACTERS}.`,
          'alerts help',
        );
      read.when = add(read.when, named(token.value, person, now));
    } else if (token.kind === 'word' && !token.quoted && EVERYTHING.has(token.value.toLowerCase())) {
      read.everything = true;
    } else if (token.kind === 'word' && !token.quoted && names.has(token.value.toLowerCase())) {
      read.when = add(read.when, { occasions: [token.value.toLowerCase()] });
    } else read.rest.push(token);
  }
  const said = withoutEmpty(read.when);
  read.everything ||= Object.keys(said).length === 0 && Object.keys(read.when).length > 0;
  read.when = said;
  if (JSON.stringify(read.when).length > MOST_CHARACTERS)
    throw new UserError('These are more conditions than one rule takes. Make several rules of it.', 'alerts help');
  return read;
}
