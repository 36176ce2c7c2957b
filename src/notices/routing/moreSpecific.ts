/**
 * Which of two rules is the more specific one, so that it wins where they contradict.
 *
 * The one with more conditions; of as many, the one whose conditions are on what is narrower (a name before a definition,
 * a tag, a user, a queue, a cause, an occasion, a severity); of the same, the one with whole names before `*`, with more
 * letters, fewer `*` and fewer alternatives; at last the newer one. So whatever is added to a rule makes it win.
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

const isThere = (when: Conditions, part: (typeof PARTS)[number]): boolean => when[part] !== undefined;

/** How narrow a part is, the greater the narrower: whole names, letters, stars, alternatives. */
function narrowness(when: Conditions, part: (typeof PARTS)[number]): number[] {
  const value = when[part];
  if (!Array.isArray(value)) return [0, 0, 0, 0];
  const texts = value.map((one) => (typeof one === 'string' ? one : `${one.key}${one.value ?? '*'}`));
  // A list is as narrow as the widest of its alternatives.
  const least = (of: (text: string) => number) => Math.min(...texts.map(of));
  const stars = (text: string) => text.replace(/\*+/g, '*').split('*').length - 1;
  // A tag's every key must be there; of anything else one is enough.
  const alternatives = part === 'tags' ? -texts.length : texts.length;
  return [
    least((text) => (text.includes('*') ? 0 : 1)),
    least((text) => (text.includes('*') ? text.replaceAll('*', '').length : 0)),
    -Math.max(...texts.map(stars)),
    -alternatives,
  ];
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value > other ? -1 : 1;
  }
  return 0;
}

/** The conditions themselves, whoever set them when: negative where the first are more specific. */
export function compareConditions(a: Conditions, b: Conditions): number {
  const [has, hasOther] = [a, b].map((when) => PARTS.map((part) => (isThere(when, part) ? 1 : 0)));
  if (has === undefined || hasOther === undefined) return 0;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  if (sum(has) !== sum(hasOther)) return sum(hasOther) - sum(has);
  const byPart = compareLists(has, hasOther);
  if (byPart !== 0) return byPart;
  return compareLists(
    PARTS.flatMap((part) => narrowness(a, part)),
    PARTS.flatMap((part) => narrowness(b, part)),
  );
}

/** For sorting: the rule that wins comes first. */
export const moreSpecificFirst = (a: Pick<Route, 'when' | 'at' | 'id'>, b: Pick<Route, 'when' | 'at' | 'id'>): number =>
  compareConditions(a.when, b.when) || b.at - a.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
