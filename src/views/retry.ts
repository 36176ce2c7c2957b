/** Retrying: its words, what a preview tells of it, and what is said where nothing can be retried. */
import type { JobRow } from '../jobs/job';
import type { RetryChanges } from '../jobs/retry';
import { titleOf } from './jobLine';
import { actions, button, escaped, type Message, section } from './kit';
import type { OperationWords } from './operation';
import { duration } from './time';
import { count, memory, number, some } from './words';

export const RETRY_WORDS: OperationWords = {
  command: 'retry',
  verb: 'retry',
  doing: 'retrying',
  did: 'retried',
  main: 'submitted',
  outcomes: { submitted: 'submitted', retried: 'retried by others meanwhile: left alone', failed: 'failed' },
  preview: {
    leave: 'Leave',
    style: 'primary',
    exactly: 'Exactly these jobs, each submitted once.',
    final: '',
    takesReason: false,
  },
  otherwise: ['stays as it is', 'stay as they are'],
};

/** How many of the jobs are named that are left out for the same reason. */
const MOST_NAMED = 3;

/** A job that is not retried, and why, in words that follow its name. */
export interface LeftOut {
  job: JobRow;
  why: string;
}

const changeWords = ({ memoryMiB, memoryTimes, vcpus, queue, timeoutSeconds, attempts }: RetryChanges): string[] => [
  ...(memoryMiB === undefined ? [] : [`memory ${memory(memoryMiB)}`]),
  ...(memoryTimes === undefined ? [] : [memoryTimes === 2 ? 'twice the memory' : `${memoryTimes} times the memory`]),
  ...(vcpus === undefined ? [] : [`${vcpus} vCPU`]),
  ...(queue === undefined ? [] : [`queue ${queue}`]),
  ...(timeoutSeconds === undefined ? [] : [`at most ${duration(timeoutSeconds * 1_000)} an attempt`]),
  ...(attempts === undefined ? [] : [count(attempts, 'attempt')]),
];

/**
 * `With twice the memory; otherwise as it was.`
 * @param differs whether something is otherwise though nobody asked for it, which the notes tell
 */
export function doesWords(jobs: number, changes: RetryChanges, differs: boolean): string {
  const asked = changeWords(changes);
  const [were, they] = jobs === 1 ? ['was', 'it'] : ['were', 'they'];
  const but = differs ? ', but for what follows' : '';
  if (asked.length > 0) return `With ${asked.join(', ')}; otherwise as ${they} ${were}${but}.`;
  return `${differs ? 'As' : 'Just as'} ${they} ${were} submitted${but}.`;
}

/** Before what is told in the singular of so many of the jobs. */
const whose = (n: number, of: number): string => (of === 1 ? 'It' : n === 1 ? '1 job' : `${count(n, 'job')}: each`);

/** @param notes words that hold of a job, and of how many they do */
export const noteLines = (notes: ReadonlyMap<string, number>, jobs: number): string[] =>
  [...notes].map(([words, n]) => `${whose(n, jobs)} ${words}.`);

/** One line a reason, with the first jobs that it holds of. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { job, why } of leftOut) byReason.set(why, [...(byReason.get(why) ?? []), titleOf(job)]);
  return [...byReason].map(([why, titles]) => `${some(titles, MOST_NAMED)}: ${why}`);
}

/** Nothing of what was asked for can be retried. */
export function nothingToRetry(leftOut: readonly LeftOut[], more: { label: string; command: string }[]): Message {
  const [only] = leftOut;
  const text =
    leftOut.length === 1 && only !== undefined
      ? `${titleOf(only.job)} can't be retried: ${only.why}.`
      : `None of these ${number(leftOut.length)} jobs can be retried.`;
  return {
    text,
    blocks: [
      section(escaped(text)),
      ...(leftOut.length > 1 ? [section(leftOutLines(leftOut).map(escaped).join('\n'))] : []),
      ...(more.length === 0 ? [] : [actions(...more.map((choice) => button(choice)))]),
    ],
  };
}
