/** Where something is told that was to go to a destination: the default channel, while that one takes nothing. */
import type { Room } from '../../commands/command';
import { fallbackOf } from './fallBack';

/** Asked before it joins an incident, so that all that comes to the default channel counts there as one crowd. */
export async function openDestination(to: string, room: Room): Promise<string> {
  const fallback = fallbackOf(to, room);
  if (fallback === undefined) return to;
  const closed = await room.history.senders.closed(to);
  return closed === undefined || room.now() >= closed.askAgainAt ? to : fallback;
}
