/** `/batch logs <id>`: the end of a job's log, attempt by attempt, with the way to the lines before. */
import * as z from 'zod';
import { UserError } from '../errors';
import { causeOf } from '../jobs/causes';
import { isDone, type Job } from '../jobs/job';
import { attemptNumber, neverStarted } from '../jobs/lifecycle';
import { logPlaceOf } from '../jobs/logPlace';
import { logLink } from '../views/links';
import { logs as logsView, noLogs } from '../views/logs';
import { count } from '../views/words';
import { command } from './command';
import { findJob } from './find';

/** A message holds about 9,000 characters of lines; more than this never fits. */
const MOST_TAIL = 200;

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `from ${least} to ${most}`);

/** Why there is no stream to read, in a sentence. */
function whyNone(job: Job, attempt: number): string {
  if (job.arraySize !== undefined)
    return `This is an array of ${count(job.arraySize, 'child', 'children')}: each child has a log of its own.`;
  if (job.nodes !== undefined) {
    return `This is a job of ${count(job.nodes, 'node')}: each has a log of its own, ${job.id}#0 to #${job.nodes - 1}.`;
  }
  if (job.platform === 'EKS')
    return "This job runs on EKS, where Batch writes no log of its own: look where the cluster's pods log to.";
  if (job.logDriver !== undefined && job.logDriver !== 'awslogs')
    return `This job logs with the driver ${job.logDriver}, not to CloudWatch.`;
  const ended = job.attempts[attempt - 1];
  if (neverStarted(job)) return 'The container never started, so there is no log.';
  if (isDone(job) || ended !== undefined) return 'Batch names no log stream for this attempt.';
  return `The job is ${job.status.toLowerCase()}: its log begins when it runs.`;
}

export const logs = command({
  name: 'logs',
  summary: 'Shows the last lines of a job’s log, of any attempt.',
  group: 'asks',
  usage: '<id> [attempt:n] [tail:n]',
  example: '<id> tail:50',
  filters: {
    attempt: { schema: whole(1, 10), meaning: 'which attempt, 1 to 10; the newest one by default' },
    tail: { schema: whole(1, MOST_TAIL), meaning: `how many lines, 1 to ${MOST_TAIL}; 20 by default` },
    page: {
      schema: z.string().regex(/^[fb]\/\d{1,80}(?:\/s)?$/, 'that page is not one of mine'),
      meaning: 'lines further back or on',
      hidden: true,
    },
  },
  flags: ['share'],
  async run({ text, words, filters, flags, person }, room) {
    const job = await findJob(words[0] ?? text, 'logs', room);
    const newest = Math.max(1, job.attempts.length, isDone(job) ? 0 : attemptNumber(job));
    const attempt = filters.attempt ?? newest;
    if (attempt > newest)
      throw new UserError(
        `This job has had ${count(newest, 'attempt')}: choose attempt:1${newest > 1 ? ` to attempt:${newest}` : ''}.`,
        `logs ${job.id} attempt:${newest}`,
      );
    const cause = job.status === 'FAILED' ? causeOf(job)?.sentence : undefined;
    const others = job.attempts.flatMap(({ logStream }, index) =>
      logStream === undefined || index + 1 === attempt ? [] : [index + 1],
    );
    const place = logPlaceOf(job, attempt);
    if (place === undefined) return { message: noLogs(job, whyNone(job, attempt), cause, others) };
    const lines = filters.tail ?? 20;
    const page = await room.logs.read(place, filters.page === undefined ? 'tail' : { token: filters.page }, lines);
    if (page === undefined) {
      const why = isDone(job)
        ? `Its log stream ${place.stream} is not in ${place.group}: it was deleted, or its retention is over.`
        : 'Its log stream is not there yet: the first line makes it.';
      return { message: noLogs(job, why, cause, others) };
    }
    if (page.lines.length === 0) {
      const why = filters.page?.startsWith('f/')
        ? 'Nothing newer yet.'
        : filters.page === undefined
          ? 'Its log is empty: the job has written nothing.'
          : 'That was the beginning of the log.';
      return { message: noLogs(job, why, cause, others) };
    }
    const share = flags.has('share');
    const direction =
      filters.page === undefined
        ? `last ${count(page.lines.length, 'line')}`
        : filters.page.startsWith('b/')
          ? `${count(page.lines.length, 'line')} further back`
          : `${count(page.lines.length, 'line')} further on`;
    return {
      message: logsView({
        job,
        attempt,
        attempts: newest,
        lines: page.lines,
        which: direction,
        // A page that is not full, going back, has reached the beginning.
        older: page.lines.length < lines && !filters.page?.startsWith('f/') ? undefined : page.older,
        newer: filters.page === undefined && isDone(job) ? undefined : page.newer,
        lineCount: lines,
        link: logLink(place.group, place.stream, place.region ?? room.region),
        sharedBy: share ? person.id : undefined,
      }),
      public: share,
    };
  },
});
