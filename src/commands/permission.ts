/** Who may: roles from the configuration, deny by default, and whom to ask. */
import { UserError } from '../errors';
import type { Person, Role, Room } from './command';

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

export interface Grants {
  admins: readonly string[];
  operators: readonly string[];
  /** The bot's own workspace; people of another one, met in a shared channel, only look. */
  team?: string | undefined;
}

export const roleOf =
  (grants: Grants) =>
  (userId: string, team: string | undefined): Role => {
    if (grants.team !== undefined && team !== undefined && team !== grants.team) return 'viewer';
    if (grants.admins.includes(userId)) return 'admin';
    return grants.operators.includes(userId) ? 'operator' : 'viewer';
  };

/** What to tell somebody whose role is too small; undefined when it is not. */
export function refusal(person: Person, needed: Role, room: Pick<Room, 'admins'>): UserError | undefined {
  if (RANK[person.role] >= RANK[needed]) return undefined;
  const ask =
    room.admins.length === 0
      ? 'Nobody is an admin yet: whoever runs batchbot sets ADMINS and OPERATORS in its configuration.'
      : 'To be added to the operators, ask';
  return new UserError(`You are a ${person.role} here; this needs the ${needed} role. ${ask}`, undefined, room.admins);
}
