/** Whether a queue that is never quiet is quiet: the rule, over the hours in which jobs were submitted. */

const HOUR_MS = 3_600_000;
/** A queue without jobs for longer than this now and then is one that is quiet at times. */
const MOST_USUAL_HOURS = 12;
/** For so long jobs must have come: each day of the week tells. */
const LEAST_HISTORY_HOURS = 7 * 24;
/** No queue is quiet sooner: hours are whole ones. */
const LEAST_HOURS = 2;

export interface Quiet {
  /** The end of the last hour in which jobs came, ms. */
  since: number;
  /** The most hours in a row without a job before that. */
  longestUsual: number;
}

/** The number of an hour since 1970. */
export const hourNumber = (at: number): number => Math.floor(at / HOUR_MS);

/**
 * Undefined for a queue that is not quiet, was so for as long before, or got jobs for less than 7 days.
 * @param hours numbers of the hours in which jobs came, in any order
 * @param times how many times its longest usual gap it must be quiet
 */
export function quietOf(hours: Iterable<number>, now: number, times: number): Quiet | undefined {
  const sorted = [...new Set(hours)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  const present = hourNumber(now);
  if (first === undefined || last === undefined || last - first < LEAST_HISTORY_HOURS) return undefined;
  let longestUsual = 0;
  for (const [n, hour] of sorted.entries()) longestUsual = Math.max(longestUsual, hour - (sorted[n - 1] ?? hour) - 1);
  // Between two jobs with so many empty hours between them there is up to an hour more on either side.
  const least = Math.max(LEAST_HOURS, times * (longestUsual + 1));
  return longestUsual > MOST_USUAL_HOURS || present - last - 1 < least
    ? undefined
    : { since: (last + 1) * HOUR_MS, longestUsual };
}
