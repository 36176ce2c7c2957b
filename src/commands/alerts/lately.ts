/** How much was told in the last 7 days, for whoever is about to mute all of it. */
import { occasions } from '../../notices';
import { replay, wouldTell } from '../../notices/routing/replay';
import { settingsOf } from '../../notices/routing/settings';
import type { Room } from '../command';
import { pastFailures } from './pastFailures';

export const WEEK_MS = 7 * 86_400_000;

/** @param to one channel or person; all of them where it is undefined */
export async function lately(to: string | undefined, room: Room): Promise<{ cards: number; members: number }> {
  const [{ occurrences }, rules, settings] = await Promise.all([
    pastFailures(room.now() - WEEK_MS, room),
    room.history.routes.list(),
    room.history.alertSettings.list(),
  ]);
  const known = settingsOf(settings, occasions());
  const told = (one: (typeof occurrences)[number]) => wouldTell(one, rules, known, room.alertChannel);
  const cards = replay(occurrences, told, known.threshold('window')).filter(
    (card) => to === undefined || card.to === to,
  );
  return {
    cards: cards.length,
    members: new Set(cards.flatMap(({ members }) => members.map(({ member }) => member))).size,
  };
}
