/**
 * Which incident something joins: that of its group while it goes on, or a new one. Where many groups fail at once a wider
 * one takes them in, which was opened as such and says so: a group's own card is never joined by another. States never share
 * a card: those beyond what a destination bears wait. Every step may be repeated, and any worker may die after each of them:
 * what is found half done is gone on with.
 */
import type { Room } from '../../commands/command';
import { shortReference } from '../../errors';
import type { Incident } from '../../history/records/incident';
import type { Crowd, GroupPointer } from '../../history/records/incidentGroups';
import type { Occurrence } from '../occasion';
import { cardKey } from './keys';
import { withoutRevision } from './member';
import { isOfFailures } from './standing';

/** What comes within this time of the last one belongs to it, also where it had recovered; unless another time was set. */
export const WINDOW_MS = 3_600_000;
/** What never is quiet gets a new card after so long: an incident and its members are kept for 90 days. */
export const LONGEST_MS = 30 * 24 * 3_600_000;
/** The time of the last one is noted to within a minute, and to within a tenth of a short window. */
const noteEveryMs = (windowMs: number): number => Math.min(60_000, windowMs / 10);
/** For so long a card counts as one of a crowd. */
export const CROWD_MS = 600_000;
/** Of failures the first so many are the groups' own. */
export const OWN_CARDS = 8;
/** So many new ones of failures a destination gets at most, the last of which takes whatever else fails; and as many of states. */
export const MOST_CARDS = 12;
/** Writers that race for one destination; each loses only to one that came through. */
const MOST_TRIES = 50;

/** An array has one card, whatever its children failed of; what is so of it has its own. */
export const groupOf = ({ occasion, queue = '', subject, cause }: Occurrence): string =>
  subject.kind === 'array' && isOfFailures(occasion)
    ? JSON.stringify(['group', 'array', subject.name])
    : JSON.stringify(['group', occasion, queue, subject.kind, subject.name, cause?.identity ?? '']);
const causeGroupOf = ({ occasion, cause }: Pick<Occurrence, 'occasion' | 'cause'>): string =>
  JSON.stringify(['cause', occasion, cause?.identity ?? '']);

/** What happened before the last one is only late. */
export const goesOn = (
  pointer: Pick<GroupPointer, 'lastAt'> | undefined,
  at: number,
  windowMs: number = WINDOW_MS,
): boolean => pointer !== undefined && at <= pointer.lastAt + windowMs;

type Card = Crowd['cards'][number];

/** Whether a group opened that card for what goes on now: a worker that died before it was done pointed nobody to it. */
const isBegun = ({ group, openedAt }: Card, occurrence: Occurrence, windowMs: number): boolean =>
  group === groupOf(occurrence) && occurrence.at <= openedAt + windowMs;

/** Failures and states are crowds of their own. */
const kindOf = ({ occasion }: Occurrence): 'failures' | 'states' => (isOfFailures(occasion) ? 'failures' : 'states');

/**
 * The rule of crowds, for what no incident of its group takes in.
 * @param lately the cards that the destination got in the last 10 minutes: of failures for a failure, of states for a state
 * @param windowMs a card of its group that was opened within this time before it is its own
 * @returns the card to join, or a new one and how wide it is; undefined for a state that has to wait
 */
export function place(
  lately: readonly Card[],
  occurrence: Occurrence,
  windowMs: number,
): { join: Card } | { open: Pick<Card, 'group' | 'breadth' | 'cause'> } | undefined {
  const group = groupOf(occurrence);
  const begun = lately.findLast((card) => isBegun(card, occurrence, windowMs));
  if (begun !== undefined) return { join: begun };
  if (kindOf(occurrence) === 'states')
    return lately.length < MOST_CARDS ? { open: { group, breadth: 'group' } } : undefined;
  if (lately.length < OWN_CARDS) return { open: { group, breadth: 'group' } };
  const cause = causeGroupOf(occurrence);
  const ofCause = lately.find((card) => card.breadth === 'cause' && card.cause === cause);
  if (ofCause !== undefined) return { join: ofCause };
  if (lately.length < MOST_CARDS - 1) return { open: { group, breadth: 'cause', cause } };
  const gathering = lately.find(({ breadth }) => breadth === 'gathering');
  return gathering === undefined ? { open: { group, breadth: 'gathering' } } : { join: gathering };
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
  /** Its card is new for this group, which opened it. */
  isOpened: boolean;
  /** Opened a moment ago by another worker, or by one that died: others may have joined it. */
  isFound: boolean;
}

