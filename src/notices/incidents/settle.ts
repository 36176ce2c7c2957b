/** Ends incidents of what was so for a while and is so no more: a queue that moves again, a job that started at last. */
import type { Room } from '../../commands/command';
import type { Incident } from '../../history/records/incident';
import { queueToSend } from '../sending/queueToSend';
import { cardKey } from './keys';
import { settledOf, shownOf } from './standing';
import { toldLately } from './toldLately';

/**
 * @param still whether it is still so
 * @param word what is said on the card of one that is not: `moves again after 2 h`
 */
export async function settle(
  occasion: string,
  still: (incident: Incident) => boolean,
  word: (incident: Incident) => string,
  room: Room,
): Promise<void> {
  const { incidents } = room.history;
  for (const open of await incidents.listOpen()) {
    if (open.occasion !== occasion || still(open)) continue;
    const whole = await incidents.whole(open.id);
    if (whole === undefined) continue;
    if (settledOf(whole) !== undefined) continue;
    const settled = await incidents.settle(open.id, room.now(), word(whole.incident));
    // Lists need not wait for the card.
    if (settled !== undefined) await incidents.show(open.id, shownOf({ ...whole, incident: settled }));
    toldLately(room).forget();
    await queueToSend(room, open.to, cardKey(open.id), { urgency: 'edit' });
  }
}
