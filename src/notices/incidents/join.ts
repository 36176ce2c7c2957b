/**
 * Which incident something joins: that of its group while it goes on, or a new one, and where many groups come at once a
 * wider one, so that no destination ever gets more than 12 new cards in 10 minutes. Every step may be repeated, and any
 * worker may die after each of them: what is found half done is gone on with.
 */
import type { Room } from '../../commands/command';
import { shortReference } from '../../errors';
import type { Incident } from '../../history/records/incident';
import type { Crowd, GroupPointer } from '../../history/records/incidentGroups';
import type { Occurrence } from '../occasion';
import { withoutRevision } from './member';

/** What comes within this time of the last one belongs to it, also where it had recovered; unless another time was set. */
export const WINDOW_MS = 3_600_000;
/** For so long a card counts as one of a crowd. */
export const CROWD_MS = 600_000;
/** The first so many are the groups' own. */
export const OWN_CARDS = 4;
/** The last of them takes whatever else comes. */
export const MOST_CARDS = 12;
/** Writers that race for one destination; each loses only to one that came through. */
const MOST_TRIES = 50;

/** An array has one card, whatever its children failed of. */
export const groupOf = ({ occasion, queue = '', subject, cause }: Occurrence): string =>
  subject.kind === 'array'
    ? JSON.stringify(['group', 'array', subject.name])
    : JSON.stringify(['group', occasion, queue, subject.kind, subject.name, cause?.identity ?? '']);
export const causeGroupOf = ({ occasion, cause }: Pick<Occurrence, 'occasion' | 'cause'>): string =>
  JSON.stringify(['cause', occasion, cause?.identity ?? '']);
export const GATHERING = JSON.stringify(['gathering']);

/** What happened before the last one is only late. */
export const goesOn = (
  pointer: Pick<GroupPointer, 'lastAt'> | undefined,
  at: number,
  windowMs: number = WINDOW_MS,
): boolean => pointer !== undefined && at <= pointer.lastAt + windowMs;

type Card = Crowd['cards'][number];

/**
 * The rule of crowds, over the cards of the last 10 minutes.
 * @param ofCause the incident of this cause that goes on, if any does
 * @returns the incident to join, or how wide a new one is
 */
export function place(
  lately: readonly Card[],
  group: string,
  ofCause: string | undefined,
): { join: string } | { open: Incident['breadth'] } {
  // A worker that died before it was done opened it for this very group.
  const begun = lately.find((card) => card.group === group);
  if (begun !== undefined) return { join: begun.incident };
  if (lately.length < OWN_CARDS) return { open: 'group' };
  if (ofCause !== undefined) return { join: ofCause };
  const gathering = lately.find(({ breadth }) => breadth === 'gathering');
  if (gathering !== undefined) return { join: gathering.incident };
  return { open: lately.length < MOST_CARDS - 1 ? 'cause' : 'gathering' };
}

const headOf = (
  id: string,
  breadth: Incident['breadth'],
  { occasion, subject, queue, cause, job }: Occurrence,
  to: string,
  openedAt: number,
): Incident => ({
  id,
  to,
  occasion,
  breadth,
  subject,
  ...(queue === undefined ? {} : { queue }),
  ...(cause === undefined ? {} : { cause: { key: cause.key, identity: cause.identity, headline: cause.headline } }),
  ...(job?.definition === undefined ? {} : { definition: withoutRevision(job.definition) }),
  ...(job?.name === undefined ? {} : { jobName: job.name.slice(0, 128) }),
  openedAt,
});

interface Joined {
  incident: string;
  /** How wide its card is, where this opened it. */
  opened?: Incident['breadth'] | undefined;
}

/** The incident that the destination's cards leave to it; opened if it must be. */
async function openOrJoin(
  occurrence: Occurrence,
  to: string,
  group: string,
  windowMs: number,
  room: Room,
): Promise<Joined> {
  const { incidents, incidentGroups: groups } = room.history;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const [crowd, ofCause] = await Promise.all([groups.crowd(to), groups.pointer(to, causeGroupOf(occurrence))]);
    const now = room.now();
    const lately = crowd.cards.filter(({ openedAt }) => openedAt > now - CROWD_MS);
    const placed = place(lately, group, goesOn(ofCause, occurrence.at, windowMs) ? ofCause?.incident : undefined);
    if ('join' in placed) {
      const begun = lately.find(({ incident }) => incident === placed.join);
      // It may be that whoever opened it died before it had a head.
      if (begun?.group !== group) {
        await incidents.share(placed.join);
        return { incident: placed.join };
      }
      await incidents.open(headOf(begun.incident, begun.breadth, occurrence, to, begun.openedAt));
      return { incident: begun.incident, opened: begun.breadth };
    }
    const card: Card = { incident: shortReference(), group, openedAt: now, breadth: placed.open };
    if (!(await groups.keepCrowd(to, { ...crowd, cards: [...lately, card] }, now))) continue;
    await incidents.open(headOf(card.incident, card.breadth, occurrence, to, now));
    return { incident: card.incident, opened: card.breadth };
  }
  throw new Error(`the cards of ${to} were written by others ${MOST_TRIES} times in a row`);
}

/** @returns the pointer as it is then, which may be another's */
async function pointTo(
  to: string,
  group: string,
  next: GroupPointer,
  windowMs: number,
  room: Room,
): Promise<GroupPointer> {
  const { incidentGroups: groups } = room.history;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await groups.pointer(to, group);
    if (before !== undefined && (goesOn(before, next.lastAt, windowMs) || before.incident === next.incident))
      return await groups.touch(to, group, before, next.lastAt);
    if (await groups.point(to, group, next, before)) return next;
  }
  throw new Error(`the group ${group} of ${to} was written by others ${MOST_TRIES} times in a row`);
}

/**
 * The incident of a group, if it goes on.
 * @param windowMs what comes within this time of the last one belongs to it, also where it had recovered
 */
export async function presentIncident(
  to: string,
  group: string,
  at: number,
  windowMs: number,
  room: Room,
): Promise<string | undefined> {
  const { incidentGroups: groups } = room.history;
  // Where it goes on it only ever points to the same incident, so that what was read once need not be read again.
  const known = groups.remembered(to, group);
  const pointer = goesOn(known, at, windowMs) ? known : await groups.pointer(to, group);
  if (pointer === undefined || !goesOn(pointer, at, windowMs)) return undefined;
  await groups.touch(to, group, pointer, at);
  return pointer.incident;
}

/** The incident that this opens, or joins where there is a crowd. */
export async function newIncident(occurrence: Occurrence, to: string, windowMs: number, room: Room): Promise<string> {
  const group = groupOf(occurrence);
  const { incident, opened } = await openOrJoin(occurrence, to, group, windowMs, room);
  const pointer = await pointTo(to, group, { incident, lastAt: occurrence.at }, windowMs, room);
  // An array's own card tells of its children only.
  const isForOthers = opened !== undefined && !(opened === 'group' && occurrence.subject.kind === 'array');
  if (isForOthers) await pointTo(to, causeGroupOf(occurrence), { incident, lastAt: occurrence.at }, windowMs, room);
  return pointer.incident;
}
