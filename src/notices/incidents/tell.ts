/** Takes in what happened: finds who is told, lets it join an incident of each of them, and sees to it that the card is sent. */
import type { Room } from '../../commands/command';
import type { Marker } from '../../history/records/incidentGroups';
import { failedBefore } from '../failedByCancel';
import { failureOf, occasionOf } from '../jobFailures';
import type { Occurrence } from '../occasion';
import { retried } from '../retried';
import { type Destination, destinations } from '../routing/destinations';
import { holdBack, mutedBy } from '../routing/muted';
import { alertSettings } from '../routing/settings';
import { type OpenDestination, openDestination } from '../sending/openDestination';
import { queueToSend } from '../sending/queueToSend';
import { groupOf, newIncident, presentIncident, wentElsewhere } from './join';
import { cardKey, linesKey, stretchOf } from './keys';
import { memberOf } from './member';
import { FAILURES, isOfFailures } from './standing';
import { toldLately } from './toldLately';

/** What arrives later than this is history, not an alert. */
export const MOST_AGE_MS = 24 * 3_600_000;
const AT_ONCE = 8;

/**
 * What is so again is told again, once its incident is over or forgotten; so is what is so of another cause. A job fails once
 * only, whatever became of that incident since.
 */
async function isOver({ incident, joinedAt }: Marker, { occasion, cause }: Occurrence, room: Room): Promise<boolean> {
  if (isOfFailures(occasion)) return false;
  const head = await room.history.incidents.get(incident);
  return (
    head === undefined ||
    head.closedAt !== undefined ||
    (head.settled !== undefined && head.settled.at >= joinedAt) ||
    head.cause?.identity !== cause?.identity
  );
}

/** An attempt that is tried again is told in the thread of what failed for good of the same cause. */
const groupsBeside = (occurrence: Occurrence): string[] =>
  occurrence.occasion === retried.name ? [groupOf({ ...occurrence, occasion: occasionOf(occurrence.cause) })] : [];

/** The incident of one of the jobs that it depends on. */
async function incidentOfDependency({ job }: Occurrence, to: string, room: Room): Promise<string | undefined> {
  const { incidentGroups: groups } = room.history;
  const asked = (job?.dependsOn ?? []).flatMap((id) =>
    [...FAILURES].map((occasion) => groups.marker(to, occasion, id)),
  );
  return (await Promise.all(asked)).find((marker) => marker !== undefined)?.incident;
}

/**
 * The incident of a job that this one depends on: what only fell with it is no trouble of its own. A chain of them ends up on
 * one card, each by the one before it. Their news comes in any order, so that what is not told yet is told first.
 */
async function incidentBefore(occurrence: Occurrence, to: string, room: Room): Promise<string | undefined> {
  const { cause, job } = occurrence;
  if (cause?.key !== 'dependencyFailed' || job === undefined) return undefined;
  let incident = await incidentOfDependency(occurrence, to, room);
  if (incident === undefined) {
    for (const before of (await failedBefore(job, room)).toReversed()) {
      const failure = failureOf(before, Math.min(room.now(), before.stoppedAt ?? before.seenAt));
      if (failure === undefined || room.now() - failure.at > MOST_AGE_MS) continue;
      const isTold = (await destinations(failure, room)).some((place) => place.to === to);
      if (isTold) await tellOne(failure, to, room);
    }
    incident = await incidentOfDependency(occurrence, to, room);
  }
  if (incident !== undefined) await room.history.incidents.share(incident);
  return incident;
}

/**
 * @returns false where it has to wait
 * @throws when AWS refuses: the news is then given again, and goes on where this stopped
 */
