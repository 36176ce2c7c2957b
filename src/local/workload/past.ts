/** Jobs that have ended before this world began: thirty days of them, the same ones for the same seed and beginning. */
import { ZONES } from '../aws/world/hosts';
import {
  CHILD_FAILED,
  DEPENDENT_FAILED,
  EXITED,
  hostLost,
  OUT_OF_MEMORY,
  pullFailed,
  START_FAILED,
  TIMED_OUT,
} from '../aws/world/reasons';
import { type Attempt, type JobSpec, noChildren, type SimJob } from '../aws/world/simJob';
import { definitionAt, definitionFacts, queuesOf } from './catalog';
import { anyRun, type Run } from './names';
import { type Random, randomFrom } from './random';

const DAY_MS = 86_400_000;
const SPAN_DAYS = 30;
/** Of a failed job's attempts, those before the last failed too. */
const FAILED_SHARE = 0.09;

interface End {
  started: boolean;
  statusReason: string;
  exitCode?: number;
  reason?: string;
  terminated?: true;
}

function failure(random: Random, image: string, submitter: string): End {
  const x = random.fraction();
  if (x < 0.45) return { started: true, statusReason: EXITED, exitCode: random.pick([1, 1, 1, 1, 2, 127, 139]) };
  if (x < 0.64) return { started: true, statusReason: EXITED, exitCode: 137, reason: OUT_OF_MEMORY };
  if (x < 0.78) return { started: true, statusReason: hostLost(`i-0${random.hex(16)}`) };
  if (x < 0.86) return { started: true, statusReason: TIMED_OUT, exitCode: 137 };
  if (x < 0.92) {
    const why = random.pick(['wrong input', 'superseded', 'too expensive', 'stuck']);
    return { started: true, statusReason: `Terminated by ${submitter}: ${why}`, exitCode: 143, terminated: true };
  }
  if (x < 0.96) return { started: false, statusReason: START_FAILED, reason: pullFailed(image) };
  return { started: false, statusReason: DEPENDENT_FAILED };
}

function specOf(random: Random, run: Run, name: string, step: string, queue: string): JobSpec {
  const { revisions, vcpus, memoryMiB } = definitionFacts(run.team, step);
  const revision = Math.max(1, revisions - random.between(0, 2));
  const definition = definitionAt(run.team, step, revision);
  return {
    name,
    queue,
    definition: `${definition.jobDefinitionName}:${revision}`,
    ...(definition.containerProperties && { container: definition.containerProperties }),
    retry: { attempts: random.pick([1, 1, 2, 3]), evaluateOnExit: [] },
    timeoutSeconds: 21_600,
    dependsOn: [],
    parameters: {},
    tags: { submitter: run.submitter, team: run.team },
    propagateTags: false,
    platform: ['EC2'],
    vcpus,
    memoryMiB,
    gpus: 0,
    script: { ending: { kind: 'ok' } },
  };
}

/** Log-normal around six minutes: many short ones, a few of hours. */
const duration = (random: Random): number => {
  const spread = random.fraction() + random.fraction() + random.fraction() - 1.5;
  return Math.round(Math.exp(5.9 + 2.4 * spread) * 1000);
};

interface Place {
  environment: string;
  cluster: string;
}

function attemptOf(random: Random, place: Place, createdAt: number, startedAt: number, end: End): Attempt {
  const lasts = end.started ? duration(random) : random.between(20_000, 90_000);
  const instanceId = /i-0[0-9a-f]{16}/.exec(end.statusReason)?.[0] ?? `i-0${random.hex(16)}`;
  return {
    taskId: random.hex(32),
    cluster: place.cluster,
    environment: place.environment,
    availabilityZone: random.pick(ZONES),
    instanceId,
    containerInstanceId: random.hex(32),
    createdAt,
    ...(end.started && { startedAt, endsAt: startedAt + lasts }),
    stoppedAt: startedAt + lasts,
    ...(end.exitCode !== undefined && { exitCode: end.exitCode }),
    ...(end.reason !== undefined && { reason: end.reason }),
    statusReason: end.statusReason,
    storySeconds: lasts / 1000,
  };
}

