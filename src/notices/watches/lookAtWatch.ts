/** One look at a watch: what its jobs have come to, kept, shown on its message, and told when all of them have ended. */
import type { Room } from '../../commands/command';
import type { EndedWatch, Watch } from '../../history/records/watch';
import { LONGEST_WATCH_DAYS } from '../../history/records/watches';
import { type Entry, endedOf, isOver, isSame, standingOf } from '../../jobs/progress';
import { alertSettings } from '../routing/settings';
import { queueToSend } from '../sending/queueToSend';
import { watchEnded } from '../watchEnded';
import { askForLook } from './askForLook';
import { progressOf } from './progressOf';

const LONGEST_MS = LONGEST_WATCH_DAYS * 86_400_000;

export const progressKey = ({ id }: Pick<Watch, 'id'>): string => `watch#${id}`;
export const endKey = ({ id }: Pick<Watch, 'id'>): string => `watch-end#${id}`;

/** A single job has no message that moves: only its end is told. */
export const hasProgress = ({ kind }: Pick<Watch, 'kind'>): boolean => kind !== 'job';

/** Tells how a watch ended, and takes it off the list; whoever comes again changes nothing. */
export async function tellEnd(watch: EndedWatch, room: Room): Promise<void> {
  if (hasProgress(watch)) await queueToSend(room, watch.to, progressKey(watch), { urgency: 'edit' });
  const isTold = watch.ended.how !== 'stopped' && (await alertSettings(room)).isOn(watchEnded.name, watch.to);
  if (isTold) await queueToSend(room, watch.to, endKey(watch), { urgency: 'new' });
  await room.history.watches.close(watch.id);
}

/** All children have ended, and Batch has not ended their array yet, which it does within seconds. */
const isAboutToEnd = (entries: readonly Entry[], ended: number, size: number): boolean =>
  ended >= size && entries.some(({ end }) => end === undefined);

/** @returns false when nobody watches under this id any more */
export async function lookAtWatch(id: string, room: Room): Promise<boolean> {
  const { watches } = room.history;
  const watch = await watches.begin(id);
  if (watch === undefined) return false;
  const known = await watches.ended(id);
  if (known !== undefined) {
    // Whoever ended it died before it was told.
    await tellEnd(known, room);
    return true;
  }
  const before = await watches.progress(id);
  const entries = await progressOf(await watches.ids(watch), before?.ends ?? [], room);
  const standing = standingOf(entries, watch.size, room.now());
  const isNew = before === undefined || !isSame(before.standing, standing);
  if (isNew) await watches.keepProgress(watch, { standing, ends: entries.map(({ end }) => end) });
  const over = isOver(entries);
  if (over || room.now() - watch.startedAt > LONGEST_MS) {
    const how = over ? 'over' : 'given up';
    await tellEnd(await watches.end(watch, { at: room.now(), how, standing }), room);
    return true;
  }
  if (!isNew) return true;
  if (hasProgress(watch)) await queueToSend(room, watch.to, progressKey(watch), { urgency: 'edit' });
  if (isAboutToEnd(entries, endedOf(standing), watch.size)) await askForLook(watch, room);
  return true;
}
