/** One job in one message: its state, the plain cause, where and how long it ran, and what can be done. */
import { causeOf, exitMeaning } from '../jobs/causes';
import { isDone, isLost, type Job, userOf } from '../jobs/job';
import { attemptNumber, leftNoTrace, runMs, startingMs, waitMs } from '../jobs/lifecycle';
import { childrenWords, nameOf } from './jobLine';
import {
  actions,
  bold,
  button,
  code,
  context,
  cut,
  cutMiddle,
  dotted,
  escaped,
  linkButton,
  type Message,
  section,
} from './kit';
import { jobLink } from './links';
import { sign, stateWord } from './status';
import { ago, duration, moment } from './time';
import { count, memory, some } from './words';

export interface JobCardProps {
  job: Job;
  now: number;
  region: string;
  mayAct: boolean;
}

/** `2 vCPU, 8 GiB, 1 GPU` */
export function resources(job: Job): string | undefined {
  const parts = [
    job.vcpus === undefined ? undefined : `${job.vcpus} vCPU`,
    job.memoryMiB === undefined ? undefined : memory(job.memoryMiB),
    job.gpus === undefined ? undefined : `${job.gpus} GPU`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** `attempt 2 of 3`, or nothing where there can be only one. */
export function attemptWords(job: Job): string | undefined {
  const attempt = attemptNumber(job);
  const most = Math.max(job.maxAttempts ?? 1, attempt);
  return most > 1 ? `attempt ${attempt} of ${most}` : undefined;
}

function headline(job: Job, now: number): string {
  const when = isDone(job) ? job.stoppedAt : job.status === 'RUNNING' ? job.startedAt : job.createdAt;
  return `${stateWord(job)}${when === undefined ? '' : isDone(job) ? ` ${ago(when, now)}` : ` for ${duration(now - when)}`}`;
}

function stages(job: Job, now: number): string | undefined {
  const waited = waitMs(job, now);
  const starting = startingMs(job, now);
  const ran = runMs(job, now);
  const parts = [
    waited === undefined ? undefined : `waited ${duration(waited)}`,
    starting === undefined ? undefined : `started in ${duration(starting)}`,
    ran === undefined ? undefined : `${isDone(job) ? 'ran' : 'running for'} ${duration(ran)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : dotted(parts);
}

/** Both of AWS's reasons, and the exit code where the plain cause does not name it. */
function reasons(job: Job, plainCause: string | undefined): string[] {
  const both = [
    job.statusReason === undefined ? undefined : `Batch says: ${code(cut(job.statusReason, 600))}`,
    job.containerReason === undefined || job.containerReason === job.statusReason
      ? undefined
      : `Container says: ${code(cut(job.containerReason, 600))}`,
    job.exitCode === undefined || /\bexit (?:code )?\d/.test(plainCause ?? '')
      ? undefined
      : `Exit code ${job.exitCode}: ${escaped(exitMeaning(job.exitCode))}`,
  ];
  return both.filter((line) => line !== undefined);
}

function attemptLines(job: Job): string | undefined {
  if (job.attempts.length < 2) return undefined;
  const lines = job.attempts.map((attempt, index) => {
    const ran =
      attempt.startedAt !== undefined && attempt.stoppedAt !== undefined
        ? `ran ${duration(attempt.stoppedAt - attempt.startedAt)}`
        : leftNoTrace(attempt)
          ? 'never started'
          : 'ran';
    const end = attempt.exitCode === undefined ? '' : `, exit ${attempt.exitCode}`;
    const reason = attempt.containerReason ?? attempt.statusReason;
    return `${index + 1}. ${ran}${end}${reason === undefined ? '' : `: ${escaped(cut(reason, 200))}`}`;
  });
  return `*Attempts that ended*\n${lines.slice(-10).join('\n')}`;
}

export function jobCard({ job, now, region, mayAct }: JobCardProps): Message {
  const name = nameOf(job);
  const cause = job.status === 'SUCCEEDED' ? undefined : causeOf(job);
  const index = job.arrayIndex === undefined ? '' : ` [${job.arrayIndex}]`;
  const facts = [
    job.queue,
    job.definition,
    resources(job),
    attemptWords(job),
    childrenWords(job),
    job.nodes === undefined ? undefined : count(job.nodes, 'node'),
  ].filter((fact) => fact !== undefined);
  const took = stages(job, now);
  const tags = Object.entries(job.tags?.values ?? {}).map(([key, value]) => `${key}=${value}`);
  const user = userOf(job);
  const submission = [
    user === undefined ? undefined : `submitted by ${escaped(user)}`,
    job.createdAt === undefined ? undefined : `created ${moment(job.createdAt)}`,
    job.timeoutSeconds === undefined ? undefined : `timeout ${duration(job.timeoutSeconds * 1_000)} an attempt`,
    job.environmentTimeoutSeconds === undefined
      ? undefined
      : `PYBATCH_TIMEOUT ${duration(job.environmentTimeoutSeconds * 1_000)} from submission`,
  ].filter((fact) => fact !== undefined);
  const details = [
    submission.length === 0 ? undefined : dotted(submission),
    job.image === undefined ? undefined : `image ${code(cutMiddle(job.image, 200))}`,
    job.command === undefined || job.command.length === 0
      ? undefined
      : `command ${code(cut(job.command.join(' '), 300))}`,
    job.dependsOn === undefined || job.dependsOn.length === 0
      ? undefined
      : `depends on ${escaped(some(job.dependsOn, 5))}`,
    tags.length === 0 ? undefined : `tags ${escaped(cut(some(tags, 20), 600))}`,
  ].filter((detail) => detail !== undefined);
  const plainCause = isLost(job)
    ? 'Batch knows this job no more and never said how it ended.'
    : cause === undefined
      ? undefined
      : `${cause.sentence} ${cause.nextStep}`.trim();
  const attempts = attemptLines(job);
  const why = reasons(job, plainCause);
  return {
    text: `${name}${index} ${headline(job, now)}.${plainCause === undefined ? '' : ` ${plainCause}`}`,
    blocks: [
      section(
        [
          dotted([`${sign(job)}\u00a0${bold(cutMiddle(name, 128) + index)}`, headline(job, now)]),
          ...(plainCause === undefined ? [] : [escaped(plainCause)]),
        ].join('\n'),
      ),
      section(
        [dotted(facts.map(escaped)), ...(took === undefined ? [] : [took])].filter((line) => line !== '').join('\n') ||
          escaped(job.id),
      ),
      ...(why.length === 0 || job.status === 'SUCCEEDED' ? [] : [section(why.join('\n'))]),
      ...(attempts === undefined ? [] : [section(attempts)]),
      ...(details.length === 0 ? [] : [section(details.join('\n'))]),
      context(`id ${code(job.id)}`),
      actions(
        ...(job.arraySize === undefined
          ? [button({ label: 'Logs', command: `logs ${job.id}`, style: 'primary' as const })]
          : [
              button({ label: 'Children', command: `search array:${job.id}`, style: 'primary' as const }),
              button({ label: 'Failed children', command: `search array:${job.id} status:failed` }),
            ]),
        button({ label: 'Refresh', command: `job ${job.id}`, replace: true }),
        linkButton('Open in AWS', jobLink(job, region)),
        ...(mayAct && !isDone(job) && !isLost(job)
          ? [
              button({
                label: 'Cancel…',
                command: `cancel ${job.id}`,
                style: 'danger' as const,
                says: 'Cancel this job, after a preview',
              }),
            ]
          : []),
      ),
    ],
  };
}