function finishedJob(random: Random, run: Run, spec: JobSpec, place: Place, id: string, createdAt: number): SimJob {
  const failed = random.chance(FAILED_SHARE);
  const end: End = failed
    ? failure(random, spec.container?.image ?? '', run.submitter)
    : { started: true, statusReason: EXITED, exitCode: 0 };
  const attempts: Attempt[] = [];
  const retriable =
    failed && !end.terminated && end.statusReason !== TIMED_OUT && end.statusReason !== DEPENDENT_FAILED;
  const count = end.statusReason === DEPENDENT_FAILED ? 0 : retriable ? (spec.retry?.attempts ?? 1) : 1;
  let at = createdAt + random.between(4_000, 400_000);
  for (let number = 0; number < count; number++) {
    const attempt = attemptOf(random, place, at, at + random.between(4_000, 60_000), end);
    attempts.push(attempt);
    at = (attempt.stoppedAt ?? at) + random.between(10_000, 120_000);
  }
  const last = attempts.at(-1);
  return {
    id,
    spec,
    status: failed ? 'FAILED' : 'SUCCEEDED',
    statusReason: end.statusReason,
    createdAt,
    ...(last?.startedAt !== undefined && { startedAt: last.startedAt }),
    stoppedAt: last?.stoppedAt ?? at,
    attempts,
    ...(end.terminated && { terminated: true }),
  };
}

function shift(job: SimJob, ms: number): void {
  job.createdAt += ms;
  if (job.startedAt !== undefined) job.startedAt += ms;
  if (job.stoppedAt !== undefined) job.stoppedAt += ms;
  for (const attempt of job.attempts) {
    attempt.createdAt += ms;
    if (attempt.startedAt !== undefined) attempt.startedAt += ms;
    if (attempt.endsAt !== undefined) attempt.endsAt += ms;
    if (attempt.stoppedAt !== undefined) attempt.stoppedAt += ms;
  }
}

/** An array's parent and children, the parent first. */
function family(random: Random, run: Run, place: Place, queue: string, startAt: number, most: number): SimJob[] {
  const id = random.uuid();
  const size = Math.max(2, Math.min(run.size, most - 1));
  const { name, step } = run.job(0, startAt);
  const spec: JobSpec = { ...specOf(random, run, name, step, queue), arraySize: size };
  const children = Array.from({ length: size }, (_, index) => ({
    ...finishedJob(random, run, spec, place, `${id}:${index}`, startAt + 1_000),
    index,
  }));
  const counts = noChildren();
  for (const child of children) counts[child.status]++;
  const stoppedAt = Math.max(...children.map((child) => child.stoppedAt ?? 0)) + 1_000;
  const parent: SimJob = {
    id,
    spec,
    status: counts.FAILED ? 'FAILED' : 'SUCCEEDED',
    statusReason: counts.FAILED ? CHILD_FAILED : EXITED,
    createdAt: startAt,
    stoppedAt,
    attempts: [],
    array: { counts, countedAt: stoppedAt, opened: true },
  };
  return [parent, ...children];
}

/** Families of finished jobs (a job alone, or an array with its children), `count` jobs altogether, all over by `bornAt`. */
export function* pastFamilies(given: {
  seed: number;
  count: number;
  bornAt: number;
  clusterOf: (environment: string) => string;
}): Generator<SimJob[]> {
  const random = randomFrom(`past ${given.seed}`);
  let left = given.count;
  while (left > 0) {
    const run = anyRun(random);
    const queue = queuesOf(run.team)[random.chance(0.75) ? 0 : 1];
    const place = { environment: `ce-${queue}`, cluster: given.clusterOf(`ce-${queue}`) };
    const startAt = Math.floor(given.bornAt - random.fraction() * SPAN_DAYS * DAY_MS);
    const families: SimJob[][] = [];
    if (run.kind === 'array' && left >= 3) families.push(family(random, run, place, queue, startAt, left));
    else {
      for (let index = 0; index < Math.min(run.size, left); index++) {
        const createdAt = startAt + index * random.between(500, 240_000);
        const { name, step } = run.job(index, createdAt);
        const spec = specOf(random, run, name, step, queue);
        families.push([finishedJob(random, run, spec, place, random.uuid(), createdAt)]);
      }
    }
    for (const jobs of families) {
      const latest = Math.max(...jobs.map((job) => job.stoppedAt ?? 0));
      const late = latest - given.bornAt;
      if (late > 0) for (const job of jobs) shift(job, -late - 1_000 - random.between(0, 600_000));
      left -= jobs.length;
      yield jobs;
    }
  }
}
