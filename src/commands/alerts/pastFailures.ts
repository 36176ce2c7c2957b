/** The failures of the last days as the history holds them, as they were or would have been told. */
import type { Occurrence } from '../../notices/occasion';
import { failureOfRow } from '../../notices/routing/replay';
import { withOwner } from '../../notices/routing/withOwner';
import type { Room } from '../command';

export interface PastFailures {
  occurrences: Occurrence[];
  /** Since when they are all there, ms: later than asked where the search was ended by its budget. */
  since: number;
}

/** A search goes by when jobs were created, and most that end were created within this time before. */
const LONGEST_LIFE_MS = 3 * 86_400_000;

/** Jobs that fell with others are read each, to know with which; of more than so many the newest. */
const MOST_DEPENDENTS = 500;

/** With the jobs that they depend on, where they fell with one of them: the search index does not tell. */
async function withDependencies(occurrences: readonly Occurrence[], room: Room): Promise<Occurrence[]> {
  const ids = occurrences
    .filter(({ cause }) => cause?.key === 'dependencyFailed')
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_DEPENDENTS)
    .map(({ member }) => member);
  if (ids.length === 0) return [...occurrences];
  const known = new Map((await room.history.jobs.getMany(ids)).map(({ job }) => [job.id, job.dependsOn]));
  return occurrences.map((one) => {
    const dependsOn = known.get(one.member);
    return one.job === undefined || dependsOn === undefined ? one : { ...one, job: { ...one.job, dependsOn } };
  });
}

export async function pastFailures(since: number, room: Room): Promise<PastFailures> {
  const at = since - LONGEST_LIFE_MS;
  const { rows, isAtLeast } = await room.history.search.matches({
    words: [],
    statuses: ['failed'],
    since: { at, typed: new Date(at).toISOString() },
  });
  const oldest = rows.reduce((least, { createdAt = least }) => Math.min(least, createdAt), room.now());
  const begins = isAtLeast === true ? Math.max(since, oldest) : since;
  const occurrences = rows.flatMap((row) => failureOfRow(row) ?? []).filter((one) => one.at >= begins);
  const owned = await Promise.all(occurrences.map((one) => withOwner(one, room)));
  return { occurrences: await withDependencies(owned, room), since: begins };
}
