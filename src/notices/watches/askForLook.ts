/** Asks for a look at a watch: one that comes late enough to see this news, and early enough for who waits. */
import type { Room } from '../../commands/command';
import type { Watch } from '../../history/records/watch';

/** A message that moves is edited so often at most. */
const LOOK_EVERY_MS = 10_000;
/**
 * A look that is due sooner may read the live index before it holds the newest write: its reads are eventually consistent,
 * and usually catch up within a fraction of a second
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html).
 */
const INDEX_LAG_MS = 2_000;

/** Sees to it that somebody looks once this news is known everywhere, however many others bring news meanwhile. */
export async function askForLook(watch: Watch, room: Room): Promise<void> {
  const now = room.now();
  const dueAt = Math.max(now + INDEX_LAG_MS, (watch.lookedAt ?? 0) + LOOK_EVERY_MS);
  if (await room.history.watches.askForLook(watch, dueAt, now + INDEX_LAG_MS))
    await room.enqueue({ kind: 'watch', id: watch.id }, Math.ceil((dueAt - now) / 1_000));
}
