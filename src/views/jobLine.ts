/** A job in a list: two lines of text, and a menu of what can be done with it. */
import type { SectionBlock } from '@slack/types';
import { causeOf } from '../jobs/causes';
import { isDone, isLost, type JobRow } from '../jobs/job';
import { neverStarted } from '../jobs/lifecycle';
import { bold, cutMiddle, dotted, escaped, overflow, section } from './kit';
import { jobLink } from './links';
import { sign, stateWord } from './status';
import { ago, duration } from './time';
import { number } from './words';

/** Batch allows 128 characters in a name; more than this hides the rest of the line on a phone. */
const MOST_NAME = 60;

export const nameOf = (job: Pick<JobRow, 'name' | 'id'>): string => job.name || job.id;

/** `array: 400 ✔ 12 ✖ 3 ▶`, for a parent. */
export function childrenWords(job: Pick<JobRow, 'arraySize' | 'children'>): string | undefined {
  if (job.arraySize === undefined) return undefined;
  const counts = job.children?.counts ?? {};
  const waiting = (counts.SUBMITTED ?? 0) + (counts.PENDING ?? 0) + (counts.RUNNABLE ?? 0) + (counts.STARTING ?? 0);
  const parts = [
    [counts.SUCCEEDED ?? 0, '✔'],
    [counts.FAILED ?? 0, '✖'],
    [counts.RUNNING ?? 0, '▶'],
    [waiting, 'waiting'],
  ] as const;
  const shown = parts.filter(([n]) => n > 0).map(([n, mark]) => `${number(n)} ${mark}`);
  return `array of ${number(job.arraySize)}${shown.length === 0 ? '' : `: ${shown.join(' ')}`}`;
}

/** `failed 8 h ago`, `running for 3 min`, `runnable for 2 h`. */
export function standing(job: JobRow, now: number): string {
  const word = stateWord(job);
  if (isLost(job)) return `${word}: Batch knows it no more`;
  if (isDone(job)) return job.stoppedAt === undefined ? word : `${word} ${ago(job.stoppedAt, now)}`;
  const since = job.status === 'RUNNING' ? (job.startedAt ?? job.createdAt) : job.createdAt;
  return since === undefined ? word : `${word} for ${duration(now - since)}`;
}

/** `ran 41 min`, for a job that has ended. */
function ran(job: JobRow): string | undefined {
  if (!isDone(job)) return undefined;
  if (job.startedAt === undefined) return neverStarted(job) ? 'never started' : undefined;
  return job.stoppedAt === undefined ? undefined : `ran ${duration(job.stoppedAt - job.startedAt)}`;
}

export const titleOf = (job: JobRow): string =>
  cutMiddle(nameOf(job), MOST_NAME) + (job.arrayIndex === undefined ? '' : ` [${job.arrayIndex}]`);

export function jobLine(job: JobRow, now: number, region: string): SectionBlock {
  const head = dotted([`${sign(job)}\u00a0${bold(titleOf(job))}`, standing(job, now)]);
  const cause = job.status === 'FAILED' || job.statusReason?.includes(':') ? causeOf(job)?.headline : undefined;
  const facts = [
    job.queue,
    childrenWords(job),
    ran(job),
    job.attemptCount > 1 ? `${job.attemptCount} attempts` : undefined,
    cause === undefined || (isDone(job) && job.status === 'SUCCEEDED') ? undefined : cause,
  ].filter((fact) => fact !== undefined);
  return section(
    `${head}\n${dotted(facts.map(escaped))}`,
    overflow([
      { label: 'Job', command: `job ${job.id}` },
      ...(job.arraySize === undefined
        ? [{ label: 'Logs', command: `logs ${job.id}` }]
        : [{ label: 'Children', command: `search array:${job.id}` }]),
      ...(job.status === 'SUCCEEDED' ? [] : [{ label: 'Why', command: `why ${job.id}` }]),
      ...(isDone(job) ? [] : [{ label: 'Cancel…', command: `cancel ${job.id}` }]),
      { label: 'Open in AWS', command: '-', url: jobLink(job, region) },
    ]),
  );
}

/** A job as one line of many, for reading only. */
export const shortLine = (job: JobRow, now: number): string =>
  dotted([
    `${sign(job)}\u00a0${escaped(titleOf(job))}`,
    ...(job.queue === undefined ? [] : [escaped(job.queue)]),
    standing(job, now),
  ]);
