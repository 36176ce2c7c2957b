/** Once a minute: sees to it that somebody works on each operation that was confirmed, whatever became of its messages. */
import { errorFields } from '../../errors';
import type { Operation } from '../../history/records/operation';
import type { Room } from '../command';

/** So long the message that should bring a worker may be on its way. */
const MOST_LATE_MS = 60_000;

/** Nothing is left to do, or nothing was ever confirmed. */
function isOver({ state, toldAt, expiresAtMs }: Operation, now: number): boolean {
  return toldAt !== undefined || state === 'kept' || (state === 'asked' && expiresAtMs < now);
}

/** Neither does a worker have it, nor is one due. */
function isDropped({ state, startedAt = 0, leaseUntil = 0, wakeAt = 0 }: Operation, now: number): boolean {
  return state !== 'asked' && Math.max(startedAt, leaseUntil, wakeAt) + MOST_LATE_MS < now;
}

async function lookAfter(room: Room): Promise<void> {
  const { operations } = room.history;
  for (const op of await operations.open()) {
    const operation = await operations.get(op);
    if (operation === undefined || isOver(operation, room.now())) await operations.close(op);
    else if (isDropped(operation, room.now())) {
      room.log.warn('an operation was dropped, and is taken up again', { op });
      room.log.metric('DroppedOperations', 1);
      await room.enqueue({ kind: 'operation', op });
    }
  }
}

export async function resumeOperations(room: Room): Promise<void> {
  try {
    await lookAfter(room);
  } catch (error) {
    // The next minute brings another try, and the rest of this one has more to do.
    room.log.error('operations could not be looked after', errorFields(error));
  }
}
