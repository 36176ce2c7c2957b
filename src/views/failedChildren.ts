/** The children of an array: how many are in each state, and which failed of what. */
import { type Cause, causeOf } from '../jobs/causes';
import type { BatchStatus, Job, JobRow } from '../jobs/job';
import { escaped } from './kit';
import { count, number } from './words';

/** `3, 17-22, 40` */
export function ranges(indexes: readonly number[]): string[] {
  const sorted = [...new Set(indexes)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const index of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}

/** Causes told one by one; an array rarely fails of more. */
const MOST_CAUSES = 6;
const MOST_RANGES = 12;

/** `out of memory, exit 137`, and the exit code only once. */
export function causeWords(cause: Pick<Cause, 'headline' | 'key'> | undefined, exitCode: number | undefined): string {
  const { headline = 'failed', key } = cause ?? {};
  // Whether a stop reached the container before it ran makes no other cause of it.
  const isStopped = key === 'cancelledFromSlack' || key === 'terminated';
  const told = isStopped || exitCode === undefined || new RegExp(`\\b${exitCode}\\b`).test(headline);
  return told ? headline : `${headline}, exit ${exitCode}`;
}

/** `3, 17-22 and 40 more`, of children, not of ranges. */
function someOf(indexes: readonly number[]): string {
  const all = ranges(indexes);
  const shown = all.slice(0, MOST_RANGES);
  if (shown.length === all.length) return shown.join(', ');
  const last = Number(shown.at(-1)?.split('-').at(-1));
  const rest = new Set(indexes.filter((index) => index > last)).size;
  return `${shown.join(', ')} and ${number(rest)} more`;
}

export interface FailedOf {
  cause: string;
  indexes: number[];
}

export const failedByCause = (failed: readonly JobRow[]): FailedOf[] =>
  failedByWords(
    failed.map((child) => ({ cause: causeWords(causeOf(child), child.exitCode), index: child.arrayIndex ?? 0 })),
  );

/** The commonest cause first. */
export function failedByWords(failed: readonly { cause: string; index: number }[]): FailedOf[] {
  const byCause = new Map<string, number[]>();
  for (const { cause, index } of failed) {
    const indexes = byCause.get(cause);
    if (indexes === undefined) byCause.set(cause, [index]);
    else indexes.push(index);
  }
  return Array.from(byCause, ([cause, indexes]) => ({ cause, indexes })).sort(
    (a, b) => b.indexes.length - a.indexes.length,
  );
}

/** `out of memory, exit 137 ×41: 3, 17-22, …`, a line a cause. */
export function causeLines(causes: readonly FailedOf[]): string[] {
  const line = ({ cause, indexes }: FailedOf) => `${escaped(cause)} ×${number(indexes.length)}: ${someOf(indexes)}`;
  const rest = causes.slice(MOST_CAUSES);
  return [
    ...causes.slice(0, MOST_CAUSES).map(line),
    ...(rest.length === 0
      ? []
      : [
          line({
            cause: count(rest.length, 'other cause'),
            indexes: rest.flatMap(({ indexes }) => indexes),
          }),
        ]),
  ];
}

const WAITING: readonly BatchStatus[] = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING'];
const CELLS = 24;

interface Share {
  children: number;
  cell: string;
  words: string;
}

/** The states of an array's children, those that ended first. */
function sharesOf(counts: Partial<Record<BatchStatus, number>>): Share[] {
  const of = (status: BatchStatus, cell: string, words: string): Share => ({
    children: counts[status] ?? 0,
    cell,
    words,
  });
  return [
    of('SUCCEEDED', '█', '✔ succeeded'),
    of('FAILED', '✖', '✖ failed'),
    of('RUNNING', '▒', '▶ running'),
    ...WAITING.toReversed().map((status) => of(status, '░', status.toLowerCase())),
  ].filter(({ children }) => children > 0);
}

/** One cell at least for whatever there is; the largest gives what the small ones took. */
function cellsOf(shares: readonly Share[], size: number): number[] {
  const cells = shares.map(({ children }) => Math.max(1, Math.round((children / size) * CELLS)));
  const told = shares.reduce((sum, { children }) => sum + children, 0);
  const most = Math.max(shares.length, Math.round((Math.min(told, size) / size) * CELLS));
  for (let over = cells.reduce((sum, n) => sum + n, 0) - most; over !== 0; over -= Math.sign(over)) {
    const largest = cells.indexOf(Math.max(...cells));
    cells[largest] = (cells[largest] ?? 0) - Math.sign(over);
  }
  return cells;
}

/**
 * A bar of the children's states, and the numbers beside it: `████████████▒▒░░✖✖` and
 * `412 ✔ succeeded, 12 ✖ failed, 3 ▶ running, 73 runnable`; undefined where Batch has not counted them yet.
 */
export function childrenBar({ arraySize, children: counted }: Pick<Job, 'arraySize' | 'children'>): string | undefined {
  const shares = sharesOf(counted?.counts ?? {});
  if (shares.length === 0) return undefined;
  const size = Math.max(
    arraySize ?? 0,
    shares.reduce((sum, { children }) => sum + children, 0),
  );
  const cells = cellsOf(shares, size);
  const bar = shares.map(({ cell }, n) => cell.repeat(cells[n] ?? 0)).join('');
  return `${bar}\n${shares.map(({ children, words }) => `${number(children)} ${words}`).join('  ·  ')}`;
}
