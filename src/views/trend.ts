/** How something repeats itself over time: in words, and as a row of bars. */
import { duration } from './time';
import { number } from './words';

const BARS = '▁▂▃▄▅▆▇█';
const MOST_BARS = 24;
/** A bar of less than a minute tells of the clock rather than of the trouble. */
const SHORTEST_BAR_MS = 60_000;

/** A bar for each stretch of time between the first and the last; empty where they lie too close together. */
export function bars(times: readonly number[]): string {
  const from = Math.min(...times);
  const to = Math.max(...times);
  const most = Math.min(MOST_BARS, Math.floor((to - from) / SHORTEST_BAR_MS));
  if (times.length < 3 || most < 3) return '';
  const counts = Array.from({ length: most }, () => 0);
  for (const at of times) {
    const place = Math.min(most - 1, Math.floor(((at - from) / (to - from)) * most));
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const highest = Math.max(...counts);
  const bar = (n: number): string => BARS[n === 0 ? 0 : Math.max(1, Math.ceil((n / highest) * BARS.length) - 1)] ?? '';
  return counts.map(bar).join('');
}

/** The last stretch that is told beside the whole: a part of it that says something. */
const LATELY_MS = [300_000, 1_800_000, 3 * 3_600_000, 86_400_000];

/**
 * `17 jobs in 22 min, 9 of them in the last 5 min`; what is told of the end ends at the last of them, whenever it is read.
 * @param all how many there are, in words
 */
export function trend(times: readonly number[], all: string): string {
  const from = Math.min(...times);
  const to = Math.max(...times);
  const whole = `${all} in ${duration(Math.max(1_000, to - from))}`;
  const lately = LATELY_MS.findLast((ms) => ms <= (to - from) / 3);
  if (lately === undefined || times.length < 5) return whole;
  const last = times.filter((at) => at > to - lately).length;
  return `${whole}, ${number(last)} of them in the last ${duration(lately)}`;
}
