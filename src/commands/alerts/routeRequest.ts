/** Reads a rule: `queue:spot-* def:align to #ops @ada also`. */
import { UserError } from '../../errors';
import { type Conditions, routeId, type Target } from '../../history/records/routes';
import type { Person } from '../command';
import { requireRole } from '../permission';
import { readConditions } from './conditions';
import { targetNamed } from './targets';
import type { AlertsAsking } from './verb';

export interface RouteRequest {
  id: string;
  when: Conditions;
  to: Target[];
  also: boolean;
}

const FILLERS = new Set(['to', 'and', 'of', 'alerts', 'from', 'in', '→', '->']);
const ALSO = new Set(['also', 'too', 'beside']);
const MOST_TARGETS = 5;

/**
 * @returns the rule; without targets where none was named, which only a dry run may be
 * @throws UserError for a word that makes no sense
 */
export function readRoute(
  asking: Pick<AlertsAsking, 'tokens' | 'person' | 'channel'>,
  now: number,
): RouteRequest & { isNamed: boolean } {
  const { when, rest } = readConditions(asking.tokens, asking.person, now);
  const to: Target[] = [];
  let nowhere = false;
  let also = false;
  for (const token of rest) {
    if (token.kind === 'filter' && token.key !== 'to') continue;
    const words = token.kind === 'filter' ? token.value.split(',') : token.kind === 'word' ? [token.value] : [];
    for (const word of words) {
      const folded = word.toLowerCase();
      if (FILLERS.has(folded) || word === '') continue;
      if (ALSO.has(folded)) {
        also = true;
        continue;
      }
      const target = targetNamed(word, asking);
      if (target === undefined)
        throw new UserError(
          `I don't understand "${word}" in a rule. It goes: alerts route queue:spot-* def:align to #channel`,
          'alerts help route',
        );
      if (target === 'nowhere') nowhere = true;
      else if (!to.some((known) => JSON.stringify(known) === JSON.stringify(target))) to.push(target);
    }
  }
  if (nowhere && to.length > 0)
    throw new UserError('A rule sends nowhere or somewhere, not both. Which one?', 'alerts help route');
  if (nowhere && also)
    throw new UserError('"also" adds to what other rules say, and nowhere adds nothing. Leave one of them out.');
  if (to.length > MOST_TARGETS)
    throw new UserError(`One rule names ${MOST_TARGETS} channels and people at most; make another for the rest.`);
  return { id: routeId(when, also), when, to, also, isNamed: nowhere || to.length > 0 };
}

/** Who may change what is told of some queues: an operator of these, or of all where none is named. */
export const requireOperator = (person: Person, { queues }: Conditions): void =>
  requireRole(person, 'operator', queues === undefined ? {} : { queues });
