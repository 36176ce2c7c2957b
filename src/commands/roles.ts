/** `/batch roles`: who may do what; `roles give|take …` for admins, with a preview that somebody confirms. */
import * as z from 'zod';
import { UserError } from '../errors';
import type { GrantKey } from '../history/records/roles';
import type { Answer } from '../slack/deliver';
import { pageOf } from '../views/pages';
import { type GrantRow, roleList, rolePreview, rolesChanged } from '../views/roles';
import { type Asking, command, type Room } from './command';
import { may, requireRole } from './permission';
import { patternsOf, type RoleRequest, readRoleRequest, subjectOf } from './roleRequest';

/** So many fit a preview, and the button that does it. */
const MOST_AT_ONCE = 10;

const isSame = (a: GrantKey, b: GrantKey): boolean =>
  a.to.id === b.to.id && a.role === b.role && a.queues.toLowerCase() === b.queues.toLowerCase();

/** Admins first, then by whom it is given to. */
const inOrder = (a: GrantRow, b: GrantRow): number =>
  a.role.localeCompare(b.role) || a.to.kind.localeCompare(b.to.kind) || (b.at ?? 0) - (a.at ?? 0);

/** A missing queue means all. */
function toGive({ role, to, queues }: RoleRequest, slash: string): GrantKey[] {
  if (role === undefined || to.length === 0) {
    throw new UserError(
      `Which role, and to whom? It goes: ${slash} roles give operator @name queue:spot-*`,
      'help roles',
    );
  }
  if (role === 'viewer' && queues.some((queue) => queue !== '*'))
    throw new UserError('Looking is not limited to queues: give the viewer role without queue:.', 'help roles');
  const patterns = queues.length === 0 ? ['*'] : queues;
  return to.flatMap((each) => patterns.map((pattern) => ({ to: each, role, queues: pattern })));
}

/** All grants that fit what was said; a missing role or queue means any. */
async function toTake({ role, to, queues }: RoleRequest, room: Room): Promise<GrantKey[]> {
  if (to.length === 0) throw new UserError(`From whom? It goes: ${room.slash} roles take operator @name`, 'help roles');
  const fits = (grant: GrantKey): boolean =>
    to.some(({ id }) => id === grant.to.id) &&
    (role === undefined || grant.role === role) &&
    (queues.length === 0 || queues.some((queue) => isSame(grant, { ...grant, queues: queue })));
  const found = (await room.history.roles.list('now')).filter(fits);
  if (found.length > 0) return found.map((grant) => ({ to: grant.to, role: grant.role, queues: grant.queues }));
  if (room.roles.configured.some(fits)) {
    throw new UserError(
      'That role comes from the configuration (ADMINS, OPERATORS), where whoever runs batchbot can take it away; no command can.',
      'roles',
    );
  }
  throw new UserError(`There is no such role to take away. ${room.slash} roles shows what is given.`, 'roles');
}

/** The audit goes first: a worker that dies in between leaves an entry too many, never one too few. */
async function carryOut(
  act: 'give' | 'take',
  grants: GrantKey[],
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  const { person, channel, text } = asking;
  const by = { id: person.id, name: person.name };
  const changed: GrantKey[] = [];
  for (const grant of grants) {
    const at = room.now();
    const isThere = (await room.history.roles.list('now')).some((known) => isSame(known, grant));
    if (isThere === (act === 'give')) continue;
    await room.history.audit.write({
      at,
      by,
      channel: channel.id,
      verb: 'roles',
      words: text,
      what: 'done',
      grant: { ...grant, taken: act === 'take' },
    });
    const isDone =
      act === 'give' ? await room.history.roles.give({ ...grant, by, at }) : await room.history.roles.take(grant);
    if (isDone) changed.push(grant);
  }
  return { message: rolesChanged(act, grants, changed), replace: true };
}

async function list(asking: Asking<{ page?: number }>, request: RoleRequest, room: Room): Promise<Answer> {
  const rows: GrantRow[] = [...room.roles.configured, ...(await room.history.roles.list())];
  const shown = rows
    .filter(({ role }) => request.role === undefined || role === request.role)
    .filter(({ to }) => request.to.length === 0 || request.to.some(({ id }) => id === to.id))
    .sort(inOrder);
  const asked = ['roles', request.role, ...request.to.map(({ id }) => id)].filter((word) => word !== undefined);
  return {
    message: roleList(pageOf(shown, asking.filters.page), {
      asked: asked.join(' '),
      isAdmin: may(asking.person, 'admin'),
      admins: await room.roles.admins(),
      now: room.now(),
      slash: room.slash,
    }),
  };
}

export const roles = command({
  name: 'roles',
  summary: 'Shows who may do what, and who gave it. Admins give and take roles, for all queues or some.',
  group: 'acts',
  usage: '[give|take] [viewer|operator|admin] [@user|@group|#channel] [queue:]',
  example: '',
  byRole: true,
  filters: {
    queue: {
      schema: z.string().transform(patternsOf),
      meaning: 'the queues that the role is for, * allowed; all without it',
    },
    page: { schema: z.coerce.number().int().min(1), meaning: 'the page', hidden: true },
    sure: { schema: z.literal('yes'), meaning: 'it was confirmed', hidden: true },
  },
  async run(asking, room) {
    const { person, filters, words, channel } = asking;
    // Who may what is nobody’s business in another workspace.
    if (person.stranger) requireRole(person, 'viewer');
    const request = readRoleRequest(words, filters.queue ?? [], {
      user: { kind: 'user', id: person.id, name: person.name },
      channel: subjectOf(channel.id),
    });
    if (request.act === 'list') return await list(asking, request, room);
    requireRole(person, 'admin');
    const grants = request.act === 'give' ? toGive(request, room.slash) : await toTake(request, room);
    if (grants.length > MOST_AT_ONCE)
      throw new UserError(`That would be ${grants.length} roles; I change ${MOST_AT_ONCE} at once at most.`, 'roles');
    return filters.sure === 'yes'
      ? await carryOut(request.act, grants, asking, room)
      : { message: rolePreview(request.act, grants), replace: true };
  },
});
