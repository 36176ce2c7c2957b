/** How far a fixed set of jobs has come: what became of each that ended, once and for all, and what the others are at. */
import * as z from 'zod';
import { causeOf } from './causes';
import { isDone, isLost, type JobRow } from './job';
import { stageMs } from './statistics';

const count = z.number().int();

/** What became of a job, or of an array with its children. */
export const endSchema = z.object({
  /** 1 of a job, its children's number of an array. */
  succeeded: count.optional(),
  failed: count.optional(),
  /** How many failed of what, by the cause's headline. */
  causes: z.record(z.string(), count).optional(),
  /** How long the containers of a job ran. */
  ranSeconds: count.optional(),
});
export type End = z.infer<typeof endSchema>;

/** One of those that are watched. */
export interface Entry {
  id: string;
  /** As it is known; undefined where nobody knows it any more. */
  row: JobRow | undefined;
  /** Once it has ended. */
  end: End | undefined;
}

const runsSchema = z.object({
  /** How long half of the jobs ran at most, in seconds. */
  halfSeconds: count,
  longestSeconds: count,
  /** The id of the job that ran longest. */
  longest: z.string(),
});

export const standingSchema = z.object({
  /** When it was so, in ms. */
  at: z.number().int(),
  /** All jobs, an array counted by its children. */
  size: count,
  succeeded: count,
  failed: count,
  /** Vanished from Batch before they ended. */
  lost: count,
  running: count,
  waiting: count,
  causes: z.record(z.string(), count),
  runs: runsSchema.optional(),
});
export type Standing = z.infer<typeof standingSchema>;

const headlineOf = (row: JobRow): string => causeOf(row)?.headline ?? 'failed';

function tally(headlines: readonly string[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const headline of headlines) sums.set(headline, (sums.get(headline) ?? 0) + 1);
  return Object.fromEntries(sums);
}

/** What became of a job that is no array; undefined while it goes on. */
export function endOf(row: JobRow): End | undefined {
  if (!isDone(row)) return undefined;
  const ranMs = stageMs(row).run;
  const ran = ranMs === undefined ? {} : { ranSeconds: Math.round(ranMs / 1_000) };
  return row.status === 'SUCCEEDED'
    ? { succeeded: 1, ...ran }
    : { failed: 1, causes: { [headlineOf(row)]: 1 }, ...ran };
}

/**
 * What became of an array; undefined while it goes on.
 * @param failed its children that failed, as far as they are known
 */
export function endOfArray(parent: JobRow, failed: readonly JobRow[]): End | undefined {
  if (!isDone(parent)) return undefined;
  const { FAILED = 0, SUCCEEDED = 0 } = parent.children?.counts ?? {};
  const size = parent.arraySize ?? 0;
  // Children that a cancelled array never submitted have no state: they did not succeed.
  const failures =
    FAILED + SUCCEEDED === size
      ? FAILED
      : parent.status === 'SUCCEEDED'
        ? 0
        : Math.max(failed.length, size - SUCCEEDED);
  const causes = tally(failed.slice(0, failures).map(headlineOf));
  const untold = failures - failed.length;
  return {
    ...(size > failures ? { succeeded: size - failures } : {}),
    ...(failures > 0 ? { failed: failures } : {}),
    ...(failures > 0 ? { causes: untold > 0 ? { ...causes, 'no cause known': untold } : causes } : {}),
  };
}

const sizeOf = (row: JobRow | undefined): number => row?.arraySize ?? 1;

interface Counts {
  succeeded: number;
  failed: number;
  lost: number;
  running: number;
  waiting: number;
}

function countsOf({ row, end }: Entry): Counts {
  const none = { succeeded: 0, failed: 0, lost: 0, running: 0, waiting: 0 };
  if (end !== undefined) return { ...none, succeeded: end.succeeded ?? 0, failed: end.failed ?? 0 };
  const size = sizeOf(row);
  if (row?.arraySize !== undefined) {
    const { SUCCEEDED = 0, FAILED = 0, RUNNING = 0 } = row.children?.counts ?? {};
    const rest = Math.max(0, size - SUCCEEDED - FAILED - RUNNING);
    return isLost(row)
      ? { ...none, succeeded: SUCCEEDED, failed: FAILED, lost: size - SUCCEEDED - FAILED }
      : { ...none, succeeded: SUCCEEDED, failed: FAILED, running: RUNNING, waiting: rest };
  }
  if (row === undefined || isLost(row)) return { ...none, lost: 1 };
  return row.status === 'RUNNING' ? { ...none, running: 1 } : { ...none, waiting: 1 };
}

function runsOf(entries: readonly Entry[]): Standing['runs'] {
  const ran = entries.flatMap(({ id, end }) =>
    end?.ranSeconds === undefined ? [] : [{ id, seconds: end.ranSeconds }],
  );
  ran.sort((a, b) => a.seconds - b.seconds);
  const [half, longest] = [ran[Math.ceil(ran.length / 2) - 1], ran.at(-1)];
  if (half === undefined || longest === undefined) return undefined;
  return { halfSeconds: half.seconds, longestSeconds: longest.seconds, longest: longest.id };
}

/** @param size all jobs, as they were counted when they were chosen */
export function standingOf(entries: readonly Entry[], size: number, at: number): Standing {
  const sums: Counts = { succeeded: 0, failed: 0, lost: 0, running: 0, waiting: 0 };
  const causes: Record<string, number> = {};
  for (const entry of entries) {
    const counts = countsOf(entry);
    for (const key of Object.keys(sums) as (keyof Counts)[]) sums[key] += counts[key];
    for (const [headline, n] of Object.entries(entry.end?.causes ?? {})) causes[headline] = (causes[headline] ?? 0) + n;
  }
  const runs = runsOf(entries);
  return { at, size, ...sums, causes, ...(runs === undefined ? {} : { runs }) };
}

/** Whether nothing of it goes on. */
export const isOver = (entries: readonly Entry[]): boolean =>
  entries.every(({ row, end }) => end !== undefined || row === undefined || isLost(row));

export const endedOf = ({ succeeded, failed, lost }: Counts): number => succeeded + failed + lost;

/** Everything but when it was looked at. */
export const isSame = ({ at: _, ...one }: Standing, { at: __, ...other }: Standing): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** So many must have ended before a pace is told. */
const FEWEST_FOR_PACE = 3;
const SHORTEST_FOR_PACE_MS = 20_000;

/** How long the rest takes at the pace since the beginning, in ms; undefined where there is no pace yet. */
export function leftMs(began: Standing, now: Standing): number | undefined {
  const [endedBefore, ended] = [endedOf(began), endedOf(now)];
  const tookMs = now.at - began.at;
  if (ended - endedBefore < FEWEST_FOR_PACE || tookMs < SHORTEST_FOR_PACE_MS) return undefined;
  return ((now.size - ended) / (ended - endedBefore)) * tookMs;
}
