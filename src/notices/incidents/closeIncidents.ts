/** At each tick: takes incidents off the list of open ones to which nothing is added any more. */
import type { Room } from '../../commands/command';
import type { OpenIncident } from '../../history/records/incidents';
import { type AlertSettings, alertSettings } from '../routing/settings';
import { isOfFailures, shownOf } from './standing';

/** A pointer tells the last time to the minute, and redeliveries take a while. */
const MARGIN_MS = 10 * 60_000;
/** What failed and never succeeded again is told as open for so long. */
const UNRECOVERED_MS = 7 * 24 * 3_600_000;

/** Whether it can go, if that is what has become of it. A state lasts until a look finds that it is over. */
function isDue({ occasion, queue }: OpenIncident, shown: OpenIncident['shown'], ageMs: number, all: AlertSettings) {
  if (shown?.isOver === true) return ageMs > all.threshold('window', queue) + MARGIN_MS;
  return isOfFailures(occasion) && ageMs > UNRECOVERED_MS;
}

export async function closeIncidents(room: Room): Promise<void> {
  const { incidents } = room.history;
  const now = room.now();
  const settings = await alertSettings(room);
  for (const open of await incidents.listOpen()) {
    const { id, openedAt, shown: told } = open;
    if (!isDue(open, told, now - Math.max(openedAt, told?.lastAt ?? 0), settings)) continue;
    // What its card told last tells which to look at; what joined it since, maybe while Slack was down, it does not tell.
    const whole = await incidents.whole(id);
    const shown = whole === undefined || whole.members.length === 0 ? undefined : shownOf(whole);
    if (shown === undefined || isDue(open, shown, now - shown.lastAt, settings)) await incidents.close(id, now);
    else await incidents.show(id, shown);
  }
}
