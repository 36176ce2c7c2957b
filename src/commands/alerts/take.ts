/** `/batch alerts take K7F2QX`: puts the name of whoever is on it on an incident's card; `take K7F2QX back` takes it off again. */
import { UserError } from '../../errors';
import { cardKey } from '../../notices/incidents/keys';
import { queueToSend } from '../../notices/sending/queueToSend';
import { incidentTaken } from '../../views/incidentTaken';
import { incidentNamed } from './show';
import type { AlertsVerb } from './verb';

export const take: AlertsVerb = {
  name: 'take',
  usage: '<incident> [back]',
  summary: 'Says on the card of an incident that you are on it.',
  example: 'K7F2QX',
  async run(asking, room) {
    const [id = '', word = ''] = asking.words;
    const incident = await incidentNamed(id, asking, room);
    const { person } = asking;
    const { incidents } = room.history;
    const isBack = word.toLowerCase() === 'back';
    if (isBack) {
      if (incident.owner?.id !== person.id)
        throw new UserError(`You are not on incident ${incident.id}.`, `alerts show ${incident.id}`);
      await incidents.giveBack(incident.id, person.id);
    } else if (incident.owner?.id !== person.id)
      await incidents.take(incident.id, { id: person.id, name: person.name, at: room.now() });
    await queueToSend(room, incident.to, cardKey(incident.id), { urgency: 'edit' });
    return { message: incidentTaken(incident, isBack) };
  },
};
