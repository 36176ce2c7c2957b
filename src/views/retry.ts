/** Retrying: the preview that is confirmed, and its words. */
import type { InputBlock } from '@slack/types';
import type { Operation } from '../history/records/operation';
import type { JobRow } from '../jobs/job';
import type { RetryChanges } from '../jobs/retry';
import { shortLine, titleOf } from './jobLine';
import { actions, button, context, cut, dotted, escaped, LIMITS, type Message, section } from './kit';
import type { OperationWords } from './operation';
import { duration } from './time';
import { count, memory, number, some } from './words';

export const RETRY_WORDS: OperationWords = {
  command: 'retry',
  verb: 'retry',
  doing: 'retrying',
  did: 'retried',
  main: 'submitted',
  outcomes: { submitted: 'submitted', failed: 'failed' },
  otherwise: ['stays as it is', 'stay as they are'],
};

/** How many jobs the preview lists; its search lists all. */
const MOST_LISTED = 8;
const MOST_NOTES = 8;
const MOST_LEFT_OUT = 5;

/** A job that is not retried, and why, in words that follow its name. */
export interface LeftOut {
  job: JobRow;
  why: string;
}

export interface RetryPreviewProps {
  operation: Operation;
  /** Those that are submitted again. */
  jobs: readonly JobRow[];
  changes: RetryChanges;
  /** What will be otherwise than it was: words, and how many jobs they hold of. */
  notes: ReadonlyMap<string, number>;
  leftOut: readonly LeftOut[];
  /** The search to see them all, if they came from one. */
  search: string | undefined;
  /** How many jobs come of it, each array counted by its children; typed where it is above `untyped`. */
  size: number;
  untyped: number;
  now: number;
}

const changeWords = ({ memoryMiB, memoryTimes, vcpus, queue, timeoutSeconds, attempts }: RetryChanges): string[] => [
  ...(memoryMiB === undefined ? [] : [`memory ${memory(memoryMiB)}`]),
  ...(memoryTimes === undefined ? [] : [memoryTimes === 2 ? 'twice the memory' : `${memoryTimes} times the memory`]),
  ...(vcpus === undefined ? [] : [`${vcpus} vCPU`]),
  ...(queue === undefined ? [] : [`queue ${queue}`]),
  ...(timeoutSeconds === undefined ? [] : [`at most ${duration(timeoutSeconds * 1_000)} an attempt`]),
  ...(attempts === undefined ? [] : [count(attempts, 'attempt')]),
];

/** `spot-p1 (201), ondemand (13)`, most first. */
function tally(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return some(
    sorted.map(([value, n]) => (sorted.length === 1 ? value : `${value} (${number(n)})`)),
    4,
  );
}

/** Before what is told in the singular of so many of the jobs. */
const whose = (n: number, of: number): string => (of === 1 ? 'It' : n === 1 ? '1 job' : `${count(n, 'job')}: each`);

const numberInput = (size: number): InputBlock => ({
  type: 'input',
  block_id: 'number',
  optional: true,
  label: { type: 'plain_text', text: `To retry them, type how many: ${number(size)}` },
  element: { type: 'plain_text_input', action_id: 'number', max_length: 12 },
});

export const leftOutLines = (leftOut: readonly LeftOut[]): string[] => [
  ...leftOut.slice(0, MOST_LEFT_OUT).map(({ job, why }) => `${escaped(titleOf(job))}: ${escaped(why)}`),
  ...(leftOut.length > MOST_LEFT_OUT ? [`and ${number(leftOut.length - MOST_LEFT_OUT)} more`] : []),
];

export function retryPreview(props: RetryPreviewProps): Message {
  const { operation, jobs, changes, notes, leftOut, search, size, untyped, now } = props;
  const { op, what } = operation;
  const title = `Retry ${what}?`;
  const asked = changeWords(changes);
  const queues = tally(jobs.map(({ queue }) => changes.queue ?? queue ?? 'no queue known'));
  const same =
    asked.length === 0 ? 'Just as they were submitted.' : `With ${asked.join(', ')}; otherwise as they were.`;
  const told = jobs.length === 1 ? same.replace('they were', 'it was') : same;
  const noted = [...notes].slice(0, MOST_NOTES).map(([words, n]) => `${whose(n, jobs.length)} ${words}.`);
  const listed = jobs.slice(0, MOST_LISTED);
  const them = jobs.length === 1 ? 'it' : 'them';
  return {
    text: `${title} ${told} In ${queues}.${leftOut.length === 0 ? '' : ` ${count(leftOut.length, 'job')} left out.`}`,
    blocks: [
      section([`*${escaped(title)}*`, escaped(told), `Queues: ${escaped(queues)}`].join('\n')),
      ...(noted.length === 0 ? [] : [section(noted.map(escaped).join('\n'))]),
      context(
        [
          ...listed.map((job) => shortLine(job, now)),
          ...(jobs.length > listed.length ? [`and ${count(jobs.length - listed.length, 'more job')}`] : []),
        ].join('\n'),
      ),
      ...(leftOut.length === 0
        ? []
        : [section([`*Left out: ${count(leftOut.length, 'job')}*`, ...leftOutLines(leftOut)].join('\n'))]),
      ...(size > untyped ? [numberInput(size)] : []),
      context(
        `Operation ${op}. Exactly these jobs, each submitted once. The button works for ${duration(operation.expiresAtMs - now)}.`,
      ),
      actions(
        button({ label: `Leave ${them}`, command: `retry --keep ${op}`, replace: true }),
        ...(search === undefined || jobs.length <= listed.length
          ? []
          : [button({ label: 'See all', command: search, says: 'List all of the jobs that the search finds' })]),
        button({
          label: cut(`Retry ${what}`, LIMITS.buttonText),
          command: `retry --confirm ${op}`,
          replace: true,
          style: 'primary',
          confirm: {
            title,
            text: cut(dotted([told, `In ${queues}.`, ...noted]), LIMITS.confirmText),
            confirm: `Retry ${what}`.length <= LIMITS.confirmButton ? `Retry ${what}` : `Retry ${them}`,
            deny: `Leave ${them}`,
          },
        }),
      ),
    ],
  };
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
      ...(leftOut.length > 1 ? [section(leftOutLines(leftOut).join('\n'))] : []),
      ...(more.length === 0 ? [] : [actions(...more.map((choice) => button(choice)))]),
    ],
  };
}
