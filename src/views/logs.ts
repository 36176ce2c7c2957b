/** Lines of a job's log: times, whole lines only, what is left out said, and the way to the rest. */
import type { Button } from '@slack/types';
import type { LogLine } from '../aws/logs';
import { causeOf } from '../jobs/causes';
import { isDone, type Job } from '../jobs/job';
import { quoted } from '../jobs/words';
import { nameOf } from './jobLine';
import {
  actions,
  bold,
  button,
  context,
  cut,
  cutMiddle,
  dotted,
  escaped,
  linkButton,
  type Message,
  preformatted,
  section,
} from './kit';
import { shownLines } from './logLine';
import { stateWord } from './status';
import { clock } from './time';
import { count } from './words';

/** All blocks together may have about 13,000 characters; the box keeps well under it. */
const MOST_BOX = 9_000;
const MOST_LINE = 400;
/** What stands in place of the time before the further lines of one event. */
const INDENT = ' '.repeat(10);

/** Whose log it is. */
export interface LogOf {
  job: Job;
  /** Which attempt's, of how many. */
  attempt: number;
  attempts: number;
  /** One of several. */
  container?: string | undefined;
  containers: readonly string[];
  /** Which node of a multi-node job, of how many. */
  node?: { index: number; of: number; main: number } | undefined;
}

/** `node 1 of 3, main node 0`; `main node 0 of 3` for the main one itself. */
const nodeWords = ({ index, of, main }: NonNullable<LogOf['node']>): string =>
  index === main ? `main node ${index} of ${of}` : `node ${index} of ${of}, main node ${main}`;

/** The command that shows this log again; more filters may follow. */
export function logCommand({ job, attempt, container }: Pick<LogOf, 'job' | 'attempt' | 'container'>): string {
  return `logs ${job.id} attempt:${attempt}${container === undefined ? '' : ` container:${quoted(container)}`}`;
}

/** `09:41:07  Killed`, several lines where one event has several; those too long are cut. */
export function timedLine(
  { at, text }: LogLine,
  mostCharacters = MOST_LINE,
  mostParts = Number.POSITIVE_INFINITY,
): { text: string; isCut: boolean } {
  const parts = shownLines(text);
  const shown = parts.slice(0, mostParts);
  return {
    text: shown.map((part, n) => `${n === 0 ? `${clock(at)}  ` : INDENT}${cut(part, mostCharacters)}`).join('\n'),
    isCut: shown.length < parts.length || parts.some((part) => part.length > mostCharacters),
  };
}

/**
 * Lines for the box, those at one end kept when not all fit; a single one that does not fit is cut.
 * @returns the text, how many lines are in it and how many were left out, and how many were too long
 */
export function logBox(
  lines: readonly LogLine[],
  most = MOST_BOX,
  keep: 'first' | 'last' = 'last',
): { text: string; kept: number; leftOut: number; cutLines: number } {
  const shown: string[] = [];
  let length = 0;
  let cutLines = 0;
  for (const line of keep === 'last' ? [...lines].reverse() : lines) {
    const timed = timedLine(line);
    const text = shown.length === 0 ? cut(timed.text, most) : timed.text;
    if (length + text.length + 1 > most && shown.length > 0) break;
    if (timed.isCut) cutLines++;
    shown.push(text);
    length += text.length + 1;
  }
  if (keep === 'last') shown.reverse();
  return { text: shown.join('\n'), kept: shown.length, leftOut: lines.length - shown.length, cutLines };
}

/** The job as it would stand had it ended with an attempt that was not its last one; undefined for the last one. */
function endedWith({ job, attempt, attempts }: LogOf): Job | undefined {
  const run = attempt === attempts ? undefined : job.attempts[attempt - 1];
  if (run === undefined) return undefined;
  const { exitCode, statusReason, containerReason, startedAt, stoppedAt } = run;
  const own = { exitCode, statusReason, containerReason, startedAt, stoppedAt };
  return {
    ...job,
    ...own,
    status: exitCode === 0 ? 'SUCCEEDED' : 'FAILED',
    cancelled: undefined,
    terminated: undefined,
  };
}

function standing(job: Job): string {
  const cause = job.status === 'FAILED' ? causeOf(job)?.headline : undefined;
  return cause === undefined ? stateWord(job) : `${stateWord(job)}: ${cause}`;
}

/** The name, how the attempt and the job stand, and which of the job's logs it is. */
export function logTitle(of: LogOf, ...more: (string | undefined)[]): string {
  const { job, attempt, attempts, container, node } = of;
  const name = cutMiddle(nameOf(job), 128) + (job.arrayIndex === undefined ? '' : ` [${job.arrayIndex}]`);
  const which = attempts > 1 ? `attempt ${attempt} of ${attempts}` : undefined;
  const earlier = endedWith(of);
  const facts = [
    ...(earlier === undefined
      ? [standing(job), which]
      : [`${which} ${standing(earlier)}`, `the job ${isDone(job) ? stateWord(job) : `is ${stateWord(job)}`}`]),
    node === undefined ? undefined : nodeWords(node),
    container === undefined ? undefined : `container ${container}`,
    ...more,
  ].filter((fact) => fact !== undefined);
  return dotted([bold(name), ...facts.map((fact) => escaped(fact))]);
}

/** Nodes that get a button of their own. */
const MOST_NODES = 5;

/** The logs of the nodes beside this one, or of the first ones. */
function otherNodes({ job, node }: LogOf): Button[] {
  const count = node?.of ?? job.nodes ?? 0;
  const first = Math.max(0, Math.min((node?.index ?? 0) - 2, count - MOST_NODES - 1));
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => index !== node?.index && index >= first)
    .slice(0, MOST_NODES)
    .map((index) =>
      button({ label: `Node ${index}`, command: `logs ${job.id.split('#')[0]}#${index}`, replace: true }),
    );
}

