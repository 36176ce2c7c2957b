/** A destination that takes nothing any more: what is due there goes to the default channel, which is told so once. */
import type { Room } from '../../commands/command';
import type { Due, Sent } from '../../history/records/outbox';
import type { Sender } from '../../history/records/senders';
import { destinationClosed, destinationOpened } from '../../views/delivery';
import { linesOf, queueToSend } from './queueToSend';

type Closed = NonNullable<Sender['closed']>;

/** Somebody may have let the bot in again: it is asked with the next message after so long. */
const ASK_AGAIN_MS = 10 * 60_000;

/** Where to instead; undefined where there is nothing else. */
export const fallbackOf = (to: string, room: Room): string | undefined =>
  room.alertChannel === to ? undefined : room.alertChannel;

/** @param known what was known of it, if it was closed before */
export async function tellClosed(to: string, code: string, known: Closed | undefined, room: Room): Promise<Closed> {
  const now = room.now();
  const closed = { code, at: known?.at ?? now, askAgainAt: now + ASK_AGAIN_MS };
  const fallback = fallbackOf(to, room);
  if (fallback !== undefined && known === undefined) {
    room.log.warn('a destination takes nothing any more', { to, code, fallback });
    await queueToSend(room, fallback, `closed#${to}#${closed.at}`, {
      urgency: 'word',
      message: destinationClosed(to, code, room.slash),
    });
  }
  return closed;
}

/** It takes messages again. */
export async function tellOpened(to: string, { at }: Closed, room: Room): Promise<void> {
  const fallback = fallbackOf(to, room);
  if (fallback === undefined) return;
  room.log.info('a destination takes messages again', { to });
  await queueToSend(room, fallback, `opened#${to}#${at}`, { urgency: 'word', message: destinationOpened(to) });
}

/** Hands one message over to the default channel's outbox; while the destination is closed it says so there. */
export async function moveTo(
  fallback: string,
  due: Due,
  sent: Sent,
  { code, isClosed }: { code: string; isClosed: boolean },
  room: Room,
): Promise<void> {
  const { to, key, urgency, thread, broadcast, isNews } = due;
  await queueToSend(room, fallback, key, {
    // What is an edit here is a new message there, the first time.
    urgency: urgency === 'edit' ? 'word' : urgency,
    thread,
    broadcast,
    isNews,
    message: linesOf(due),
    ...(isClosed ? { meantFor: { to, code } } : {}),
  });
  const { claim: _, ...rest } = sent;
  await room.history.outbox.keep({ ...rest, moved: code });
}
