/** What the history tells of how things usually go: how long definitions run, how often they fail, when queues get jobs. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import type { Outcomes } from '../../jobs/failureRate';
import type { Query } from '../../jobs/query';
import { type Group, hourOf } from '../../jobs/statistics';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Statistics over a month cost seconds and thousands of read units: they are asked no more often. */
const EVERY_MS = 10 * 60_000;
const RUN_DAYS = 30;
const FAILURE_DAYS = 7;
/** A job that ended in the last week may have been submitted some days before. */
const LONGEST_LIFE_DAYS = 3;
const SUBMITTED_DAYS = 14;
/** What is usual is not known from fewer runs. */
const LEAST_RUNS = 20;

/** How long the runs of a revision that succeeded took. */
export interface Runs {
  /** `align:7`: the revision that tells it. */
  definition: string;
  runs: number;
  p95Ms: number;
}

/** How the jobs of a definition, in all of its revisions, ended lately and in the week before. */
export interface Rates {
  lately: Outcomes;
  usual: Outcomes;
}

export interface Usual {
  /** When it was read, ms; 0 for never. */
  at: number;
  /** By definition and revision. */
  runs?: ReadonlyMap<string, Runs> | undefined;
  /** By definition without its revision. */
  rates?: ReadonlyMap<string, Rates> | undefined;
  /** Since when, ms, what is "lately" of the rates. */
  latelySince: number;
  /** By queue the first moments of the hours in which jobs came, ms. */
  submitted?: ReadonlyMap<string, readonly number[]> | undefined;
}

export const NOTHING_USUAL: Usual = { at: 0, latelySince: 0 };

const [NAME, REVISION] = [/:\d+$/, /:(\d+)$/];
export const nameOfDefinition = (definition: string): string => definition.replace(NAME, '');
const revisionOf = (definition: string): number => Number(REVISION.exec(definition)?.[1] ?? 0);

/** From the figures of jobs that succeeded, by definition. */
export function runsOf(groups: readonly Group[]): ReadonlyMap<string, Runs> {
  return new Map(
    groups.flatMap(({ key: [definition = ''], running }) =>
      definition === '' || running === undefined || running.jobs < LEAST_RUNS
        ? []
        : [[definition, { definition, runs: running.jobs, p95Ms: running.p95Seconds * 1000 }] as const],
    ),
  );
}

/** Of a revision that is too new the newest one before it that has run often enough tells. */
export function runsFor(runs: ReadonlyMap<string, Runs>, definition: string): Runs | undefined {
  const own = runs.get(definition);
  if (own !== undefined) return own;
  const [name, revision] = [nameOfDefinition(definition), revisionOf(definition)];
  return [...runs.values()]
    .filter((one) => nameOfDefinition(one.definition) === name && revisionOf(one.definition) < revision)
    .sort((a, b) => revisionOf(b.definition) - revisionOf(a.definition))[0];
}

/**
 * By definition and hour of the end.
 * @param counted what ended, and what counts for nothing and is taken away, each by definition and hour of the end
 * @param since the first hour of what is lately, ms
 */
export function ratesOf(
  counted: readonly { groups: readonly Group[]; sign: 1 | -1 }[],
  since: number,
): ReadonlyMap<string, Rates> {
  const found = new Map<string, Rates>();
  const [latelyFrom, usualFrom] = [hourOf(since), hourOf(since - FAILURE_DAYS * DAY_MS)];
  function add({ key: [definition = '', hour = ''], failed, count }: Group, sign: 1 | -1): void {
    // Batch tells no end of some jobs that never started.
    if (definition === '' || hour < usualFrom) return;
    const name = nameOfDefinition(definition);
    const rates = found.get(name) ?? { lately: { failed: 0, ended: 0 }, usual: { failed: 0, ended: 0 } };
    found.set(name, rates);
    const part = hour >= latelyFrom ? rates.lately : rates.usual;
    part.failed += sign * failed;
    part.ended += sign * count;
  }
  for (const { groups, sign } of counted) for (const group of groups) add(group, sign);
  return found;
}

