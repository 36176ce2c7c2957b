/** Enables or disables one queue: a preview first, then what it showed, once, at a press that comes in time. */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Act } from '../history/records/acts';
import type { Answer } from '../slack/deliver';
import { type Switch, switched, switchKept, switchPreview } from '../views/queueSwitch';
import type { QueueRow } from '../views/queues';
import { ACT_EXPIRES_MS, askAct, confirmAct, keepAct } from './act';
import type { Asking, Room } from './command';
import { nothingFits } from './narrow';
import { requireRole } from './permission';
import { queueRows } from './queueRows';

const planSchema = z.object({ to: z.enum(['enable', 'disable']), name: z.string() });
type Plan = z.infer<typeof planSchema>;

const planOf = ({ plan }: Act): Plan => planSchema.parse(JSON.parse(plan));

/** @throws UserError with the nearest name */
export async function queueNamed(name: string, command: string, room: Room): Promise<QueueRow> {
  const rows = await queueRows(room);
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = rows.map((row) => row.name);
  const missed = nothingFits({ what: 'queues', words: [name], total: rows.length, names, command });
  // Without a name that is near, the list of all is the way on.
  throw missed.suggestion === command ? new UserError(missed.message, 'queues') : missed;
}

const stateOf = (to: Switch) => (to === 'enable' ? 'ENABLED' : 'DISABLED');

export async function previewSwitch(to: Switch, name: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const queue = await queueNamed(name, `queue ${to}`, room);
  requireRole(asking.person, 'operator', { queues: [queue.name] });
  if (queue.state === stateOf(to))
    throw new UserError(`Queue ${queue.name} is ${to}d already.`, `queues ${queue.name}`);
  const plan: Plan = { to, name: queue.name };
  const { op } = await askAct(
    { verb: 'queue', words: `${to} ${queue.name}`, plan: JSON.stringify(plan) },
    asking,
    room,
  );
  return { message: switchPreview({ queue, to, op, expiresInMs: ACT_EXPIRES_MS }) };
}

export async function confirmSwitch(act: Act, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const { to, name } = planOf(act);
  requireRole(asking.person, 'operator', { queues: [name], op: act.op });
  const { act: confirmed, result: queue } = await confirmAct(act, asking, room, async () => {
    const row = await queueNamed(name, `queue ${to}`, room);
    // Setting it twice is setting it once: a worker that died after it does no harm.
    await room.batch.setQueueState(row.name, stateOf(to));
    return { result: row, told: `${to}d queue ${row.name}` };
  });
  const { id: by, name: byName } = confirmed.confirmedBy ?? asking.person;
  return { message: switched({ queue, to, by, byName, op: act.op }), public: true };
}

export async function keepSwitch(act: Act, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const { name } = planOf(act);
  requireRole(asking.person, 'operator', { queues: [name], op: act.op });
  await keepAct(act, asking, room);
  return { message: switchKept(name), replace: true };
}
