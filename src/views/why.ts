/** Why a job runs as long as it does, succeeded late, or is lost. */
import { isDone, type Job } from '../jobs/job';
import { firstWaitMs, runMs, waitMs } from '../jobs/lifecycle';
import { explanation } from './explanation';
import { attemptWords } from './jobCard';
import { button, escaped, linkButton, type Message } from './kit';
import { jobLink } from './links';
import { ago, duration, moment } from './time';
import { type TimeLimits, timeoutLines } from './timeoutLines';
import { attemptCause } from './whyFailed';
import { count } from './words';

/** How long jobs of the definition take that succeed. */
export interface Usual {
  medianMs: number;
  longestMs: number;
  runs: number;
  days: number;
}

export interface WhyProps {
  job: Job;
  usual: Usual | undefined;
  now: number;
  region: string;
  mayAct: boolean;
}

const usualWords = ({ medianMs, longestMs, runs, days }: Usual): string =>
  `${count(runs, 'run')} of its definition in the last ${days} days took usually (median) ${duration(medianMs)}, at most ${duration(longestMs)}.`;

/** What ends it first, and when. */
function limitLines(job: Job, timeLimits: TimeLimits, now: number): string[] {
  const lines = timeoutLines(job, timeLimits, now);
  return lines.length === 0 ? ['It has no timeout: it runs until it ends.'] : lines;
}

export function whyRunning(props: WhyProps & { timeLimits: TimeLimits }): Message {
  const { job, usual, now, region, mayAct, timeLimits } = props;
  const ran = runMs(job, now);
  const isLong = usual !== undefined && ran !== undefined && ran > usual.longestMs;
  const sentence =
    ran === undefined
      ? 'It runs.'
      : usual === undefined
        ? `It has been running for ${duration(ran)}, and no run of its definition that succeeded is known to compare it with.`
        : isLong
          ? `It has been running for ${duration(ran)}, longer than any of the last ${count(usual.runs, 'run')} of its definition.`
          : `It has been running for ${duration(ran)}, which is usual: half of its definition’s runs take ${duration(usual.medianMs)} or less.`;
  const stopping = job.terminated === true || job.cancelled === true;
  return explanation({
    job,
    standing: `running${ran === undefined ? '' : ` for ${duration(ran)}`}`,
    sentence: stopping
      ? 'Somebody has asked Batch to end it: it has 30 seconds to stop by itself, then it is killed.'
      : sentence,
    evidence: [
      ...(stopping ? [escaped(sentence)] : []),
      ...(usual === undefined ? [] : [escaped(usualWords(usual))]),
      ...limitLines(job, timeLimits, now),
      ...(attemptWords(job) === undefined ? [] : [escaped(`This is ${attemptWords(job)}.`)]),
      ...job.attempts.map((attempt, n) => `Attempt ${n + 1}: ${escaped(attemptCause(attempt))}`),
    ],
    nextStep: isLong && !stopping ? 'Look at the end of its log: whether it still gets on.' : '',
    buttons: [
      button({ label: 'Logs', command: `logs ${job.id}`, style: 'primary' }),
      button({ label: 'Refresh', command: `why ${job.id}`, replace: true }),
      button({ label: 'Job', command: `job ${job.id}` }),
      linkButton('Open in AWS', jobLink(job, region)),
      ...(mayAct && !stopping
        ? [
            button({
              label: 'Cancel…',
              command: `cancel ${job.id}`,
              style: 'danger' as const,
              says: 'Cancel this job, after a preview',
            }),
          ]
        : []),
    ],
    missing: [],
  });
}

export function whySucceeded({ job, usual, now, region }: WhyProps): Message {
  const ran = runMs(job, now);
  const waited = waitMs(job, now);
  const first = firstWaitMs(job);
  const failed = job.attempts.slice(0, -1);
  return explanation({
    job,
    standing: `succeeded${job.stoppedAt === undefined ? '' : ` ${ago(job.stoppedAt, now)}`}`,
    sentence: `It succeeded${failed.length === 0 ? '' : `, at attempt ${failed.length + 1}`}: nothing went wrong with it.`,
    evidence: [
      ...(ran === undefined ? [] : [`It ran ${duration(ran)}${failed.length === 0 ? '' : ' at that attempt'}.`]),
      ...(waited === undefined
        ? []
        : [`It waited ${duration(waited)} before${failed.length === 0 ? '' : ' that attempt'}.`]),
      ...(first === undefined || failed.length === 0 ? [] : [`It waited ${duration(first)} before its first start.`]),
      ...(usual === undefined ? [] : [escaped(usualWords(usual))]),
      ...failed.map((attempt, n) => `Attempt ${n + 1}: ${escaped(attemptCause(attempt))}`),
    ],
    nextStep: '',
    buttons: [
      button({ label: 'Job', command: `job ${job.id}` }),
      ...(job.arraySize === undefined ? [button({ label: 'Logs', command: `logs ${job.id}` })] : []),
      linkButton('Open in AWS', jobLink(job, region)),
    ],
    missing: [],
  });
}

/** It was not done when it was last seen, and Batch knows it no more. */
export function whyLost({ job, now, region }: Pick<WhyProps, 'job' | 'now' | 'region'>): Message {
  return explanation({
    job,
    standing: 'lost',
    sentence: 'Batch knows this job no more, and never told how it ended.',
    evidence: [
      `Last seen ${escaped(job.status.toLowerCase())} ${ago(job.seenAt, now)}, at ${moment(job.seenAt)}`,
      ...(job.lostAt === undefined ? [] : [`Missed since ${moment(job.lostAt)}`]),
      'Batch keeps a job for 7 days after its end: its end came in a time when nothing of it was heard here.',
    ],
    nextStep: isDone(job) ? '' : 'Its log, if it has one, tells how far it came.',
    buttons: [
      button({ label: 'Logs', command: `logs ${job.id}`, style: 'primary' }),
      button({ label: 'Job', command: `job ${job.id}` }),
      linkButton('Open in AWS', jobLink(job, region)),
    ],
    missing: [],
  });
}
