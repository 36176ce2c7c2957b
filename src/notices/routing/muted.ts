/** Whether somebody muted what happened, and what is said of that. */
import type { Room } from '../../commands/command';
import type { Mute } from '../../history/records/mutes';
import type { Occurrence } from '../occasion';
import { fits } from './fits';
import { withOwner } from './withOwner';

/** A mute works until its end, also where no tick came since to end it. */
export const lasts = ({ ended, until }: Pick<Mute, 'ended' | 'until'>, now: number): boolean =>
  ended === undefined && now < until;

/** Where people read when it begins and when it ends: the place that it spares, unless whoever asked for it is that. */
export async function sparedPlace(
  { to, incident, by }: Pick<Mute, 'to' | 'incident' | 'by'>,
  { history, alertChannel }: Pick<Room, 'history' | 'alertChannel'>,
): Promise<string | undefined> {
  const head = incident === undefined ? undefined : await history.incidents.get(incident);
  const place = to ?? head?.to ?? alertChannel;
  return place === by.id ? undefined : place;
}

/** Whether a mute is on this, for the channel or person. */
const mutes = (mute: Mute, occurrence: Occurrence, to: string): boolean =>
  (mute.to === undefined || mute.to === to) && fits(mute.when, occurrence);

/**
 * The mute that is on this for the channel or person; of several the one that lasts longest.
 * Whoever tells nobody for its sake keeps that by `holdBack`, so that the mute's end can say how many there were.
 */
export async function mutedBy(
  occurrence: Occurrence,
  to: string,
  { history, now }: Pick<Room, 'history' | 'now'>,
): Promise<Mute | undefined> {
  const lasting = (await history.mutes.list()).filter((mute) => lasts(mute, now()));
  if (lasting.length === 0) return undefined;
  const whole = await withOwner(occurrence, { history });
  const on = lasting.filter((mute) => mutes(mute, whole, to));
  return on.sort((a, b) => b.until - a.until)[0];
}

/** Counts what a mute held back, once for each of what it struck however often it is told. */
export async function holdBack(mute: Mute, occurrence: Occurrence, { history }: Pick<Room, 'history'>): Promise<void> {
  await history.mutes.hold(mute, `${occurrence.occasion}#${occurrence.member}`);
}
