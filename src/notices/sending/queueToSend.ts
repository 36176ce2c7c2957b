/** Puts a message in a destination's outbox, and sees to it that a sender comes for it. */
import type { Room } from '../../commands/command';
import type { Due, Urgency } from '../../history/records/outbox';
import type { Sender } from '../../history/records/senders';
import type { Message } from '../../views/kit';

/** A request to look that is so late was lost; the queue brings its own messages again much later. */
const LOST_MS = 30_000;
/** What an edit may wait for a look that is on its way; a new card or a word waits for none. */
const EDIT_WAITS_MS = 6_000;

export interface ToSend {
  urgency: Urgency;
  /** The key of the message in whose thread it goes; it waits until that one stands. */
  thread?: string | undefined;
  /** In the thread and in the channel too. */
  broadcast?: boolean | undefined;
  /** Something happened that people have to be told of: where the message can't be edited any more it is posted anew. */
  isNews?: boolean | undefined;
  /** A line that is said once, as it is now; without it the message is rendered by its key (`notices/render.ts`) when its turn comes. */
  message?: Message | undefined;
  /** Where it was to go, and how Slack refused it there. */
  meantFor?: { to: string; code: string } | undefined;
}

export const isLeased = ({ leaseUntil = 0 }: Sender, now: number): boolean => leaseUntil >= now;

/** The message that a line brought along. */
export const linesOf = ({ message }: Due): Message | undefined =>
  // Only `queueToSend` writes it.
  message === undefined ? undefined : (JSON.parse(message) as Message);

/** Asks for a look at a destination, unless somebody looks anyway. */
export async function wakeSender(room: Room, to: string, urgency: Urgency): Promise<void> {
  const { senders } = room.history;
  const sender = await senders.get(to);
  const now = room.now();
  const { wakeAt, pausedUntil = 0 } = sender ?? {};
  // Who holds the lease looks once more after giving it back.
  if (sender !== undefined && isLeased(sender, now)) return;
  const at = Math.max(now, pausedUntil);
  const soonEnough = at + (urgency === 'edit' ? EDIT_WAITS_MS : 0);
  if (wakeAt !== undefined && wakeAt <= soonEnough && wakeAt >= now - LOST_MS) return;
  if ((await senders.wake(to, at, soonEnough, now - LOST_MS)) === undefined) return;
  await room.enqueue({ kind: 'deliver', to, wakeAt: at }, Math.ceil((at - now) / 1_000));
}

/**
 * Sees to it that the message under this key is sent, or edited if it stands already. However often it is asked for while it
 * waits, it goes out once, in its newest state.
 * @param to a channel's or a person's id
 * @param key one message of that destination, for ever: the same key is never posted twice
 */
export async function queueToSend(room: Room, to: string, key: string, wanted: ToSend): Promise<void> {
  const { message, ...rest } = wanted;
  const { outbox, senders } = room.history;
  const due = { ...rest, ...(message === undefined ? {} : { message: JSON.stringify(message) }) };
  await outbox.mark(to, key, due, () => senders.expect(to));
  await wakeSender(room, to, wanted.urgency);
}
