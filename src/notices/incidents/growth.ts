/** Tells aloud, from the thread, that an incident whose card has scrolled away has grown by much. */
import type { Room } from '../../commands/command';
import type { Member, WholeIncident } from '../../history/records/incident';
import { incidentName } from '../../views/incidentParts';
import { grown } from '../../views/incidentThread';
import { trend } from '../../views/trend';
import { count } from '../../views/words';
import { queueToSend } from '../sending/queueToSend';
import { cardKey, growthKey } from './keys';
import { muteOf } from './muteOf';

/** Who looked at the card this long ago may not see its edits. */
const OLD_MS = 600_000;
const FIRST_STEP = 10;

/** The last step that so many are at or above: 10, 100, 1,000…; 0 below the first. */
export const stepOf = (members: number): number =>
  members < FIRST_STEP ? 0 : 10 ** Math.floor(Math.log10(members) + 1e-9);

/** An urgent one is a step of its own, whatever their number is. */
const levelOf = (members: readonly Member[]): number =>
  Math.max(stepOf(members.length), members.some(({ severity }) => severity === 'urgent') ? 1 : 0);

export async function tellGrowth(whole: WholeIncident, telling: readonly Member[], room: Room): Promise<void> {
  const { incident } = whole;
  const level = levelOf(telling);
  if (level <= (incident.toldGrowth ?? 0)) return;
  const isOld = room.now() - incident.openedAt > OLD_MS;
  // Opened as it is: nothing has grown yet.
  const isNews = isOld && (await muteOf(whole, room)) === undefined;
  if (isNews) {
    const { cause, breadth } = incident;
    const what = cause === undefined || breadth === 'gathering' ? '' : `, ${cause.headline}`;
    await queueToSend(room, incident.to, growthKey(incident.id, level), {
      urgency: 'word',
      thread: cardKey(incident.id),
      broadcast: true,
      message: grown(
        `${incidentName(incident)}${what}`,
        trend(
          telling.map(({ at }) => at),
          count(telling.length, 'failure'),
        ),
      ),
    });
  }
  await room.history.incidents.tellGrowth(incident.id, level);
}
