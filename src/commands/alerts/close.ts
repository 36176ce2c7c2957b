/** `/batch alerts close K7F2QX fixed by hand`: says on the card of an incident that it is over, where nothing else would. */
import { UserError } from '../../errors';
import { cardKey } from '../../notices/incidents/keys';
import { queueToSend } from '../../notices/sending/queueToSend';
import { incidentClosed } from '../../views/incidentTaken';
import { audited } from './announce';
import { requireConcerned } from './concerned';
import { incidentNamed } from './show';
import type { AlertsVerb } from './verb';

const MOST_REASON = 300;

export const close: AlertsVerb = {
  name: 'close',
  also: ['resolve'],
  usage: '<incident> [why]',
  summary: 'Says on the card of an incident that it is over; what fails again opens it again.',
  example: 'K7F2QX "the input was wrong"',
  async run(asking, room) {
    const [id = '', ...words] = asking.words;
    const incident = await incidentNamed(id, asking, room);
    const { person } = asking;
    await requireConcerned(incident, person, room);
    if (incident.closedAt !== undefined || incident.shown?.isOver === true)
      throw new UserError(`Incident ${incident.id} is over already.`, `alerts show ${incident.id}`);
    const reason = words.join(' ').trim();
    if (reason.length > MOST_REASON)
      throw new UserError(`That reason has ${reason.length} characters, and I take ${MOST_REASON}.`);
    await audited('close', `closed incident ${incident.id}${reason === '' ? '' : `: ${reason}`}`, asking, room);
    const { incidents } = room.history;
    const now = room.now();
    await incidents.closeByHand(incident.id, now, reason, person.id);
    // Lists need not wait for the card.
    await incidents.show(incident.id, { members: 1, lastAt: incident.openedAt, ...incident.shown, isOver: true });
    await queueToSend(room, incident.to, cardKey(incident.id), { urgency: 'edit' });
    return { message: incidentClosed(incident) };
  },
};