export function submittedOf(groups: readonly Group[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { key } of groups) {
    const [queue = '', hour = ''] = key;
    if (queue === '' || hour === '') continue;
    const hours = found.get(queue) ?? [];
    found.set(queue, hours);
    hours.push(Date.parse(`${hour}:00:00Z`));
  }
  return found;
}

/** The latest reading, made anew when it is too old; what could not be read is undefined, and asked again a minute later. */
export function usualReadings(room: Pick<Room, 'history' | 'log' | 'now'>) {
  let latest: Usual = NOTHING_USUAL;
  const ask = (query: Query, ...groupBy: Parameters<typeof room.history.statistics>[0]['groupBy']) =>
    room.history.statistics({ query, groupBy }).then(({ groups }) => groups);
  const since = (days: number): Pick<Query, 'words' | 'since'> => ({
    words: [],
    since: { at: room.now() - days * DAY_MS, typed: `${days}d` },
  });

  /** Without what somebody stopped, and without the children of arrays: an array is one job, and its children fail together. */
  async function outcomes(query: Query, hasTime: () => boolean): Promise<{ groups: Group[]; sign: 1 | -1 }[]> {
    const [done, stopped] = [['done' as const], ['cancelled' as const, 'terminated' as const]];
    const of = async (more: Partial<Query>) => {
      if (!hasTime()) throw new Error('no time is left for another statistic');
      return await ask({ ...query, ...more }, 'definition', 'endHour');
    };
    return [
      { groups: await of({ statuses: done }), sign: 1 },
      { groups: await of({ statuses: stopped }), sign: -1 },
      { groups: await of({ statuses: done, array: 'children' }), sign: -1 },
      { groups: await of({ statuses: stopped, array: 'children' }), sign: 1 },
    ];
  }

  async function part<T>(what: string, isWanted: boolean, read: () => Promise<T>): Promise<T | undefined> {
    if (!isWanted) return undefined;
    try {
      return await read();
    } catch (error) {
      room.log.warn('the history did not tell what is usual', { what, ...errorFields(error) });
      return undefined;
    }
  }

  return {
    /**
     * @param wants what the conditions that are on need
     * @param hasTime whether one more statistic can be asked
     */
    async read(wants: { runs: boolean; rates: boolean; submitted: boolean }, hasTime: () => boolean): Promise<Usual> {
      const isThere = { runs: latest.runs, rates: latest.rates, submitted: latest.submitted };
      const isFresh = room.now() - latest.at < EVERY_MS;
      const lacks = (what: keyof typeof wants) => wants[what] && (!isFresh || isThere[what] === undefined) && hasTime();
      if (!(lacks('runs') || lacks('rates') || lacks('submitted'))) return latest;
      const latelySince = Math.floor((room.now() - HOUR_MS) / HOUR_MS) * HOUR_MS;
      // One after the other: each may hold many groups.
      const runs = await part('how long jobs run', lacks('runs'), async () =>
        runsOf(await ask({ ...since(RUN_DAYS), statuses: ['succeeded'] }, 'definition')),
      );
      const rates = await part('how often jobs fail', lacks('rates'), async () =>
        ratesOf(await outcomes(since(FAILURE_DAYS + LONGEST_LIFE_DAYS), hasTime), latelySince),
      );
      const submitted = await part('when jobs are submitted', lacks('submitted'), async () =>
        submittedOf(await ask(since(SUBMITTED_DAYS), 'queue', 'hour')),
      );
      latest = isFresh
        ? {
            ...latest,
            runs: runs ?? latest.runs,
            submitted: submitted ?? latest.submitted,
            ...(rates === undefined ? {} : { rates, latelySince }),
          }
        : { at: room.now(), runs, rates, submitted, latelySince };
      return latest;
    },
  };
}
