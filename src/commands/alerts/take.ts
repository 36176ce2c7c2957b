/** `/batch alerts take K7F2QX`: puts the name of whoever is on it on an incident's card; `take K7F2QX back` takes it off again. */
import { UserError } from '../../errors';
import { cardKey, takenKey } from '../../notices/incidents/keys';
import { queueToSend } from '../../notices/sending/queueToSend';
import { incidentTaken, takenOver } from '../../views/incidentTaken';
import type { Room } from '../command';
import { audited } from './announce';
import { requireConcerned } from './concerned';
import { incidentNamed } from './show';
import type { AlertsVerb } from './verb';

/** Somebody took it, or gave it back, since it was read. */
async function tooLate(id: string, room: Room): Promise<UserError> {
  const owner = (await room.history.incidents.get(id))?.owner;
  const what =
    owner === undefined
      ? 'was given back a moment ago, and nobody is on it now: take it again.'
      : `was taken by ${owner.name} a moment ago: you are not on it.`;
  return new UserError(`Incident ${id} ${what}`, `alerts take ${id}`);
}

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
    const { owner } = incident;
    if (isBack) {
      if (owner?.id !== person.id)
        throw new UserError(`You are not on incident ${incident.id}.`, `alerts show ${incident.id}`);
      await audited('take', `gave incident ${incident.id} back`, asking, room);
      await incidents.giveBack(incident.id, person.id);
    } else if (owner?.id !== person.id) {
      await requireConcerned(incident, person, room);
      const from = owner === undefined ? '' : ` over from ${owner.name}`;
      const at = room.now();
      if ((await incidents.take(incident.id, { id: person.id, name: person.name, at }, owner?.id)) === undefined)
        throw await tooLate(incident.id, room);
      // After it, since only then it is known who took it; a worker that dies in between leaves the name on the card alone.
      await audited('take', `took incident ${incident.id}${from}`, asking, room);
      // Whoever believes to be on it would go on.
      if (owner !== undefined)
        await queueToSend(room, incident.to, takenKey(incident.id, at), {
          urgency: 'word',
          thread: cardKey(incident.id),
          message: takenOver(incident, person.id, owner.id),
        });
    }
    await queueToSend(room, incident.to, cardKey(incident.id), { urgency: 'edit' });
    return { message: incidentTaken(incident, isBack) };
  },
};
