/** `/batch alerts show K7F2QX`: the card of an incident as it is now, to whoever asks. */
import { UserError } from '../../errors';
import type { Incident } from '../../history/records/incident';
import { incidentCard } from '../../notices/incidents/renderIncident';
import type { Room } from '../command';
import type { AlertsAsking, AlertsVerb } from './verb';

/** @throws UserError for one that is not known, or that was told somebody else alone */
export async function incidentNamed(typed: string, { person }: AlertsAsking, room: Room): Promise<Incident> {
  const id = typed.replace(/^incident:/i, '').toUpperCase();
  if (id === '')
    throw new UserError(
      `Which incident? Its id stands at the foot of its card: ${room.slash} alerts show K7F2QX.`,
      'alerts',
    );
  const incident = await room.history.incidents.get(id);
  if (incident === undefined) throw new UserError(`There is no incident ${id}, or it is long over.`, 'alerts');
  // What goes to one person is theirs.
  if (/^[UW]/.test(incident.to) && incident.to !== person.id && person.role === 'viewer')
    throw new UserError('What comes to other people only operators see.', 'alerts');
  return incident;
}

export const show: AlertsVerb = {
  name: 'show',
  also: ['incident'],
  usage: '<incident>',
  summary: 'Shows an incident as it is now.',
  example: 'K7F2QX',
  async run(asking, room) {
    const [id = ''] = asking.words;
    const incident = await incidentNamed(id, asking, room);
    const message = await incidentCard(incident.id, room);
    if (message === undefined) throw new UserError(`Nothing is known of incident ${incident.id} any more.`, 'alerts');
    return { message };
  },
};
