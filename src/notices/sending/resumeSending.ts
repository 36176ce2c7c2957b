/** Once a minute: goes on with what a sender left behind, and measures how long the oldest message has waited. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { OLDEST_UNSENT } from './metrics';
import { isLeased, wakeSender } from './queueToSend';

async function lookAfter(room: Room): Promise<void> {
  const { senders, outbox } = room.history;
  let oldest = room.now();
  for (const sender of await senders.active()) {
    const due = await outbox.due(sender.to);
    oldest = Math.min(oldest, ...due.map(({ since }) => since));
    if (due.length > 0) await wakeSender(room, sender.to, 'edit');
    else if (!isLeased(sender, room.now())) {
      if (sender.look !== undefined) await senders.looked(sender.to, sender.look);
      // Its sender died after all was sent.
      if (sender.lease !== undefined) await senders.release(sender.to, sender.lease, {});
    }
  }
  room.log.metric(OLDEST_UNSENT, Math.round((room.now() - oldest) / 1_000));
}

export async function resumeSending(room: Room): Promise<void> {
  try {
    await lookAfter(room);
  } catch (error) {
    // The next minute brings another try, and the rest of this one has more to do.
    room.log.error('what is to be sent could not be looked after', errorFields(error));
  }
}
