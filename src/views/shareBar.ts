/** A bar of what many jobs are at, and the numbers beside it. */
import { dotted } from './kit';
import { number } from './words';

const CELLS = 24;

/** Those of many that are in one state. */
export interface Share {
  jobs: number;
  cell: string;
  words: string;
}

/** One cell at least for whatever there is; the largest gives what the small ones took. */
function cellsOf(shares: readonly Share[], size: number): number[] {
  const cells = shares.map(({ jobs }) => Math.max(1, Math.round((jobs / size) * CELLS)));
  const told = shares.reduce((sum, { jobs }) => sum + jobs, 0);
  const most = Math.max(shares.length, Math.round((Math.min(told, size) / size) * CELLS));
  for (let over = cells.reduce((sum, n) => sum + n, 0) - most; over !== 0; over -= Math.sign(over)) {
    const largest = cells.indexOf(Math.max(...cells));
    cells[largest] = (cells[largest] ?? 0) - Math.sign(over);
  }
  return cells;
}

/**
 * `████████████▒▒░░✖✖` and below it `412 ✔ succeeded · 12 ✖ failed · 3 ▶ running · 73 runnable`; undefined where nothing is
 * known of any.
 * @param size how many there are, those of which nothing is known among them
 */
export function shareBar(all: readonly Share[], size = 0): string | undefined {
  const shares = all.filter(({ jobs }) => jobs > 0);
  if (shares.length === 0) return undefined;
  const told = shares.reduce((sum, { jobs }) => sum + jobs, 0);
  const cells = cellsOf(shares, Math.max(size, told));
  const bar = shares.map(({ cell }, n) => cell.repeat(cells[n] ?? 0)).join('');
  return `${bar}\n${dotted(shares.map(({ jobs, words }) => `${number(jobs)} ${words}`))}`;
}
