/** Cards tell of mutes, so that those which stand are edited when one begins or ends. */
import type { Room } from '../../commands/command';
import type { OpenIncident } from '../../history/records/incidents';
import type { Mute } from '../../history/records/mutes';
import { cardKey } from '../incidents/keys';
import type { Occurrence } from '../occasion';
import { queueToSend } from '../sending/queueToSend';
import { fits } from './fits';

/** An incident as if it were told now, as far as its head knows. */
export const occurrenceOf = (incident: OpenIncident): Occurrence => ({
  occasion: incident.occasion,
  severity: 'normal',
  at: incident.openedAt,
  subject: incident.subject,
  queue: incident.queue,
  cause: incident.cause,
  member: incident.subject.name,
});

export const isAbout = ({ when, to, incident: own }: Mute, incident: OpenIncident): boolean =>
  incident.id === own || ((to === undefined || to === incident.to) && fits(when, occurrenceOf(incident)));

export async function refreshCards(mute: Mute, room: Room): Promise<void> {
  for (const incident of await room.history.incidents.listOpen())
    if (isAbout(mute, incident)) await queueToSend(room, incident.to, cardKey(incident.id), { urgency: 'edit' });
}
