/** An operation under way, as the message that moves, and how it ended; every kind tells it in its own words. */
import type { Operation, Outcome, Tally } from '../history/records/operation';
import { actions, button, context, cut, dotted, escaped, link, type Message, section } from './kit';
import { jobLink } from './links';
import { duration } from './time';
import { count, number } from './words';

/** How the preview of a kind speaks, before it is confirmed. */
export interface PreviewWords {
  /** On the button that calls it off, before `it` or `them`. */
  leave: 'Keep' | 'Leave';
  /** Of the button that does it. */
  style: 'danger' | 'primary';
  /** What happens to the jobs at the press. */
  exactly: string;
  /** Told last in the dialog, if anything. */
  final: string;
  /** Asks for a reason, which Batch keeps. */
  takesReason: boolean;
}

/** How a kind of operation speaks. */
export interface OperationWords {
  /** The command whose flags its buttons carry, and under which the audit keeps it: `cancel`, `queue`. */
  command: string;
  /** What it does to jobs: `cancel`. */
  verb: string;
  /** `cancelling` */
  doing: string;
  /** `cancelled` */
  did: string;
  /** The outcome of the jobs with which it did so: `stopped`. */
  main: string;
  /** What is told of each outcome, in this order: `stopped` as `cancelled`. */
  outcomes: Readonly<Record<string, string>>;
  preview: PreviewWords;
  /** What one job does, and several do, when it is called off; `goes on` and `go on` unless told. */
  otherwise?: readonly [one: string, several: string];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const doneOf = (tally: Tally): number => Object.values(tally).reduce((sum, n) => sum + n, 0);
const byOf = (operation: Operation) => operation.startedBy ?? operation.askedBy;

function outcomeWords({ outcomes }: OperationWords, tally: Tally): string {
  const parts = Object.entries(outcomes).flatMap(([outcome, words]) => {
    const n = tally[outcome] ?? 0;
    return n === 0 ? [] : [`${number(n)} ${words}`];
  });
  return parts.length === 0 ? 'nothing done' : dotted(parts);
}

/** Eight cells, for a glance; the numbers stand beside it. */
function bar(done: number, all: number): string {
  const cells = all === 0 ? 8 : Math.floor((done / all) * 8);
  return '▓'.repeat(cells) + '░'.repeat(8 - cells);
}

const because = (operation: Operation): string =>
  operation.reason === undefined ? '' : `\nReason: ${escaped(operation.reason)}`;

/** `48/s, 3 min left`; nothing before there is anything to tell. */
function pace(operation: Operation, done: number, now: number): string[] {
  const seconds = Math.max(1, (now - (operation.startedAt ?? now)) / 1_000);
  const rate = done / seconds;
  if (rate === 0) return [];
  const leftMs = ((operation.count - done) / rate) * 1_000;
  return [`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s, ${duration(leftMs)} left`];
}

/**
 * The message in the channel while the operation runs.
 * @param heldUp why it does not get on, and when it is tried again
 */
export function operationProgress(
  operation: Operation,
  words: OperationWords,
  tally: Tally,
  now: number,
  heldUp?: { why: string; waitSeconds: number },
): Message {
  const { op, what, state } = operation;
  const by = byOf(operation);
  const done = doneOf(tally);
  const standing = dotted([
    `${bar(done, operation.count)} ${number(done)} of ${number(operation.count)}`,
    outcomeWords(words, tally),
    ...(heldUp === undefined ? pace(operation, done, now) : []),
  ]);
  const waiting =
    heldUp === undefined
      ? ''
      : `\nHeld up, tried again in ${duration(heldUp.waitSeconds * 1_000)}: ${escaped(cut(heldUp.why, 300))}`;
  const halting = state === 'halting';
  return {
    text: `${by.name} is ${words.doing} ${what}: ${number(done)} of ${number(operation.count)} done.`,
    blocks: [
      section(
        `<@${by.id}> is ${words.doing} ${what} (op ${op})${because(operation)}\n${standing}${waiting}${halting ? '\nStopping after the ones at hand…' : ''}`,
      ),
      ...(halting
        ? []
        : [
            actions(
              button({
                label: 'Stop',
                command: `${words.command} --stop ${op}`,
                style: 'danger',
                says: `Stop operation ${op} and leave the rest as it is`,
              }),
            ),
          ]),
    ],
  };
}

/** Below this a duration says nothing. */
const LONG_MS = 5_000;
const MOST_FAILURES = 10;
/** A line has two links of 150 characters and more. */
const MOST_REPLACED = 5;
/** With no more jobs than these, the message itself says all that a file would. */
const FEW = 10;

/**
 * How it ended; failures are listed, one a line.
 * @param failures some of those that failed
 * @param replaced some of those in whose place a new job was submitted
 */
export function operationResult(
  operation: Operation,
  words: OperationWords,
  tally: Tally,
  failures: readonly Outcome[],
  replaced: readonly Outcome[] = [],
  region = '',
): Message {
  const { op, what, named, startedAt, endedAt } = operation;
  const by = byOf(operation);
  const left = operation.count - doneOf(tally);
  const failed = tally.failed ?? 0;
  const told = dotted([
    outcomeWords(words, tally),
    ...(left > 0 ? [`${number(left)} left alone: it was stopped`] : []),
    ...(operation.size === undefined || operation.size === operation.count ? [] : ['an array counts as one']),
  ]);
  const tookMs = startedAt === undefined ? 0 : (endedAt ?? startedAt) - startedAt;
  const took = tookMs < LONG_MS ? '' : ` in ${duration(tookMs)}`;
  const did = [words.main, 'partly'].some((outcome) => (tally[outcome] ?? 0) > 0)
    ? words.did
    : `${words.did} nothing of`;
  const listed = failures.slice(0, MOST_FAILURES);
  const lines = listed.map(({ id, why }) => `${escaped(id)}: ${escaped(cut(why ?? 'no reason given', 200))}`);
  const madeAnew = replaced.filter(({ newId }) => newId !== undefined);
  const newLines = madeAnew.slice(0, MOST_REPLACED).map(({ id, newId = '' }) => {
    const [before, after] = [id, newId].map((one) => link(jobLink({ id: one }, region), one));
    return `${before} → ${after}`;
  });
  const [onlyNew, ...otherNew] = madeAnew;
  const hidden = newLines.length === 0 ? 0 : (tally[words.main] ?? 0) - newLines.length;
  const moreNew = hidden === 0 ? [] : [`and ${number(hidden)} more: the results have all`];
  const more = failed > listed.length ? [`and ${count(failed - listed.length, 'more')}`] : [];
  const controls = [
    ...(onlyNew?.newId === undefined || otherNew.length > 0
      ? []
      : [button({ label: 'New job', command: `job ${onlyNew.newId}` })]),
    ...(operation.count > FEW || failed > 0 || hidden > 0 || left > 0
      ? [
          button({
            label: 'Results',
            command: `${words.command} --results ${op}`,
            says: `Send me what became of each job of operation ${op} as a file`,
          }),
        ]
      : []),
    ...(failed > 0
      ? [
          button({
            label: failed === 1 ? 'Retry the failed one' : `Retry the ${number(failed)} failed ones`,
            command: `${words.command} --again ${op}`,
          }),
        ]
      : []),
  ];
  return {
    text: `${by.name} ${did} ${what} (op ${op}): ${told}.`,
    blocks: [
      section(
        `<@${by.id}> ${did} ${what}: ${escaped(cut(named, 200))} (op ${op})${because(operation)}\n${told}${took}`,
      ),
      ...(newLines.length === 0 ? [] : [section([...newLines, ...moreNew].join('\n'))]),
      ...(lines.length === 0 ? [] : [section(cut([...lines, ...more].join('\n'), 2_900))]),
      ...(controls.length === 0 ? [] : [actions(...controls)]),
    ],
  };
}

export const operationKept = (
  operation: Operation,
  { did, otherwise: [one, several] = ['goes on', 'go on'] }: OperationWords,
): Message => ({
  text: `Nothing was ${did} (op ${operation.op}).`,
  blocks: [
    section(`Nothing was ${did}: ${operation.what} ${operation.count === 1 ? one : several} (op ${operation.op}).`),
  ],
});

export const operationStopping = ({ op, what }: Operation): Message => {
  const text = `Stopping ${op} after the jobs at hand; the others of ${what} are left alone. Its message tells how it ends.`;
  return { text, blocks: [section(text)] };
};

export function operationStarted(operation: Operation, { doing }: OperationWords): Message {
  const text = `${capital(doing)} ${operation.what} (op ${operation.op}). A message of its own shows how it goes.`;
  return { text, blocks: [section(text)] };
}

/** What is sent as a file tells how many lines it has. */
export const operationResultsSent = (operation: Operation, rows: number): Message => ({
  text: `Sent you what became of ${count(rows, 'job')} of operation ${operation.op} as a file.`,
  blocks: [context(`What became of ${count(rows, 'job')} of operation ${operation.op} is in a file in your messages.`)],
});
