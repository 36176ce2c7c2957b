/**
 * Which of two rules is the more specific one, so that it wins where they contradict.
 *
 * The one with more conditions; of as many, with more of them free of `*`; then the one whose conditions are on what is
 * narrower (a name before a definition, a tag, a user, a queue, a cause, an occasion, a severity); then more letters, fewer
 * `*` and fewer alternatives; at last the newer one. So whatever narrows a rule makes it win.
 */
import type { Conditions, Route } from '../../history/records/routes';

/** From the narrowest. */
const PARTS = [
  'subject',
  'names',
  'definitions',
  'tags',
  'users',
  'queues',
  'causeIdentity',
  'causes',
  'occasions',
  'severities',
] as const satisfies readonly (keyof Conditions)[];
type Part = (typeof PARTS)[number];

/** What stands in a part, as texts; whatever has no alternatives is one whole name. */
function textsOf(when: Conditions, part: Part): string[] {
  const value = when[part];
  if (!Array.isArray(value)) return [''];
  return value.map((one) => (typeof one === 'string' ? one : `${one.key}=${one.value ?? '*'}`));
}

const isWild = (text: string): boolean => text.includes('*');
const letters = (text: string): number => text.replaceAll('*', '').length;
const stars = (text: string): number => text.split(/\*+/).length - 1;

/** The most telling first; a list is as narrow as the widest of its alternatives. */
function narrowness(when: Conditions): number[] {
  const given = PARTS.filter((part) => when[part] !== undefined);
  const texts = given.map((part) => textsOf(when, part));
  const sum = (of: (some: readonly string[]) => number) => texts.reduce((total, some) => total + of(some), 0);
  return [
    given.length,
    sum((some) => (some.some(isWild) ? 0 : 1)),
    ...PARTS.map((part) => (given.includes(part) ? 1 : 0)),
    sum((some) => Math.min(...some.map(letters))),
    -sum((some) => Math.max(...some.map(stars))),
    // Every tag must be there, where of anything else one is enough.
    given.reduce((total, part, index) => total + (texts[index]?.length ?? 0) * (part === 'tags' ? 1 : -1), 0),
  ];
}

/** The conditions themselves, whoever set them when: negative where the first are more specific. */
export function compareConditions(a: Conditions, b: Conditions): number {
  const [ofA, ofB] = [narrowness(a), narrowness(b)];
  for (const [index, value] of ofA.entries()) {
    const difference = (ofB[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** For sorting: the rule that wins comes first. */
export const moreSpecificFirst = (a: Pick<Route, 'when' | 'at' | 'id'>, b: Pick<Route, 'when' | 'at' | 'id'>): number =>
  compareConditions(a.when, b.when) || b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
