/** Who may: the check before every act, deny by default, and what a refusal says. */
import { UserError } from '../errors';
import { type Grant, ROLES, type Role } from '../history/records/roles';
import { globMatcher } from '../jobs/glob';
import { some } from '../views/words';
import type { Person } from './command';

const rank = (role: Role): number => ROLES.indexOf(role);
export const isAtLeast = (role: Role, needed: Role): boolean => rank(role) >= rank(needed);

/** A role that somebody holds here and now, and for which queues. */
export type Held = Pick<Grant, 'role' | 'queues'>;

/** What an act is on. */
export interface Scope {
  /** The queues of all its jobs, `undefined` for a job whose queue nobody knows; without it, the act is on all queues. */
  queues?: Iterable<string | undefined>;
  /** The operation that it belongs to, for the audit. */
  op?: string;
}

/** An act that is refused, most often for a role that is missing: told, with whom to ask, and kept in the audit (`run.ts`). */
export class Refusal extends UserError {
  override name = 'Refusal';
  constructor(
    message: string,
    /** For the audit: `needs the operator role for prod`. */
    readonly why: string,
    /** The role that is missing; undefined where no role would help. */
    readonly needed?: Role,
    readonly op?: string,
    suggestion?: string,
  ) {
    super(message, suggestion);
  }
}

/** `*`: all queues there are and will be. */
export const coversAll = (queues: string): boolean => /^\*+$/.test(queues);

/** Stands for a queue that nobody knows; no name can be so. */
const UNKNOWN = '?';

/** The queues of the scope for which the person has not the role; `*` stands for all, `?` for one that nobody knows. */
export function lacking(held: readonly Held[], role: Role, { queues }: Scope): string[] {
  const enough = held.filter((one) => isAtLeast(one.role, role)).map((one) => one.queues);
  if (enough.some(coversAll)) return [];
  if (queues === undefined) return ['*'];
  const covers = globMatcher(enough);
  const left = [...queues].filter((queue) => queue === undefined || !covers(queue)).map((queue) => queue ?? UNKNOWN);
  return [...new Set(left)].sort();
}

/** Whether the person has this role for all queues of the act. */
export const may = (person: Person, role: Role, scope: Scope = {}): boolean =>
  lacking(person.held, role, scope).length === 0;

const withArticle = (role: Role): string => `${role === 'viewer' ? 'a' : 'an'} ${role}`;
const MOST_NAMED = 5;

/** The role that somebody has at all, and for which queues: `an operator for spot-* only`. */
function standing({ role, held }: Person): string {
  const own = held.filter((one) => one.role === role).map((one) => one.queues);
  if (role === 'viewer' || own.length === 0 || own.some(coversAll)) return `${withArticle(role)} here`;
  return `${withArticle(role)} for ${some([...new Set(own)].sort(), MOST_NAMED)} only`;
}

function forQueues(left: readonly string[], { queues }: Scope): string {
  if (queues === undefined || left.some(coversAll)) return ' for all queues';
  const named = left.filter((queue) => queue !== UNKNOWN);
  if (named.length === 0) return ' for all queues, since Batch does not tell the queue of some of these jobs';
  return ` for ${some(named, MOST_NAMED)}`;
}

/**
 * The check before every act, again at every press, for the presser.
 * @throws Refusal with the role that is missing, and for which queues
 */
export function requireRole(person: Person, role: Role, scope: Scope = {}): void {
  const left = lacking(person.held, role, scope);
  if (left.length === 0) return;
  if (person.stranger) {
    throw new Refusal(
      'You belong to another workspace, whose people may look here at most.',
      'of another workspace',
      undefined,
      scope.op,
    );
  }
  const where = isAtLeast(person.role, role) ? forQueues(left, scope) : '';
  throw new Refusal(
    [`You are ${standing(person)}; this needs the ${role} role${where}.`, ...(person.unsure ?? [])].join(' '),
    [`needs the ${role} role${where}`, ...(person.unsure ?? [])].join('. '),
    role,
    scope.op,
  );
}

/** What comes after a refusal: whom to ask, whose mentions follow. */
export function whomToAsk(refusal: Refusal, admins: readonly string[]): UserError {
  if (refusal.needed === undefined) return refusal;
  const ask =
    admins.length === 0
      ? 'Nobody is an admin yet: whoever runs batchbot sets ADMINS and OPERATORS in its configuration.'
      : refusal.needed === 'operator'
        ? 'To be added to the operators, ask'
        : 'To be given it, ask';
  return new UserError(`${refusal.message} ${ask}`, undefined, admins.slice(0, MOST_NAMED));
}
