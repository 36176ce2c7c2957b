/** What a passing minute brings to watches: a look at each, for what no event told and what a worker left behind. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Watch } from '../../history/records/watch';
import { lookAtWatch } from './lookAtWatch';

const RESERVE_MS = 5_000;

/** Those that were not looked at for longest come first, so that each has its turn where time is short. */
async function inTurn({ history, log }: Room): Promise<Watch[]> {
  try {
    return [...(await history.watches.list('now'))].sort((a, b) => (a.lookedAt ?? 0) - (b.lookedAt ?? 0));
  } catch (error) {
    // The next minute brings another try, and the rest of this one has more to do.
    log.error('watches could not be listed', errorFields(error));
    return [];
  }
}

export async function resumeWatches(room: Room, remainingMs: () => number): Promise<void> {
  const open = await inTurn(room);
  for (const [done, { id }] of open.entries()) {
    if (remainingMs() < RESERVE_MS) {
      room.log.warn('watches wait for the next minute', { left: open.length - done });
      return;
    }
    try {
      await lookAtWatch(id, room);
    } catch (error) {
      room.log.error('a watch could not be looked at', { watch: id, ...errorFields(error) });
    }
  }
}
