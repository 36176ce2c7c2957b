/** Where something is told that was to go to a destination: the default channel, while that one takes nothing. */
import type { Room } from '../../commands/command';
import { fallbackOf } from './fallBack';

export interface OpenDestination {
  to: string;
  /** Where it was to go, and how Slack refused that. */
  meantFor?: { to: string; code: string };
}

/** Asked before it joins an incident, so that all that comes to the default channel counts there as one crowd. */
export async function openDestination(to: string, room: Room): Promise<OpenDestination> {
  const fallback = fallbackOf(to, room);
  if (fallback === undefined) return { to };
  const closed = await room.history.senders.closed(to);
  if (closed === undefined || room.now() >= closed.askAgainAt) return { to };
  return { to: fallback, meantFor: { to, code: closed.code } };
}
