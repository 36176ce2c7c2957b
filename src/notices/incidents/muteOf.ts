/** The mute that is on an incident, as its card shows it. */
import type { Room } from '../../commands/command';
import type { Incident } from '../../history/records/incident';
import type { MutedUntil } from '../../views/incidentParts';
import { lasts } from '../routing/muted';
import { isAbout } from '../routing/refreshCards';

/** Of several the one that lasts longest. */
export async function muteOf(incident: Incident, room: Room): Promise<MutedUntil | undefined> {
  const mutes = await room.history.mutes.list();
  const [mute] = mutes
    .filter((one) => lasts(one, room.now()) && isAbout(one, incident))
    .sort((a, b) => b.until - a.until);
  return mute === undefined
    ? undefined
    : { by: mute.by.id, until: mute.until, untilFixed: mute.untilFixed, reason: mute.reason };
}
