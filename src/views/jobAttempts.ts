/** The chapters of a job's details on its runs: every attempt with its own end, place and log, and every time that is known. */
import { exitToldOf } from '../jobs/causes';
import { type Attempt, BATCH_STATUSES, type ContainerRun, isDone, type Job } from '../jobs/job';
import { attemptNumber, leftNoTrace } from '../jobs/lifecycle';
import { logPlaceOf } from '../jobs/logPlace';
import type { Properties } from '../jobs/properties';
import type { Surroundings } from '../jobs/surroundings';
import { type Chapter, fact, present } from './chapters';
import { runOfContainer } from './jobParts';
import { code, cut, dotted, escaped, link } from './kit';
import { logLink, regionOf } from './links';
import { duration, moment } from './time';

/** `arn:aws:ecs:…:container-instance/cluster/0123` → `0123` */
const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
const MOST_REASON = 900;

/** What every chapter of the details may tell of. */
export interface Look {
  job: Job;
  around: Surroundings;
  properties: Properties;
  now: number;
  region: string;
}

function logWords({ job, region, properties }: Look, n: number, container?: string): string | undefined {
  const place = logPlaceOf({ ...job, properties }, n, container);
  if (place === undefined) return undefined;
  return link(logLink(place.group, place.stream, place.region ?? regionOf(job, region)), `log ${place.stream}`);
}

function whereItRan(look: Look, attempt: Attempt, n: number): string | undefined {
  const { placement } = look.job;
  const place = placement?.attempt === n ? [placement.instanceType, placement.availabilityZone] : [];
  const facts = present([
    fact(attempt.containerInstanceArn, (arn) => `container instance ${code(lastOf(arn))}`),
    ...place.map((words) => fact(words, escaped)),
    fact(attempt.pod, (pod) => `pod ${code(pod)}`),
    fact(attempt.podNode, (node) => `node ${code(node)}`),
    fact(attempt.taskArn, (arn) => `task ${code(lastOf(arn))}`),
    // Of several containers each tells of its own log.
    attempt.containers === undefined ? logWords(look, n) : undefined,
  ]);
  return facts.length === 0 ? undefined : dotted(facts);
}

function attemptLines(look: Look, attempt: Attempt, n: number, isPresent: boolean): string[] {
  const { job, now } = look;
  const { startedAt, stoppedAt, exitCode, statusReason, containerReason } = attempt;
  const most = Math.max(job.maxAttempts ?? 1, attemptNumber(job));
  const until = stoppedAt ?? (isPresent && job.status === 'RUNNING' ? now : undefined);
  const times = present([
    fact(startedAt, (at) => `started ${moment(at)}`),
    fact(stoppedAt, (at) => `stopped ${moment(at)}`),
    startedAt === undefined || until === undefined ? undefined : `ran ${duration(until - startedAt)}`,
    isPresent ? job.status.toLowerCase() : leftNoTrace(attempt) ? 'never started' : undefined,
  ]);
  return present([
    dotted([`_Attempt ${n} of ${most}_`, ...times]),
    fact(exitCode, (exit) => `exit ${escaped(exitToldOf({ ...attempt, status: 'FAILED', exitCode: exit }))}`),
    fact(statusReason, (reason) => `Batch says: ${code(cut(reason, MOST_REASON))}`),
    containerReason === statusReason
      ? undefined
      : fact(containerReason, (reason) => `Container says: ${code(cut(reason, MOST_REASON))}`),
    whereItRan(look, attempt, n),
    ...(attempt.containers ?? []).slice(0, 20).map((run) => containerLine(look, run, n, isPresent)),
  ]);
}

const containerLine = (look: Look, run: ContainerRun, n: number, isPresent: boolean): string =>
  dotted(
    present([
      `• ${runOfContainer(run, isPresent ? look.job : { status: run.exitCode === 0 ? 'SUCCEEDED' : 'FAILED' })}`,
      run.logStream === undefined ? undefined : logWords(look, n, run.name),
    ]),
  );

/** The newest first; the present one is not in the list of those that ended. */
export function attempts(look: Look): Chapter {
  const { job } = look;
  const ended = job.attempts.map((attempt, index) => attemptLines(look, attempt, index + 1, false));
  const hasPresent = !isDone(job) && (job.status === 'STARTING' || job.status === 'RUNNING');
  const now = hasPresent
    ? [attemptLines(look, { ...job, stoppedAt: undefined } as Attempt, attemptNumber(job), true)]
    : [];
  return { title: 'Attempts', lines: [...ended, ...now].reverse().flat() };
}

const order = (status: string): number => (BATCH_STATUSES as readonly string[]).indexOf(status);

/** `attempt 2: runnable …, starting …`, a line an attempt, as far as each state was seen to begin. */
function enteredLines({ entered }: Job, several: boolean): string[] {
  const byAttempt = new Map<number, { status: string; at: number }[]>();
  for (const [key, at] of Object.entries(entered)) {
    const [attempt, status = ''] = key.split('.');
    byAttempt.set(Number(attempt), [...(byAttempt.get(Number(attempt)) ?? []), { status, at }]);
  }
  return [...byAttempt]
    .sort(([a], [b]) => a - b)
    .map(([attempt, states]) => {
      const words = states
        .sort((a, b) => order(a.status) - order(b.status))
        .map(({ status, at }) => `${escaped(status.toLowerCase())} ${moment(at)}`);
      return dotted(several ? [`attempt ${attempt}`, ...words] : words);
    });
}

export function times({ job }: Look): Chapter {
  return {
    title: 'Times',
    lines: present([
      fact(job.createdAt, (at) => `created ${moment(at)}`),
      ...enteredLines(job, attemptNumber(job) > 1),
      fact(job.startedAt, (at) => `started ${moment(at)}`),
      fact(job.stoppedAt, (at) => `stopped ${moment(at)}`),
      job.createdAt === undefined || job.stoppedAt === undefined
        ? undefined
        : `${duration(job.stoppedAt - job.createdAt)} from submission to end`,
      `last seen ${moment(job.seenAt)}`,
    ]),
  };
}
