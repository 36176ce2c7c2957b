/** `/batch roles`: who may do what; `roles give|take …` for admins, with a preview that somebody confirms. */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Act } from '../history/records/acts';
import { type GrantKey, grantSchema } from '../history/records/roles';
import type { Answer } from '../slack/deliver';
import { pageOf } from '../views/pages';
import { type GrantRow, roleList, rolePreview, rolesChanged, rolesKept } from '../views/roles';
import { ACT_EXPIRES_MS, askAct, confirmAct, keepAct, theAct } from './act';
import { type Asking, command, type Room } from './command';
import { isAtLeast, may, requireRole } from './permission';
import { named, roleDoubts } from './roleDoubts';
import { patternsOf, type RoleRequest, readRoleRequest, subjectOf } from './roleRequest';

/** So many fit a preview. */
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

const grantKeySchema = grantSchema.pick({ to: true, role: true, queues: true });
const planSchema = z.object({ act: z.enum(['give', 'take']), grants: z.array(grantKeySchema) });

/** An admin of some queues gives and takes roles for these only. */
const scopeOf = (grants: readonly GrantKey[]) => ({ queues: grants.map(({ queues }) => queues) });

async function show(act: 'give' | 'take', wanted: GrantKey[], asking: Asking<unknown>, room: Room): Promise<Answer> {
  if (wanted.length > MOST_AT_ONCE)
    throw new UserError(`That would be ${wanted.length} roles; I change ${MOST_AT_ONCE} at once at most.`, 'roles');
  requireRole(asking.person, 'admin', scopeOf(wanted));
  const grants = await named(wanted, asking, room);
  const doubts = act === 'give' ? await roleDoubts(grants, asking, room) : [];
  const plan = JSON.stringify({ act, grants });
  const { op } = await askAct({ verb: 'roles', words: asking.text.trim(), plan }, asking, room);
  return { message: rolePreview(act, grants, { op, doubts, expiresInMs: ACT_EXPIRES_MS }), replace: true };
}

/** The audit goes first: a worker that dies in between leaves an entry too many, never one too few. */
async function carryOut(
  { op, words, confirmedBy, askedBy }: Act,
  { act, grants }: z.infer<typeof planSchema>,
  { channel }: Asking<unknown>,
  room: Room,
): Promise<GrantKey[]> {
  const by = confirmedBy ?? askedBy;
  const changed: GrantKey[] = [];
  for (const { to, role, queues } of grants) {
    const grant: GrantKey = { to, role, queues };
    const at = room.now();
    const isThere = (await room.history.roles.list('now')).some((known) => isSame(known, grant));
    if (isThere === (act === 'give')) continue;
    await room.history.audit.write({
      at,
      by,
      channel: channel.id,
      verb: 'roles',
      words,
      what: 'done',
      op,
      grant: { ...grant, taken: act === 'take' },
    });
    const isDone =
      act === 'give' ? await room.history.roles.give({ ...grant, by, at }) : await room.history.roles.take(grant);
    if (isDone) changed.push(grant);
  }
  return changed;
}

async function press(flag: 'confirm' | 'keep', asking: Asking<unknown>, room: Room): Promise<Answer> {
  const act = await theAct(asking.words[0] ?? '', 'roles', room);
  const plan = planSchema.parse(JSON.parse(act.plan));
  requireRole(asking.person, 'admin', { ...scopeOf(plan.grants), op: act.op });
  if (flag === 'keep') {
    await keepAct(act, asking, room);
    return { message: rolesKept(act.op), replace: true };
  }
  const { result: changed } = await confirmAct(act, asking, room, async (confirmed) => ({
    result: await carryOut(confirmed, plan, asking, room),
  }));
  const isChanged = (grant: GrantKey) => changed.some((one) => isSame(one, grant));
  return { message: rolesChanged(plan.act, plan.grants, isChanged), replace: true };
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
      isAdmin: isAtLeast(asking.person.role, 'admin'),
      mayChange: ({ queues }) => may(asking.person, 'admin', { queues: [queues] }),
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
  },
  flags: ['confirm', 'keep'],
  async run(asking, room) {
    const { person, filters, flags, words, channel } = asking;
    // Who may what is nobody’s business in another workspace.
    if (person.stranger) requireRole(person, 'viewer');
    if (flags.has('confirm')) return await press('confirm', asking, room);
    if (flags.has('keep')) return await press('keep', asking, room);
    const request = readRoleRequest(words, filters.queue ?? [], {
      user: { kind: 'user', id: person.id, name: person.name },
      channel: subjectOf(channel.id),
    });
    if (request.act === 'list') return await list(asking, request, room);
    if (!isAtLeast(person.role, 'admin')) requireRole(person, 'admin');
    const grants = request.act === 'give' ? toGive(request, room.slash) : await toTake(request, room);
    return await show(request.act, grants, asking, room);
  },
});