/** The job's other logs: of its other attempts, containers and nodes. */
export function otherLogs(of: LogOf): Button[] {
  const { job, attempt, attempts, container, containers } = of;
  // On EKS no attempt and no container has a log here.
  if (job.platform === 'EKS') return [];
  const others = Array.from({ length: attempts }, (_, index) => index + 1).filter((other) => other !== attempt);
  return [
    ...others
      .slice(-3)
      .map((other) =>
        button({ label: `Attempt ${other}`, command: logCommand({ job, attempt: other, container }), replace: true }),
      ),
    ...containers
      .filter((other) => other !== container)
      .slice(0, 5)
      .map((other) =>
        button({ label: `Container ${other}`, command: logCommand({ job, attempt, container: other }), replace: true }),
      ),
    ...otherNodes(of),
  ];
}

/** The days of the lines, since the lines themselves show the time of day alone. */
export function timesNote(lines: readonly LogLine[]): string {
  const days = [lines[0], lines.at(-1)].map((line) => new Date(line?.at ?? 0).toISOString().slice(0, 10));
  return days[0] === days[1] ? `times in UTC, ${days[0]}` : `times in UTC, from ${days[0]} to ${days[1]}`;
}

export const cutNote = (cutLines: number): string | undefined =>
  cutLines === 0
    ? undefined
    : `${count(cutLines, 'long line')} cut: Whole log has all of ${cutLines === 1 ? 'it' : 'them'}`;

export interface LogProps extends LogOf {
  /** As many as fit. */
  lines: readonly LogLine[];
  /** Which end fits, should not all of them. */
  keep: 'first' | 'last';
  /** `last 20 lines`, `20 lines further back`. */
  which: string;
  older: string | undefined;
  newer: string | undefined;
  /** Filters that are part of what is shown, as typed: `tail:50 until:2h`. */
  filters: string;
  link: string;
  sharedBy?: string | undefined;
}

/** What can be done with a log besides turning its pages. */
export function logButtons(of: LogOf, link: string): Button[] {
  const base = logCommand(of);
  return [
    button({ label: 'Grep', command: base, form: true, says: 'Look for a text in this log' }),
    button({ label: 'Whole log', command: `${base} --file`, says: 'Get the whole log as a file' }),
    ...(isDone(of.job) || of.attempt < of.attempts
      ? []
      : [button({ label: 'Follow', command: `${base} --follow`, says: 'Show new lines as they are written' })]),
    ...otherLogs(of),
    button({ label: 'Job', command: `job ${of.job.id}` }),
    linkButton('Open in CloudWatch', link),
  ];
}

export function logs(props: LogProps): Message {
  const { text, kept, cutLines } = logBox(props.lines, MOST_BOX, props.keep);
  const base = `${logCommand(props)}${props.filters === '' ? '' : ` ${props.filters}`}`;
  const pages = [
    ...(props.older === undefined
      ? []
      : [
          button({ label: 'Older', command: `${base} page:${props.older}`, replace: true, says: 'Lines before these' }),
        ]),
    ...(props.newer === undefined
      ? []
      : [button({ label: 'Newer', command: `${base} page:${props.newer}`, replace: true, says: 'Lines after these' })]),
  ];
  const notes = [
    timesNote(props.lines),
    cutNote(cutLines),
    props.sharedBy === undefined ? undefined : `shared by <@${props.sharedBy}>`,
  ].filter((note) => note !== undefined);
  return {
    text: `${count(kept, 'line')} of the log of ${nameOf(props.job)}${props.attempts > 1 ? `, attempt ${props.attempt} of ${props.attempts}` : ''}.`,
    blocks: [
      section(logTitle(props, props.which)),
      preformatted(text),
      context(dotted(notes)),
      ...(props.sharedBy === undefined
        ? [
            actions(
              ...pages,
              ...logButtons(props, props.link),
              button({ label: 'Share', command: `${base} --share`, says: 'Show these lines to the whole channel' }),
            ),
          ]
        : []),
    ],
  };
}

export interface NoLogProps extends LogOf {
  /** Why there is none, in a sentence. */
  why: string;
  /** Older or newer lines that there are all the same. */
  pages?: { label: 'Older' | 'Newer' | 'From the end'; command: string }[];
}

/** There are no lines to show: why, in a sentence, and why the job failed if it did. */
export function noLogs(props: NoLogProps): Message {
  const { job, why, pages = [] } = props;
  const name = nameOf(job);
  const earlier = endedWith(props);
  const ended = earlier ?? job;
  const cause = ended.status === 'FAILED' ? causeOf(ended)?.sentence : undefined;
  const lines = [
    why,
    ...(cause === undefined ? [] : [`${earlier === undefined ? 'The job' : `Attempt ${props.attempt}`}: ${cause}`]),
  ];
  return {
    text: `${name}: ${lines.join(' ')}`,
    blocks: [
      section([bold(cutMiddle(name, 128)), ...lines.map((line) => escaped(line))].join('\n')),
      actions(
        ...pages.map(({ label, command }) => button({ label, command, replace: true })),
        button({ label: 'Job', command: `job ${job.id}` }),
        ...(job.arraySize === undefined
          ? []
          : [button({ label: 'Failed children', command: `search array:${job.id} status:failed` })]),
        ...otherLogs(props),
        ...(isDone(job) || job.arraySize !== undefined || job.nodes !== undefined || job.platform === 'EKS'
          ? []
          : [
              button({ label: 'Try again', command: logCommand(props), replace: true }),
              button({ label: 'Follow', command: `${logCommand(props)} --follow` }),
            ]),
      ),
    ],
  };
}