/** The incident that the destination's cards leave to it, opened if it must be; undefined where it has to wait. */
async function openOrJoin(
  occurrence: Occurrence,
  to: string,
  windowMs: number,
  room: Room,
): Promise<Joined | undefined> {
  const { incidents, incidentGroups: groups } = room.history;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const crowd = await groups.crowd(to, kindOf(occurrence));
    const now = room.now();
    const lately = crowd.cards.filter(({ openedAt }) => openedAt > now - CROWD_MS);
    const placed = place(lately, occurrence, windowMs);
    if (placed === undefined) return undefined;
    const card = 'join' in placed ? placed.join : { ...placed.open, incident: shortReference(), openedAt: now };
    const isKept =
      'join' in placed || (await groups.keepCrowd(to, kindOf(occurrence), { ...crowd, cards: [...lately, card] }, now));
    if (!isKept) continue;
    // Also of one that it joins: it may be that whoever opened it died before it had a head.
    await incidents.open(headOf(card.incident, card.breadth, occurrence, to, card.openedAt));
    return { incident: card.incident, isOpened: isBegun(card, occurrence, windowMs), isFound: 'join' in placed };
  }
  throw new Error(`the cards of ${to} were written by others ${MOST_TRIES} times in a row`);
}

/** Whether what happens at that time joins the incident that a group's pointer tells of. */
async function goesOnIn(pointer: GroupPointer, at: number, windowMs: number, room: Room): Promise<boolean> {
  if (!goesOn(pointer, at, windowMs)) return false;
  // One that is off the list of open ones is ended by nothing any more.
  const openedAt = await room.history.incidents.openSince(pointer.incident);
  return openedAt !== undefined && room.now() <= openedAt + LONGEST_MS;
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
    const isIts = before?.incident === next.incident;
    if (before !== undefined && (isIts || (await goesOnIn(before, next.lastAt, windowMs, room))))
      return await groups.touch(to, group, before, next.lastAt, noteEveryMs(windowMs));
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
  if (pointer === undefined || !(await goesOnIn(pointer, at, windowMs, room))) return undefined;
  await groups.touch(to, group, pointer, at, noteEveryMs(windowMs));
  return pointer.incident;
}

/** Whether a group's incident goes on whose card stands in the default channel, since its own destination took it no more. */
export async function wentElsewhere(
  to: string,
  occurrence: Occurrence,
  windowMs: number,
  room: Room,
): Promise<boolean> {
  const pointer = await room.history.incidentGroups.pointer(to, groupOf(occurrence));
  if (pointer === undefined || !goesOn(pointer, occurrence.at, windowMs)) return false;
  return (await room.history.outbox.sent(to, cardKey(pointer.incident)))?.moved !== undefined;
}

/** The incident that this opens, or joins where there is a crowd; undefined for a state that has to wait. */
export async function newIncident(
  occurrence: Occurrence,
  to: string,
  windowMs: number,
  room: Room,
): Promise<Joined | undefined> {
  const joined = await openOrJoin(occurrence, to, windowMs, room);
  if (joined === undefined) return undefined;
  const next = { incident: joined.incident, lastAt: occurrence.at };
  const { incident } = await pointTo(to, groupOf(occurrence), next, windowMs, room);
  const isIts = incident === joined.incident;
  return { incident, isOpened: joined.isOpened && isIts, isFound: joined.isFound || !isIts };
}