async function tellOne(occurrence: Occurrence, to: string, room: Room): Promise<boolean> {
  const { incidents, incidentGroups: groups } = room.history;
  const { occasion, member } = occurrence;
  // What is so for a while is so now, whenever it began.
  const latest = isOfFailures(occasion) ? occurrence : { ...occurrence, at: room.now() };
  const windowMs = (await alertSettings(room)).threshold('window', occurrence.queue);
  const fellWith = await incidentBefore(occurrence, to, room);
  let present = fellWith;
  for (const group of [groupOf(occurrence), ...groupsBeside(occurrence)])
    present ??= await presentIncident(to, group, latest.at, windowMs, room);
  const mute = await mutedBy(occurrence, to, room);
  let before: Marker | undefined;
  if (present === undefined) {
    // A redelivery, maybe long after: it joins what it joined then.
    const marker = await groups.marker(to, occasion, member);
    if (marker !== undefined && !(await isOver(marker, occurrence, room)))
      return await keep(marker, { isOpened: false, isFound: true, isNews: false });
    before = marker;
    if (mute !== undefined) {
      await holdBack(mute, occurrence, room);
      return true;
    }
  }
  const joins =
    present === undefined
      ? await newIncident(latest, to, windowMs, room)
      : { incident: present, isOpened: false, isFound: true };
  if (joins === undefined) return false;
  const { isOpened, isFound } = joins;
  const wanted = { incident: joins.incident, joinedAt: room.now() };
  const { marker, isFirst } = await groups.mark(to, occasion, member, wanted, before);
  if (isFirst || !(await isOver(marker, occurrence, room)))
    return await keep(marker, { isOpened, isFound, isNews: isFirst });
  // It was so before, was over, and is so again.
  const again = await groups.mark(to, occasion, member, wanted, marker);
  return await keep(again.marker, { isOpened, isFound, isNews: true });

  async function keep(
    { incident: joined, joinedAt }: Marker,
    its: { isOpened: boolean; isFound: boolean; isNews: boolean },
  ): Promise<true> {
    await incidents.putMember(joined, memberOf(occurrence, joinedAt, joined === fellWith));
    // A worker may have died before it told of a failure; a state that is still so is none.
    const isNews = (its.isNews || isOfFailures(occasion)) && mute === undefined;
    await queueToSend(room, to, cardKey(joined), {
      urgency: its.isOpened ? 'new' : 'edit',
      ...(isNews ? { isNews } : {}),
    });
    if (!its.isFound) return true;
    // A card that stands stays true; beyond that nobody is told.
    if (mute !== undefined) await holdBack(mute, occurrence, room);
    else await tellInThread(joined, joinedAt);
    return true;
  }

  async function tellInThread(joined: string, joinedAt: number): Promise<void> {
    const openedAt = await incidents.openedAt(joined);
    if (openedAt === undefined) return;
    const { from } = stretchOf(openedAt, joinedAt);
    await queueToSend(room, to, linesKey(joined, from), { urgency: 'word', thread: cardKey(joined) });
  }
}

/**
 * Where it is told: what a closed destination was to get joins its own incident while the card of that one stands in the
 * default channel, and else what is told there.
 */
async function placesOf(
  wanted: readonly Destination[],
  occurrence: Occurrence,
  room: Room,
): Promise<readonly OpenDestination[]> {
  const open = await Promise.all(wanted.map(({ to }) => openDestination(to, room)));
  if (open.every(({ meantFor }) => meantFor === undefined)) return open;
  const windowMs = (await alertSettings(room)).threshold('window', occurrence.queue);
  const present = isOfFailures(occurrence.occasion) ? occurrence : { ...occurrence, at: room.now() };
  return await Promise.all(
    open.map(async (place) => {
      const { to, meantFor } = place;
      if (meantFor === undefined || wanted.some((other) => other.to === to)) return place;
      return (await wentElsewhere(meantFor.to, present, windowMs, room)) ? { to: meantFor.to } : place;
    }),
  );
}

/** AWS's clock may be ahead of ours. */
const atMost = (now: number, occurrence: Occurrence): Occurrence =>
  occurrence.at <= now ? occurrence : { ...occurrence, at: now };

/**
 * Tells of what happened, each thing once to each of those whom it concerns, however often and in whatever order it comes.
 * @returns states that have to wait, since somebody got as many new cards of states as they bear: to be told again a minute
 *   later if they are still so. Failures never wait.
 * @throws when AWS refuses: then all of it must come again
 */
export async function tell(occurrences: readonly Occurrence[], room: Room): Promise<ReadonlySet<Occurrence>> {
  const lately = toldLately(room);
  const waiting = new Set<Occurrence>();
  const rest = occurrences.values();
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, occurrences.length) }, async () => {
      for (const news of rest) {
        const now = room.now();
        if (now - (news.seenAt ?? news.at) > MOST_AGE_MS) continue;
        const occurrence = atMost(now, news);
        const wanted = await destinations(occurrence, room);
        const open = await placesOf(wanted, occurrence, room);
        for (const to of new Set(open.map((place) => place.to))) {
          const places = open.filter((place) => place.to === to);
          const meantFor = places.some((place) => place.meantFor === undefined) ? undefined : places[0]?.meantFor;
          if (!isOfFailures(occurrence.occasion) && lately.has(to, occurrence, now)) continue;
          if (await tellOne({ ...occurrence, meantFor }, to, room)) lately.add(to, occurrence, now);
          else waiting.add(news);
        }
      }
    }),
  );
  return waiting;
}
