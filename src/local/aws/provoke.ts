/** Brings about, on request, what alerts tell of and what does not come by itself in a demo: so that each card can be seen. */
import { randomUUID } from 'node:crypto';
import type { JobStatus, SubmitJobRequest } from '@aws-sdk/client-batch';
import { STUCK_QUEUE } from '../workload/catalog';
import { ACCOUNT, definitionArn, jobArn, queueArn, REGION, roleArn } from './arns';
import { healthOf } from './batch/environments';
import { submitJob } from './batch/submit';
import type { Script } from './script';
import { reconsider } from './world/placement';
import type { World } from './world/world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of `workload/catalog.ts`: the definition to play with, and the queues, each for what leaves the others alone. */
const PLAY = 'sandbox';
const OTHER = 'sandbox-fargate';
const BUSY = 'platform-prod-spot';

function submit(world: World, name: string, script: Script, more: Partial<SubmitJobRequest> = {}): string {
  const request = { jobName: name, jobQueue: BUSY, jobDefinition: PLAY, tags: { submitter: 'ada' }, ...more };
  return submitJob(world, request, script).id;
}

interface Past {
  id?: string;
  name: string;
  status: JobStatus;
  /** When it happened, ms. */
  at: number;
  queue?: string;
  ranSeconds?: number;
}

/** An event of something that this Batch has forgotten, or tells late. */
function tellOf(world: World, { id = randomUUID(), name, status, at, queue = BUSY, ranSeconds = 60 }: Past): void {
  const isOver = status === 'SUCCEEDED' || status === 'FAILED';
  const ran = { startedAt: at - ranSeconds * 1_000, stoppedAt: at };
  world.bus.publish({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account: ACCOUNT,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region: REGION,
    resources: [jobArn(id)],
    detail: {
      jobArn: jobArn(id),
      jobId: id,
      jobName: name,
      jobQueue: queueArn(queue),
      jobDefinition: definitionArn(`${PLAY}:1`),
      status,
      createdAt: at - (isOver ? ranSeconds * 1_000 + 20_000 : 20_000),
      attempts: isOver ? [{ ...ran, container: { exitCode: 0 } }] : [],
      ...(isOver ? { ...ran, container: { exitCode: 0 } } : {}),
    },
  });
}

/** Runs of the past that succeeded, one every so often. */
function manyPast(world: World, runs: number, past: Omit<Past, 'status'>, everyMs: number): void {
  for (let n = 0; n < runs; n++) tellOf(world, { ...past, status: 'SUCCEEDED', at: past.at - n * everyMs });
}

const OCCASIONS: Record<string, (world: World) => string> = {
  'queue-blocked': (world) => {
    submit(world, 'blocked-by-capacity', { ending: { kind: 'ok' }, stuck: 'CAPACITY' }, { jobQueue: STUCK_QUEUE });
    return `In some seconds Batch says that the head of ${STUCK_QUEUE} is blocked. Cancel blocked-by-capacity to end it.`;
  },
  'stuck-runnable': (world) => {
    const environment = world.environments.get(`ce-${PLAY}`)?.detail;
    if (environment?.computeResources) environment.computeResources = { ...environment.computeResources, maxvCpus: 1 };
    submit(world, 'holds-the-only-cpu', { ending: { kind: 'hang' } }, { jobQueue: PLAY });
    // By then the other has its place.
    world.timers.at(world.now() + 20_000 / world.speed, () => {
      const script: Script = { ending: { kind: 'ok' }, runSeconds: 20 };
      const waiting = world.jobs.get(submit(world, 'waits-in-line', script, { jobQueue: PLAY }));
      const long = world.now() - 3 * HOUR;
      if (waiting) waiting.createdAt = long;
      world.movedUpAt.set(PLAY, long);
    });
    return 'Within a minute or two: waits-in-line has waited for 3 hours. Cancel holds-the-only-cpu to end it.';
  },
  'stuck-starting': (world) => {
    const id = submit(world, 'starts-for-ever', { ending: { kind: 'starting' } });
    const job = world.jobs.get(id);
    if (job) job.createdAt = world.now() - 20 * MINUTE;
    tellOf(world, { id, name: 'starts-for-ever', status: 'STARTING', at: world.now() - 15 * MINUTE });
    return 'Within a minute or two: starts-for-ever is STARTING for a quarter of an hour. Cancel it to end it.';
  },
  'runs-long': (world) => {
    manyPast(world, 40, { name: 'usual-run', at: world.now() - HOUR, ranSeconds: 30 }, HOUR);
    submit(world, 'runs-on-and-on', { ending: { kind: 'hang' } });
    return 'Within ten minutes, as often as the history is asked how long sandbox usually runs. Cancel runs-on-and-on to end it.';
  },
  'queue-trouble': (world) => {
    const environment = world.environments.get(`ce-${OTHER}`)?.detail;
    const isBroken = environment?.status === 'INVALID';
    const serviceRole = isBroken ? roleArn('batch') : 'arn:aws:iam::999999999999:role/of-another-account';
    if (environment) Object.assign(environment, { serviceRole, ...healthOf(serviceRole) });
    reconsider(world);
    return isBroken
      ? `Within a minute: ce-${OTHER} is well again.`
      : `Within a minute: ce-${OTHER} can't assume its role. Provoke it once more to mend it.`;
  },
  'failure-rate': (world) => {
    manyPast(world, 40, { name: 'went-well', at: world.now() - 5 * HOUR }, 2 * HOUR);
    for (let n = 1; n <= 15; n++) submit(world, `fails-${n}`, { ending: { kind: 'exit', code: 3 }, runSeconds: 1 });
    return 'Within ten minutes, as often as the history is asked how often sandbox fails. It ends an hour or two later.';
  },
  'quiet-queue': (world) => {
    manyPast(world, 100, { name: 'every-other-hour', at: world.now() - 8 * HOUR, queue: OTHER }, 2 * HOUR);
    return `Within ten minutes: nothing came to ${OTHER} for 7 hours. Submit a job to it to end it.`;
  },
};

export const PROVOKED: readonly string[] = Object.keys(OCCASIONS);

/** @returns what comes of it and when; undefined for what can't be provoked */
export const provoke = (occasion: string, world: World): string | undefined => OCCASIONS[occasion]?.(world);
