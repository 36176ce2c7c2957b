/** Lines of a job's log: times, whole lines only, what is left out said, and the way to the rest. */
import type { LogLine } from '../aws/logs';
import { causeOf } from '../jobs/causes';
import { isDone, type Job } from '../jobs/job';
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
  printable,
  section,
} from './kit';
import { stateWord } from './status';
import { clock } from './time';
import { count } from './words';

/** All blocks together may have about 13,000 characters; the box keeps well under it. */
const MOST_BOX = 9_000;
const MOST_LINE = 400;

/**
 * Lines for the box, the last ones kept when not all fit.
 * @returns the text, and how many of the first lines were left out
 */
export function logBox(lines: readonly LogLine[], most = MOST_BOX): { text: string; leftOut: number } {
  const kept: string[] = [];
  let length = 0;
  for (const line of [...lines].reverse()) {
    const text = `${clock(line.at)}  ${cut(printable(line.text.replace(/\t/g, '    ').split('\r').at(-1) ?? ''), MOST_LINE)}`;
    if (length + text.length + 1 > most) break;
    kept.unshift(text);
    length += text.length + 1;
  }
  return { text: kept.join('\n'), leftOut: lines.length - kept.length };
}

export interface LogProps {
  job: Job;
  /** Which attempt's lines these are, of how many. */
  attempt: number;
  attempts: number;
  lines: readonly LogLine[];
  /** `last 20 lines`, `20 lines further back`. */
  which: string;
  older: string | undefined;
  newer: string | undefined;
  lineCount: number;
  link: string;
  sharedBy?: string | undefined;
}

export function logs(props: LogProps): Message {
  const { job, attempt, attempts, lines, lineCount } = props;
  const { text, leftOut } = logBox(lines);
  const name = cutMiddle(nameOf(job), 128) + (job.arrayIndex === undefined ? '' : ` [${job.arrayIndex}]`);
  const which = attempts > 1 ? `attempt ${attempt} of ${attempts}` : undefined;
  const cause = job.status === 'FAILED' ? causeOf(job)?.headline : undefined;
  const standing = cause === undefined ? stateWord(job) : `${stateWord(job)}: ${cause}`;
  const title = dotted(
    [bold(name), standing, which, props.which].flatMap((part, n) =>
      part === undefined ? [] : [n === 0 ? part : escaped(part)],
    ),
  );
  const base = `logs ${job.id} attempt:${attempt}${lineCount === 20 ? '' : ` tail:${lineCount}`}`;
  const others = Array.from({ length: attempts }, (_, index) => index + 1).filter((other) => other !== attempt);
  const elements = [
    ...(props.older === undefined
      ? []
      : [
          button({ label: 'Older', command: `${base} page:${props.older}`, replace: true, says: 'Lines before these' }),
        ]),
    ...(props.newer === undefined
      ? []
      : [button({ label: 'Newer', command: `${base} page:${props.newer}`, replace: true, says: 'Lines after these' })]),
    ...others
      .slice(-3)
      .map((other) => button({ label: `Attempt ${other}`, command: `logs ${job.id} attempt:${other}`, replace: true })),
    button({ label: 'Job', command: `job ${job.id}` }),
    ...(props.sharedBy === undefined
      ? [button({ label: 'Share', command: `${base} --share`, says: 'Show these lines to the whole channel' })]
      : []),
    linkButton('Open in CloudWatch', props.link),
  ];
  const notes = [
    'times in UTC',
    leftOut > 0 ? `${count(leftOut, 'earlier line')} left out here for length: Older shows them` : undefined,
    props.sharedBy === undefined ? undefined : `shared by <@${props.sharedBy}>`,
  ].filter((note) => note !== undefined);
  return {
    text: `${count(lines.length - leftOut, 'line')} of the log of ${name}${which === undefined ? '' : `, ${which}`}.`,
    blocks: [
      section(title),
      preformatted(text),
      context(dotted(notes)),
      ...(props.sharedBy === undefined ? [actions(...elements)] : []),
    ],
  };
}

/** There are no lines to show: why, in a sentence, and why the job failed if it did. */
export function noLogs(
  job: Job,
  why: string,
  cause: string | undefined,
  alternatives: readonly number[] = [],
): Message {
  const name = nameOf(job);
  const lines = [why, ...(cause === undefined ? [] : [`The job: ${cause}`])];
  return {
    text: `${name}: ${lines.join(' ')}`,
    blocks: [
      section([bold(cutMiddle(name, 128)), ...lines.map((line) => escaped(line))].join('\n')),
      actions(
        button({ label: 'Job', command: `job ${job.id}` }),
        ...(job.arraySize === undefined
          ? []
          : [button({ label: 'Failed children', command: `search array:${job.id} status:failed` })]),
        ...alternatives
          .slice(-3)
          .map((attempt) =>
            button({ label: `Attempt ${attempt}`, command: `logs ${job.id} attempt:${attempt}`, replace: true }),
          ),
        ...(isDone(job) || job.arraySize !== undefined
          ? []
          : [button({ label: 'Try again', command: `logs ${job.id}`, replace: true })]),
      ),
    ],
  };
}
