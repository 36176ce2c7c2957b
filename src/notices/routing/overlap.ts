/** Whether two rules can fit the same thing, and so contradict each other where they name different people. */
import { type Conditions, type Route, routeId, type Target } from '../../history/records/routes';
import { fold } from '../../jobs/match';

/** Whether some text fits both patterns: `a*` and `*b` meet in `ab`. */
export function globsMeet(a: string, b: string): boolean {
  const [one, other] = [fold(a), fold(b)];
  // `meets[j]` is whether what is left of the first meets the second from its j-th character on; from the end backwards.
  let after: boolean[] = [];
  for (let i = one.length; i >= 0; i--) {
    const meets: boolean[] = [];
    for (let j = other.length; j >= 0; j--) {
      const [left, right] = [one[i], other[j]];
      if (left === undefined && right === undefined) meets[j] = true;
      else if (left === '*') meets[j] = after[j] === true || (right !== undefined && meets[j + 1] === true);
      else if (right === '*') meets[j] = meets[j + 1] === true || (left !== undefined && after[j] === true);
      else meets[j] = left !== undefined && left === right && after[j + 1] === true;
    }
    after = meets;
  }
  return after[0] === true;
}

type Meet = (a: string, b: string) => boolean;
const same: Meet = (a, b) => fold(a) === fold(b);
/** `ada` is also who signs as ada@example.com. */
const sameUser: Meet = (a, b) => same(a, b) || same(a.split('@')[0] ?? '', b) || same(a, b.split('@')[0] ?? '');
/** A pattern without a revision fits any. */
const sameDefinition: Meet = (a, b) => globsMeet(a, b) || globsMeet(`${a}:*`, b) || globsMeet(a, `${b}:*`);

const meetSomewhere = (a: readonly string[] | undefined, b: readonly string[] | undefined, meet: Meet): boolean =>
  a === undefined || b === undefined || a.some((one) => b.some((other) => meet(one, other)));

/** Both may want a tag, but of one key they must leave a value in common. */
function tagsMeet(a: Conditions['tags'] = [], b: Conditions['tags'] = []): boolean {
  const valuesOf = (tags: typeof a, key: string) => {
    const own = tags.filter((tag) => fold(tag.key) === key);
    return own.length === 0 || own.some(({ value }) => value === undefined)
      ? undefined
      : own.map(({ value = '' }) => value);
  };
  return a.every(({ key }) => meetSomewhere(valuesOf(a, fold(key)), valuesOf(b, fold(key)), same));
}

/** Never false where something fits both. */
export function overlap(a: Conditions, b: Conditions): boolean {
  return (
    meetSomewhere(a.queues, b.queues, globsMeet) &&
    meetSomewhere(a.definitions, b.definitions, sameDefinition) &&
    meetSomewhere(a.names, b.names, globsMeet) &&
    meetSomewhere(a.users, b.users, sameUser) &&
    meetSomewhere(a.causes, b.causes, same) &&
    meetSomewhere(a.occasions, b.occasions, same) &&
    meetSomewhere(a.severities, b.severities, same) &&
    tagsMeet(a.tags, b.tags)
  );
}

/** Whether two conditions are the same, in whatever order and case. */
export const sameConditions = (a: Conditions, b: Conditions): boolean => routeId(a, false) === routeId(b, false);

export const targetKey = (target: Target): string => (target.kind === 'submitter' ? 'submitter' : target.id);
const targets = (to: readonly Target[]): string => [...new Set(to.map(targetKey))].sort().join(' ');
export const sameTargets = (a: readonly Target[], b: readonly Target[]): boolean => targets(a) === targets(b);

/** Whether the two say different things of something that both fit; what only adds contradicts nobody. */
export const contradicts = (a: Pick<Route, 'when' | 'to' | 'also'>, b: Pick<Route, 'when' | 'to' | 'also'>): boolean =>
  !a.also && !b.also && !sameTargets(a.to, b.to) && overlap(a.when, b.when);
