/** Cards tell of mutes, so that those which stand are edited when one begins or ends. */
import type { Room } from '../../commands/command';
import type { OpenIncident } from '../../history/records/incidents';
import type { Mute } from '../../history/records/mutes';
import { cardKey } from '../incidents/keys';
import { queueToSend } from '../sending/queueToSend';
import { fits } from './fits';

/**
 * Whether it may be on something of the incident, as far as the head of that tells: who submitted its jobs and how they are
 * called it does not. A card that says what it said before costs no call.
 */
function mayBeAbout({ when, to, incident: own }: Mute, incident: OpenIncident): boolean {
  const { names: _, tags: __, users: ___, severities: ____, definitions: _____, ...known } = when;
  if (incident.id === own) return true;
  if (to !== undefined && to !== incident.to) return false;
  const { occasion, openedAt, subject, queue, cause } = incident;
  const head = { occasion, severity: 'normal', at: openedAt, subject, queue, cause, member: subject.name } as const;
  return incident.isShared === true || incident.breadth !== 'group' || fits(known, head);
}

export async function refreshCards(mute: Mute, room: Room): Promise<void> {
  for (const incident of await room.history.incidents.listOpen())
    if (mayBeAbout(mute, incident)) await queueToSend(room, incident.to, cardKey(incident.id), { urgency: 'edit' });
}
