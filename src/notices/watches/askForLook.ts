/** Asks for a look at a watch: one that comes late enough to see this news, and early enough for who waits. */
import type { Room } from '../../commands/command';
import type { Watch } from '../../history/records/watch';

/** A message that moves is edited so often at most. */
const LOOK_EVERY_MS = 10_000;
/** The first news of many waits for others. */
const FIRST_WAIT_MS = 4_000;
/**
 * A look that is due sooner may read the live index before it holds the newest write: its reads are eventually consistent,
 * and usually catch up within a fraction of a second
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html).
 */
const INDEX_LAG_MS = 2_000;

/** Sees to it that somebody looks once this news is known everywhere: one look for all news that come until then. */
export async function askForLook(watch: Watch, room: Room): Promise<void> {
  const { watches } = room.history;
  const now = room.now();
  const soonest = now + INDEX_LAG_MS;
  const last = watches.lastLookAt(watch);
  // An array's ten thousand children must not be as many writes.
  if (last >= soonest) return;
  const dueAt = Math.max(now + FIRST_WAIT_MS, last + LOOK_EVERY_MS);
  if (await watches.askForLook(watch.id, dueAt, soonest))
    await room.enqueue({ kind: 'watch', id: watch.id }, Math.ceil((dueAt - now) / 1_000));
}
