/** Statistics of jobs, group by group: what each figure means, and the plain rules that every faster way must agree with. */
import { isDone, isLost, type Job, type JobRow, userOf } from './job';
import { attemptNumber } from './lifecycle';
import { fold, matcher } from './match';
import type { Query } from './query';

/** What jobs can be grouped by. */
export const GROUPINGS = [
  'queue',
  'definition',
  'status',
  'instanceType',
  'availabilityZone',
  'architecture',
  'user',
  'day',
  'hour',
  'endHour',
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** None for one group of all jobs. */
export type GroupBy = readonly [] | readonly [Grouping] | readonly [Grouping, Grouping];

/** @throws RangeError for what jobs can't be grouped by, told in a sentence */
export function checkGroupBy(groupBy: readonly string[]): asserts groupBy is GroupBy {
  const unknown = groupBy.find((one) => !GROUPINGS.some((known) => known === one));
  if (unknown !== undefined)
    throw new RangeError(`Jobs can't be grouped by "${unknown}", only by ${GROUPINGS.join(', ')}.`);
  if (groupBy.length > 2)
    throw new RangeError(`Jobs can be grouped by two at most, and ${groupBy.join(', ')} are ${groupBy.length}.`);
  if (new Set(groupBy).size < groupBy.length)
    throw new RangeError(`Jobs can't be grouped by ${groupBy[0]} twice: give another grouping beside it, or none.`);
}

export interface StatisticsRequest {
  /** Its order does not matter. */
  query: Query;
  groupBy: GroupBy;
}

/** How a stage's lengths are spread over the jobs for which it is known; the others are left out of all three. */
export interface Spread {
  jobs: number;
  meanSeconds: number;
  /** The length that half, nine in ten, or nineteen in twenty of these jobs do not exceed (nearest rank). */
  p50Seconds: number;
  p90Seconds: number;
  p95Seconds: number;
}

/**
 * The stages that have a `Spread`. An array's parent counts as a job, but has no container, and so no stages and no hours:
 * its children have them.
 *
 * - `runnable`: in the last attempt (of an unfinished job the present one), from entering RUNNABLE to entering STARTING, as
 *   the events of Batch tell it.
 * - `starting`: in that attempt, from entering STARTING to the container's start (Batch's `startedAt`).
 * - `running`: of a finished job, from `startedAt` to `stoppedAt` of its last attempt.
 * - `run`: of a finished job, the time for which the containers of all its attempts ran, one after the other.
 *
 * Lengths that come out below zero, since events are told in whole seconds, count as zero.
 */
export const STAGES = ['runnable', 'starting', 'running', 'run'] as const;
export type Stage = (typeof STAGES)[number];

export interface Figures extends Partial<Record<Stage, Spread>> {
  /** All jobs, finished or not. */
  count: number;
  succeeded: number;
  failed: number;
  /** vCPUs that the jobs asked for, times `run`. */
  vcpuHours: number;
  /** Memory that the jobs asked for in GiB, times `run`. */
  gibHours: number;
}

export interface Group extends Figures {
  /**
   * One for each grouping, empty where the job does not tell. A status is Batch's, or `LOST`; a user is in lower case, as
   * searches compare them; day (`2026-03-15`) and hour (`2026-03-15T09`) are those of `createdAt` in UTC, and the end's hour
   * is that of `stoppedAt`.
   */
  key: readonly string[];
}

export interface Statistics {
  /** In the order of their keys. */
  groups: Group[];
  /** How many jobs the groups stand for. */
  jobs: number;
  /** A budget of time or reads was spent: there are at least so many jobs, and the newest were looked at first. */
  isAtLeast?: true;
}

/** Of finished jobs, how many succeeded, 0 to 1; undefined where none has finished. */
export const successRate = ({ succeeded, failed }: Figures): number | undefined =>
  succeeded + failed === 0 ? undefined : succeeded / (succeeded + failed);

/** What statistics need of a job's attempts, in ms. */
export type AttemptTimes = Pick<JobRow, 'runnableMs' | 'startingMs' | 'earlierRunMs'>;

const lengthOf = (from: number | undefined, until: number | undefined): number | undefined =>
  from === undefined || until === undefined ? undefined : Math.max(0, until - from);

/** When the last attempt of a finished job, or the present one, entered a state, as an event told. */
export const enteredAt = (
  job: Pick<Job, 'status' | 'attempts' | 'endedAttempts' | 'entered'>,
  status: 'RUNNABLE' | 'STARTING',
): number | undefined => job.entered[`${attemptNumber(job)}.${status}`];

/** How long the containers of all attempts but the last, or the present one, ran; undefined where none did. */
export function earlierRunMs(job: Pick<Job, 'status' | 'attempts' | 'endedAttempts'>): number | undefined {
  const ran = job.attempts
    .slice(0, attemptNumber(job) - 1)
    .flatMap(({ startedAt, stoppedAt }) => lengthOf(startedAt, stoppedAt) ?? []);
  return ran.length === 0 ? undefined : ran.reduce((sum, ms) => sum + ms, 0);
}

export function attemptTimes(job: Job): AttemptTimes {
  const [runnableMs, startingMs, earlier] = [
    lengthOf(enteredAt(job, 'RUNNABLE'), enteredAt(job, 'STARTING')),
    lengthOf(enteredAt(job, 'STARTING'), job.startedAt),
    earlierRunMs(job),
  ];
  return {
    ...(runnableMs === undefined ? {} : { runnableMs }),
    ...(startingMs === undefined ? {} : { startingMs }),
    ...(earlier === undefined ? {} : { earlierRunMs: earlier }),
  };
}

/** How long a job was in each stage, in ms; undefined where that is not known. */
export function stageMs(row: JobRow): Record<Stage, number | undefined> {
  if (row.arraySize !== undefined) {
    return { runnable: undefined, starting: undefined, running: undefined, run: undefined };
  }
  const running = isDone(row) ? lengthOf(row.startedAt, row.stoppedAt) : undefined;
  const earlier = isDone(row) ? row.earlierRunMs : undefined;
  return {
    runnable: row.runnableMs,
    starting: row.startingMs,
    running,
    run: running === undefined ? earlier : running + (earlier ?? 0),
  };
}

/** 0 is the time of a job that does not tell. */
const timeKey = (at: number | undefined, length: number): string =>
  at === undefined || at === 0 ? '' : new Date(at).toISOString().slice(0, length);

export const dayOf = (at: number | undefined): string => timeKey(at, 'yyyy-mm-dd'.length);
export const hourOf = (at: number | undefined): string => timeKey(at, 'yyyy-mm-ddThh'.length);

const KEYS: Record<Grouping, (row: JobRow) => string | undefined> = {
  queue: ({ queue }) => queue,
  definition: ({ definition }) => definition,
  status: (row) => (isLost(row) ? 'LOST' : row.status),
  instanceType: ({ placement }) => placement?.instanceType,
  availabilityZone: ({ placement }) => placement?.availabilityZone,
  architecture: ({ placement }) => placement?.architecture,
  user: (row) => fold(userOf(row) ?? ''),
  day: ({ createdAt }) => dayOf(createdAt),
  hour: ({ createdAt }) => hourOf(createdAt),
  endHour: ({ stoppedAt }) => hourOf(stoppedAt),
};

export const groupKey = (row: JobRow, grouping: Grouping): string => KEYS[grouping](row) ?? '';

/** By the first grouping, then by the second, each by its text. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, n) => part !== b[n]);
  return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

function spreadOf(lengths: readonly number[]): Spread {
  const sorted = [...lengths].sort((a, b) => a - b);
  const quantile = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1000;
  return {
    jobs: sorted.length,
    meanSeconds: sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length / 1000,
    p50Seconds: quantile(0.5),
    p90Seconds: quantile(0.9),
    p95Seconds: quantile(0.95),
  };
}

const MS_PER_HOUR = 3_600_000;
const MIB_PER_GIB = 1024;

/** What a job held while it ran, in hours. */
export function hoursOf(row: JobRow): { vcpuHours: number; gibHours: number } {
  const hours = (stageMs(row).run ?? 0) / MS_PER_HOUR;
  return { vcpuHours: (row.vcpus ?? 0) * hours, gibHours: ((row.memoryMiB ?? 0) / MIB_PER_GIB) * hours };
}

function figuresOf(rows: readonly JobRow[]): Figures {
  const spreads = STAGES.flatMap((stage) => {
    const lengths = rows.flatMap((row) => stageMs(row)[stage] ?? []);
    return lengths.length === 0 ? [] : [[stage, spreadOf(lengths)] as const];
  });
  const hours = rows.map(hoursOf);
  return {
    count: rows.length,
    succeeded: rows.filter(({ status }) => status === 'SUCCEEDED').length,
    failed: rows.filter(({ status }) => status === 'FAILED').length,
    ...Object.fromEntries(spreads),
    vcpuHours: hours.reduce((sum, { vcpuHours }) => sum + vcpuHours, 0),
    gibHours: hours.reduce((sum, { gibHours }) => sum + gibHours, 0),
  };
}

/** Exact figures over rows in memory. */
export function statisticsOf(rows: Iterable<JobRow>, { query, groupBy }: StatisticsRequest): Statistics {
  checkGroupBy(groupBy);
  const fits = matcher(query);
  const groups = new Map<string, { key: readonly string[]; rows: JobRow[] }>();
  let jobs = 0;
  for (const row of rows) {
    if (!fits(row)) continue;
    jobs++;
    const key = groupBy.map((grouping) => groupKey(row, grouping));
    const group = groups.get(JSON.stringify(key)) ?? { key, rows: [] };
    group.rows.push(row);
    groups.set(JSON.stringify(key), group);
  }
  const sorted = [...groups.values()].sort((a, b) => compareKeys(a.key, b.key));
  return { groups: sorted.map((group) => ({ key: group.key, ...figuresOf(group.rows) })), jobs };
}
