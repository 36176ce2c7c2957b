/** What alerts of the past would have become under some rules: the same choice of destinations, groups and crowds, over memory. */
import type { Crowd } from '../../history/records/incidentGroups';
import type { Route } from '../../history/records/routes';
import { arrayParentOf, type Job, type JobRow, userOf } from '../../jobs/job';
import { CROWD_MS, goesOn, groupOf, place } from '../incidents/join';
import { failureOf } from '../jobFailures';
import type { Occurrence } from '../occasion';
import { choose } from './choose';
import type { AlertSettings } from './settings';

/** The failure that a job of the history was, if it was one to be told. */
export function failureOfRow(row: JobRow): Occurrence | undefined {
  const job: Job = { ...row, attempts: [], entered: {}, whole: true };
  return failureOf(job, row.stoppedAt ?? row.seenAt);
}

/** Who would be told, by a channel's or person's id, or `submitter <name>` since nobody is looked up for this. */
export function wouldTell(
  occurrence: Occurrence,
  rules: readonly Route[],
  settings: AlertSettings,
  alertChannel: string | undefined,
): string[] {
  const byDefault = alertChannel === undefined ? [] : [alertChannel];
  const user = occurrence.job === undefined ? undefined : userOf(occurrence.job);
  const places = ({ to }: Route): string[] =>
    to.flatMap((target) => {
      if (target.kind !== 'submitter') return [target.id];
      return user === undefined ? byDefault : [`submitter ${user}`];
    });
  const { winner, adding } = choose(rules, occurrence);
  const all = [...(winner === undefined ? byDefault : places(winner)), ...adding.flatMap(places)];
  return [...new Set(all)].filter((to) =>
    settings.isOn(occurrence.occasion, to.startsWith('submitter ') ? undefined : to),
  );
}

/** A card that there would have been. */
export interface PastCard {
  to: string;
  /** What opened it. */
  first: Occurrence;
  members: Occurrence[];
  lastAt: number;
}

/** An array fails with its children: it counts for itself only where none of them is among these. */
export function withoutParents(occurrences: readonly Occurrence[]): Occurrence[] {
  const ofChildren = new Set(occurrences.map(({ member }) => arrayParentOf(member)));
  return occurrences.filter(({ member }) => !ofChildren.has(member));
}

const fell = ({ cause }: Occurrence): boolean => cause?.key === 'dependencyFailed';

/**
 * Of one moment what fell with others after these, and of those the job first that was submitted first: Batch takes no job
 * that depends on one which is not there yet.
 */
const byTime = (a: Occurrence, b: Occurrence): number =>
  a.at - b.at || Number(fell(a)) - Number(fell(b)) || (a.job?.createdAt ?? 0) - (b.job?.createdAt ?? 0);

/**
 * The cards that these occurrences would have been, oldest first.
 * @param occurrences all of that time: on which card one is depends on the others that came to the same place
 * @param windowMs after so long without a failure the next one is a new card
 */
export function replay(
  occurrences: readonly Occurrence[],
  told: (occurrence: Occurrence) => readonly string[],
  windowMs: number,
): PastCard[] {
  const cards: PastCard[] = [];
  const pointers = new Map<string, { incident: string; lastAt: number }>();
  const crowds = new Map<string, Crowd['cards']>();
  /** By place and job, or array of it. */
  const joined = new Map<string, string>();

  /** The card of a job that this one depends on, where it only fell with it. */
  function cardBefore(to: string, occurrence: Occurrence): string | undefined {
    if (!fell(occurrence)) return undefined;
    return occurrence.job?.dependsOn?.map((id) => joined.get(`${to} ${id}`)).find((incident) => incident !== undefined);
  }

  function ownCard(to: string, occurrence: Occurrence): string | undefined {
    const group = groupOf(occurrence);
    const pointer = pointers.get(`${to} ${group}`);
    if (pointer !== undefined && goesOn(pointer, occurrence.at, windowMs)) return pointer.incident;
    const lately = (crowds.get(to) ?? []).filter(({ openedAt }) => openedAt > occurrence.at - CROWD_MS);
    const placed = place(lately, occurrence, windowMs);
    if (placed === undefined) return undefined;
    if ('join' in placed) return placed.join.incident;
    const incident = String(cards.length);
    cards.push({ to, first: occurrence, members: [], lastAt: occurrence.at });
    crowds.set(to, [...lately, { ...placed.open, incident, openedAt: occurrence.at }]);
    return incident;
  }

  for (const occurrence of withoutParents(occurrences).sort(byTime)) {
    const { member, at } = occurrence;
    for (const to of told(occurrence)) {
      const before = cardBefore(to, occurrence);
      const incident = before ?? ownCard(to, occurrence);
      if (incident === undefined) continue;
      if (before === undefined) pointers.set(`${to} ${groupOf(occurrence)}`, { incident, lastAt: at });
      for (const id of [member, arrayParentOf(member)]) if (id !== undefined) joined.set(`${to} ${id}`, incident);
      const card = cards[Number(incident)];
      card?.members.push(occurrence);
      if (card !== undefined) card.lastAt = at;
    }
  }
  return cards;
}
