/** At each tick: takes incidents off the list of open ones to which nothing is added any more. */
import type { Room } from '../../commands/command';
import { alertSettings } from '../routing/settings';

/** A pointer tells the last time to the minute, and redeliveries take a while. */
const MARGIN_MS = 10 * 60_000;
/** What failed and never succeeded again is told as open for so long. */
const UNRECOVERED_MS = 7 * 24 * 3_600_000;

export async function closeIncidents(room: Room): Promise<void> {
  const { incidents } = room.history;
  const now = room.now();
  const settings = await alertSettings(room);
  for (const { id, queue, openedAt, shown } of await incidents.listOpen()) {
    const lastAt = Math.max(openedAt, shown?.lastAt ?? 0);
    const keptMs = shown?.isOver === true ? settings.threshold('window', queue) + MARGIN_MS : UNRECOVERED_MS;
    if (now - lastAt > keptMs) await incidents.close(id, now);
  }
}
