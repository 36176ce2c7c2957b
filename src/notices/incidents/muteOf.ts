/** The mute that is on an incident, as its card shows it. */
import type { Room } from '../../commands/command';
import type { Incident } from '../../history/records/incident';
import type { MutedUntil } from '../../views/incidentParts';
import { mutedBy } from '../routing/muted';

export async function muteOf(incident: Incident, room: Room): Promise<MutedUntil | undefined> {
  const { occasion, subject, queue, cause, openedAt, to } = incident;
  const mute = await mutedBy(
    { occasion, severity: 'normal', at: openedAt, subject, queue, cause, member: subject.name },
    to,
    room,
  );
  return mute === undefined
    ? undefined
    : { by: mute.by.id, until: mute.until, untilFixed: mute.untilFixed, reason: mute.reason };
}
