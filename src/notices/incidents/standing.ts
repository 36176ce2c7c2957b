/** What has become of an incident, by all that happened in it: what failed last, what succeeds again, and whether it is over. */
import type { Incident, Member, WholeIncident } from '../../history/records/incident';
import { isRecovered } from '../../views/incidentParts';
import { retried } from '../retried';

/** What ends by a success, rather than by a `settle`. */
export const FAILURES: ReadonlySet<string> = new Set(['failed', 'timed-out', 'spot-reclaimed', 'retried']);

export const isOfFailures = (occasion: string): boolean => FAILURES.has(occasion);

/** What failed and may succeed again: a definition in a queue. */
export interface Place {
  definition: string;
  queue?: string | undefined;
}

export interface Stand extends Place {
  failedAt: number;
  /** When the success started that came after, and when it ended, if one did. */
  startedAt: number | undefined;
  succeededAt: number | undefined;
}

export const keyOf = ({ definition, queue = '' }: Place): string => `${definition} ${queue}`;

/** Of each definition of an incident in each of its queues, when it failed last, and since when it succeeds again. */
export function standingOf({ members, recoveries }: Pick<WholeIncident, 'members' | 'recoveries'>): Map<string, Stand> {
  const places = new Map<string, Stand>();
  for (const { definition, queue, at } of members) {
    if (definition === undefined) continue;
    const key = keyOf({ definition, queue });
    const failedAt = Math.max(at, places.get(key)?.failedAt ?? 0);
    places.set(key, { definition, queue, failedAt, startedAt: undefined, succeededAt: undefined });
  }
  for (const recovery of recoveries) {
    const known = places.get(keyOf(recovery));
    if (known === undefined || recovery.startedAt <= known.failedAt) continue;
    known.startedAt = recovery.startedAt;
    known.succeededAt = recovery.stoppedAt;
  }
  return places;
}

/** What failed for good, where anything did, rather than what was tried again. */
export function tellingOf(members: readonly Member[]): Member[] {
  const ofGood = members.filter(({ occasion }) => occasion !== retried.name);
  return ofGood.length === 0 ? [...members] : ofGood;
}

/** What failed of itself, where anything did, rather than since a job that it depends on had failed. */
export function rootsOf(telling: readonly Member[]): Member[] {
  const roots = telling.filter(({ isDependent }) => isDependent !== true);
  return roots.length === 0 ? [...telling] : roots;
}

/** How it was settled or closed, unless something joined it since. */
export function settledOf({ incident, members }: Pick<WholeIncident, 'incident' | 'members'>): Incident['settled'] {
  const since = Math.max(...members.map(({ joinedAt }) => joinedAt));
  return incident.settled !== undefined && incident.settled.at >= since ? incident.settled : undefined;
}

/** What must succeed again for it to be over; nothing where it is over by a `settle`. */
export const definitionsOf = ({ incident, members, recoveries }: WholeIncident): Stand[] =>
  isOfFailures(incident.occasion) ? [...standingOf({ recoveries, members: rootsOf(tellingOf(members)) }).values()] : [];

export const isOver = (whole: WholeIncident): boolean =>
  isRecovered({ definitions: definitionsOf(whole), settled: settledOf(whole) });

/** What lists tell of it; `lastAt` is when the last of it happened, or when it ended by a `settle`, if that was later. */
export function shownOf(whole: WholeIncident): NonNullable<Incident['shown']> {
  const telling = tellingOf(whole.members);
  return {
    isOver: isOver(whole),
    members: telling.length,
    lastAt: Math.max(settledOf(whole)?.at ?? 0, ...rootsOf(telling).map(({ at }) => at)),
  };
}
