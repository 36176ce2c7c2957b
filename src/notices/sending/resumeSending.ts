/** Once a minute: goes on with what a sender left behind, and measures how long the oldest message has waited. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Due } from '../../history/records/outbox';
import { OLDEST_UNSENT } from './metrics';
import { isLeased, wakeSender } from './queueToSend';

/** Since when (ms) it waits for a sender: what was put off without a failure, and what belongs to that, waits for its time. */
function waitsSince({ since, thread, failures = 0, notBefore = 0 }: Due, all: readonly Due[]): number {
  const parent = thread === undefined ? undefined : all.find(({ key }) => key === thread);
  const own = failures > 0 ? since : Math.max(since, notBefore);
  return parent === undefined ? own : Math.max(own, waitsSince({ ...parent, thread: undefined }, []));
}

async function lookAfter(room: Room): Promise<void> {
  const { senders, outbox } = room.history;
  let oldest = room.now();
  for (const sender of await senders.active()) {
    const due = await outbox.due(sender.to);
    oldest = Math.min(oldest, ...due.map((one) => waitsSince(one, due)));
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
