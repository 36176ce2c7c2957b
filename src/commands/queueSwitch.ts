/** Enables or disables one queue: a preview first, then once, at a press that comes in time. */
import { shortReference, UserError } from '../errors';
import type { AuditEntry } from '../history/records/audit';
import type { Answer } from '../slack/deliver';
import { type Switch, switched, switchKept, switchPreview } from '../views/queueSwitch';
import type { QueueRow } from '../views/queues';
import type { Asking, Room } from './command';
import { nothingFits } from './narrow';
import { requireRole } from './permission';
import { queueRows } from './queueRows';

/** As long as a preview of a cancel stands. */
const EXPIRES_MS = 15 * 60_000;
/** A press that was begun and never finished is taken up again after this. */
const LEASE_MS = 60_000;

/** @throws UserError with the nearest name */
export async function queueNamed(name: string, command: string, room: Room): Promise<QueueRow> {
  const rows = await queueRows(room);
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = rows.map((row) => row.name);
  throw nothingFits({ what: 'queues', words: [name], total: rows.length, names, command });
}

const stateOf = (to: Switch) => (to === 'enable' ? 'ENABLED' : 'DISABLED');

export async function previewSwitch(to: Switch, name: string, asking: Asking<unknown>, room: Room): Promise<Answer> {
  const queue = await queueNamed(name, `queue ${to}`, room);
  const op = shortReference().slice(0, 5);
  requireRole(asking.person, 'operator', { queues: [queue.name], op });
  if (queue.state === stateOf(to))
    throw new UserError(`Queue ${queue.name} is ${to}d already.`, `queues ${queue.name}`);
  const pressed = `${op} to:${to} name:${queue.name} asked:${room.now()}`;
  await audit('asked', to, queue.name, op, asking, room);
  return {
    message: switchPreview({
      queue,
      to,
      op,
      confirm: `queue --confirm ${pressed}`,
      keep: `queue --keep ${pressed}`,
      expiresInMs: EXPIRES_MS,
    }),
  };
}

function audit(
  what: AuditEntry['what'],
  to: Switch,
  name: string,
  op: string,
  asking: Asking<unknown>,
  room: Room,
): Promise<void> {
  return room.history.audit.write({
    at: room.now(),
    by: { id: asking.person.id, name: asking.person.name },
    channel: asking.channel.id,
    verb: 'queue',
    words: `${to} ${name}`,
    what,
    op,
    ...(what === 'done' ? { told: `${to}d queue ${name}` } : {}),
  });
}

export interface Pressed {
  op: string;
  to: Switch;
  name: string;
  /** When the preview was shown, ms. */
  asked: number;
}

export async function confirmSwitch(
  { op, to, name, asked }: Pressed,
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  requireRole(asking.person, 'operator', { queues: [name], op });
  if (room.now() - asked > EXPIRES_MS)
    throw new UserError('That preview is too old to act on. Ask again for a fresh one.', `queue ${to} ${name}`);
  const queue = await queueNamed(name, `queue ${to}`, room);
  const claim = `queue ${op}`;
  if ((await room.history.once.claim(claim, room.now(), LEASE_MS)) !== 'mine')
    throw new UserError(`Operation ${op} is already done, or called off.`, `queues ${name}`);
  try {
    // Setting it twice is setting it once: a worker that died after it does no harm.
    await room.batch.setQueueState(queue.name, stateOf(to));
  } catch (error) {
    await room.history.once.release(claim);
    throw error;
  }
  await audit('done', to, queue.name, op, asking, room);
  await room.history.once.finish(claim);
  const { id: by, name: byName } = asking.person;
  return { message: switched({ queue, to, by, byName, op }), public: true };
}

/** Takes the claim away from the confirm button, which then does nothing any more. */
export async function keepQueue({ op, to, name }: Pressed, asking: Asking<unknown>, room: Room): Promise<Answer> {
  requireRole(asking.person, 'operator', { queues: [name], op });
  const claim = `queue ${op}`;
  if ((await room.history.once.claim(claim, room.now(), LEASE_MS)) !== 'mine')
    throw new UserError(`Operation ${op} is already done, or called off.`, `queues ${name}`);
  await audit('kept', to, name, op, asking, room);
  await room.history.once.finish(claim);
  return { message: switchKept(name), replace: true };
}
