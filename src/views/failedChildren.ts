/** The children of an array: how many are in each state, and which failed of what. */
import { type Cause, causeOf } from '../jobs/causes';
import type { BatchStatus, Job, JobRow } from '../jobs/job';
import { escaped } from './kit';
import { type Share, shareBar } from './shareBar';
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
/** The states of an array's children, those that ended first. */
function sharesOf(counts: Partial<Record<BatchStatus, number>>): Share[] {
  const of = (status: BatchStatus, cell: string, words: string): Share => ({ jobs: counts[status] ?? 0, cell, words });
  return [
    of('SUCCEEDED', '█', '✔ succeeded'),
    of('FAILED', '✖', '✖ failed'),
    of('RUNNING', '▒', '▶ running'),
    ...WAITING.toReversed().map((status) => of(status, '░', status.toLowerCase())),
  ];
}

/** Its children's states; undefined where Batch has not counted them yet. */
export const childrenBar = ({ arraySize, children }: Pick<Job, 'arraySize' | 'children'>): string | undefined =>
  shareBar(sharesOf(children?.counts ?? {}), arraySize);
