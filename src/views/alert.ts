/** The card of a failure in a channel: what failed, why, the last lines, and the way on. */
import type { LogLine } from '../aws/logs';
import { causeOf, LOG_TELLS } from '../jobs/causes';
import { type Job, type JobRow, userOf } from '../jobs/job';
import { neverStarted, runMs } from '../jobs/lifecycle';
import { causeLines, failedByCause } from './failedChildren';
import { attemptWords } from './jobCard';
import { childrenWords, nameOf } from './jobLine';
import {
  actions,
  bold,
  button,
  code,
  context,
  cut,
  cutMiddle,
  escaped,
  linkButton,
  type Message,
  preformatted,
  prose,
  section,
} from './kit';
import { jobLink } from './links';
import { logBox } from './logs';
import { duration, moment } from './time';
import { count, number } from './words';

/** The lines under an alert: enough to see the end, little enough to keep reading the channel. */
const MOST_LINES = 6;
const MOST_BOX = 1_500;

function bothReasons(job: Job): string[] {
  return [
    ...(job.statusReason === undefined ? [] : [`Batch says: ${code(cut(job.statusReason, 500))}`]),
    ...(job.containerReason === undefined || job.containerReason === job.statusReason
      ? []
      : [`Container says: ${code(cut(job.containerReason, 500))}`]),
  ];
}

function facts(job: Job, now: number): string {
  const ran = runMs(job, now);
  return [
    job.queue,
    job.definition,
    attemptWords(job),
    ran !== undefined ? `ran ${duration(ran)}` : neverStarted(job) ? 'never started' : undefined,
    userOf(job) === undefined ? undefined : `submitted by ${userOf(job)}`,
  ]
    .filter((fact) => fact !== undefined)
    .map(escaped)
    .join('  ·  ');
}

export interface FailedJobProps {
  job: Job;
  lines: readonly LogLine[];
  now: number;
  region: string;
}

/** A single job whose final attempt failed, or that timed out. */
export function failedJob({ job, lines, now, region }: FailedJobProps): Message {
  const cause = causeOf(job);
  const name = cutMiddle(nameOf(job), 128);
  const headline = cause?.headline ?? 'failed';
  const { text } = logBox(lines.slice(-MOST_LINES), MOST_BOX);
  // The end of its log stands below, or there is none.
  const sentence = [cause?.sentence, cause?.nextStep]
    .filter((part) => part !== undefined && part !== '' && part !== LOG_TELLS)
    .join(' ');
  return {
    text: `Job ${name} failed in ${job.queue ?? 'its queue'}: ${headline}. ${sentence}`.trim(),
    blocks: [
      section(`✖ ${bold(name)} failed: ${escaped(headline)}\n${prose(sentence)}`),
      section([facts(job, now), ...bothReasons(job)].join('\n')),
      ...(text === '' ? [] : [preformatted(text)]),
      context(`${job.stoppedAt === undefined ? '' : `${moment(job.stoppedAt)}  ·  `}id ${code(job.id)}`),
      actions(
        // Where nothing ran there is no log to read first.
        ...(neverStarted(job)
          ? [
              button({ label: 'Job', command: `job ${job.id}`, style: 'primary' }),
              button({ label: 'Logs', command: `logs ${job.id}` }),
            ]
          : [
              button({ label: 'Logs', command: `logs ${job.id}`, style: 'primary' }),
              button({ label: 'Job', command: `job ${job.id}` }),
            ]),
        button({ label: 'Why', command: `why ${job.id}` }),
        linkButton('Open in AWS', jobLink(job, region)),
      ),
    ],
  };
}

export interface FailedArrayProps {
  parentId: string;
  /** Undefined while nothing was heard of the parent itself. */
  parent: Job | undefined;
  /** The children that failed, as far as is known, by index. */
  failed: readonly JobRow[];
  /** One of them, whole. */
  example: Job | undefined;
  lines: readonly LogLine[];
  now: number;
  region: string;
}

/** An array: one card for its failed children and itself, however many there are. */
export function failedArray({ parentId, parent, failed, example, lines, now, region }: FailedArrayProps): Message {
  const job = parent ?? example;
  const name = cutMiddle(job?.name || parentId, 128);
  const size = parent?.arraySize;
  const known = Math.max(failed.length, parent?.children?.counts.FAILED ?? 0);
  const of =
    size === undefined ? count(known, 'child', 'children') : `${number(known)} of ${count(size, 'child', 'children')}`;
  const causes = failedByCause(failed);
  const over =
    parent?.status === 'FAILED' ? 'The array has ended.' : known === size ? 'None is left.' : 'The others go on.';
  const cause = example === undefined ? undefined : causeOf(example);
  const { text } = logBox(lines.slice(-MOST_LINES), MOST_BOX);
  // What Batch counted before it knew of these failures would contradict them.
  const isCurrent = (parent?.children?.counts.FAILED ?? 0) >= failed.length;
  const state =
    parent === undefined || isCurrent
      ? parent && childrenWords(parent)
      : `array of ${number(parent.arraySize ?? 0)}: ${number(failed.length)} ✖`;
  return {
    text: `Array ${name}: ${of} failed in ${job?.queue ?? 'its queue'}${causes[0] === undefined ? '' : `, mostly ${causes[0].cause}`}. ${over}`,
    blocks: [
      section(
        `✖ ${bold(name)}: ${of} failed\n${cause === undefined ? escaped(parent?.statusReason ?? '') : prose(`${cause.sentence} ${cause.nextStep === LOG_TELLS ? '' : cause.nextStep}`)}`.trim(),
      ),
      ...(causes.length === 0 ? [] : [section(causeLines(causes).join('\n'))]),
      section(
        [
          [job?.queue, job?.definition, state]
            .filter((fact) => fact !== undefined)
            .map(escaped)
            .join('  ·  '),
          over,
          ...(example === undefined ? [] : bothReasons(example)),
        ]
          .filter((line) => line !== '')
          .join('\n'),
      ),
      ...(text === '' ? [] : [preformatted(text)]),
      context(
        `${moment(Math.max(0, ...failed.map(({ stoppedAt }) => stoppedAt ?? 0), parent?.stoppedAt ?? 0) || now)}  ·  id ${code(parentId)}`,
      ),
      actions(
        ...(example === undefined
          ? []
          : [
              button({
                label: `Logs of child ${example.arrayIndex ?? 0}`,
                command: `logs ${example.id}`,
                style: 'primary' as const,
              }),
            ]),
        button({ label: 'Job', command: `job ${parentId}` }),
        button({ label: 'Failed children', command: `search array:${parentId} status:failed` }),
        linkButton(
          'Open in AWS',
          jobLink({ id: parentId, ...(job?.arn === undefined ? {} : { arn: job.arn }) }, region),
        ),
      ),
    ],
  };
}
