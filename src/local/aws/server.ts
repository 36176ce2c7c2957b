/** A local AWS: Batch, CloudWatch Logs, ECS, EC2, SQS, STS and EventBridge by their wire protocols, on one HTTP port. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catalog } from '../workload/catalog';
import { liveWorkload } from '../workload/live';
import { pastFamilies } from '../workload/past';
import { randomFrom } from '../workload/random';
import { clusterArn, sqsArn } from './arns';
import { addDefinition, definitionOperations } from './batch/definitions';
import { environmentOperations } from './batch/environments';
import { jobOperations } from './batch/jobs';
import { queueOperations } from './batch/queues';
import { schedulingPolicyOperations } from './batch/schedulingPolicies';
import { submitJob } from './batch/submit';
import { tagOperations } from './batch/tags';
import { busTo } from './bus';
import { ec2Operations } from './compute/ec2';
import { ecsOperations } from './compute/ecs';
import { stsOperations } from './compute/sts';
import { eventOperations } from './eventBridge';
import { listener } from './listener';
import { logGroups } from './logs/groups';
import { logOperations } from './logs/operations';
import { PROVOKED, provoke } from './provoke';
import { sqs } from './sqs/operations';
import { type Birth, loadJobs, readState, savedWorld, stateWriter } from './stateFile';
import { type Faults, throttleOn } from './throttle';
import { timersOn } from './timers';
import { type BatchJobDetail, jobDetail } from './world/jobDetail';
import { perform, resume } from './world/lifecycle';
import { isOver, type SimJob } from './world/simJob';
import { terminate } from './world/stopping';
import { addJob, emptyWorld, forgetOldJobs, KEPT_MS, type World } from './world/world';

export type { BatchJobDetail } from './world/jobDetail';

export interface LocalAwsOptions {
  /** 0 takes any free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  seed: number;
  /** 1 is a pace for people to watch, 100 is fast: it divides the durations of simulated stages. Timestamps are real time. */
  speed: number;
  /** How many finished jobs of the last thirty days to begin with. */
  pastJobs: number;
  now?: () => number;
  /** Takes the requests whose X-Amz-Target begins with DynamoDB. */
  dynamo?: RequestListener;
  /** Where the world is saved every few seconds and on close, and loaded from at start. */
  stateFile?: string;
  /** The queue that the EventBridge rule for Batch's and ECS's events targets; default `batchbot-events`. */
  eventsQueueName?: string;
  /** Whether there are queues, compute environments and definitions to begin with; default true. */
  furnished?: boolean;
  /** How many of the account's twenty teams have queues of their own; all by default. */
  teams?: number;
  /** How many queues, and how many compute environments, this account may have; by default what AWS gives a new account. */
  quota?: number;
  /** Whether the world submits work of its own; default true. */
  autonomous?: boolean;
  faults?: Faults;
}

export interface LocalAws {
  url: string;
  port: number;
  /** Puts events on the bus exactly as given: never changed, never reordered, once each. */
  publish(events: readonly unknown[]): void;
  /** No new work of the world's own; jobs in flight go on. */
  pause(): void;
  resume(): void;
  setFaults(faults: Faults): void;
  /** Brings about what an alert tells of; says what comes of it, or throws a RangeError that lists what can be provoked. */
  provoke(occasion: string): string;
  /** By `batch.ListJobs` and so on. */
  counts(): Record<string, { calls: number; refused: number }>;
  /** Jobs of the past that ended more than Batch's seven days ago, as DescribeJobs would have shown them. */
  forgottenJobs(): Iterable<BatchJobDetail>;
  close(): Promise<void>;
}

const SAVE_EVERY_MS = 5_000;
const FORGET_EVERY_MS = 3_600_000;
/** https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html */
const QUOTA = 50;
/** The queues that the bot's stack makes in a real account; visibility and redrive as there. */
const VISIBILITY_SECONDS = '30';
const MAX_RECEIVES = 3;

function makeQueues(queues: ReturnType<typeof sqs>, names: readonly string[]): void {
  for (const name of names) {
    queues.create(`${name}-dlq`);
    const queue = queues.create(name);
    queue.attributes.VisibilityTimeout = VISIBILITY_SECONDS;
    const policy = { deadLetterTargetArn: sqsArn(`${name}-dlq`), maxReceiveCount: MAX_RECEIVES };
    queue.attributes.RedrivePolicy = JSON.stringify(policy);
  }
}

const stoppedAt = (family: SimJob[]): number => family[0]?.stoppedAt ?? 0;

export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { seed, speed, now = Date.now, eventsQueueName = 'batchbot-events' } = options;
  const timers = timersOn(now, (error) => console.error('local AWS:', error));
  const queues = sqs({ now, timers });
  makeQueues(queues, ['batchbot-work', eventsQueueName]);
  const random = randomFrom(`world ${seed} ${now()}`);
  const bus = busTo((body) => queues.send(eventsQueueName, body), { now, timers, random, speed });
  const world: World = emptyWorld({
    now,
    speed,
    random,
    timers,
    bus,
    perform: (job, step) => perform(world, job, step),
  });

  const saved = readState(options.stateFile);
  const birth: Birth = saved ?? { bornAt: now(), seed, pastJobs: options.pastJobs };
  const furniture =
    options.furnished === false
      ? { environments: [], queues: [], definitions: [] }
      : catalog(birth.seed, options.teams);
  const past = () =>
    pastFamilies({
      seed: birth.seed,
      count: birth.pastJobs,
      bornAt: birth.bornAt,
      clusterOf: (environment) => {
        const found = furniture.environments.find(({ computeEnvironmentName: name }) => name === environment);
        return found?.ecsClusterArn?.slice(clusterArn('').length) ?? environment;
      },
    });
  const isForgotten = (family: SimJob[]) => stoppedAt(family) < birth.bornAt - KEPT_MS;

  for (const definition of saved?.definitions ?? furniture.definitions) addDefinition(world, definition);
  for (const queue of saved?.queues ?? furniture.queues) world.queues.set(queue.jobQueueName ?? '', queue);
  if (saved) loadJobs(world, saved);
  else {
    for (const detail of furniture.environments) {
      world.environments.set(detail.computeEnvironmentName ?? '', { detail, usedVcpus: 0 });
    }
    for (const family of past()) if (!isForgotten(family)) for (const job of family) addJob(world, job);
  }
  const groups = logGroups(world, function* () {
    for (const family of past()) {
      for (const job of family) for (const attempt of job.attempts) yield { job, attempt };
    }
  });
  if (saved) {
    groups.load(saved.logs);
    queues.load(saved.sqs);
  }
  forgetOldJobs(world);
  resume(world);

  const throttle = throttleOn(now, seed, options.faults);
  const server = createServer(
    listener({
      services: {
        batch: {
          ...jobOperations(world),
          ...queueOperations(world, options.quota ?? QUOTA),
          ...environmentOperations(world, options.quota ?? QUOTA),
          ...schedulingPolicyOperations(),
          ...definitionOperations(world),
          ...tagOperations(world),
        },
        logs: logOperations(groups, now),
        ecs: ecsOperations(world),
        ec2: ec2Operations(world),
        sqs: queues.operations,
        sts: stsOperations,
        events: eventOperations(bus, now),
      },
      throttle,
      ...(options.dynamo && { dynamo: options.dynamo }),
    }),
  );
  // A client that keeps its connection for minutes must not find it closed between two requests.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  const write = stateWriter(options.stateFile);
  const save = () => write(() => savedWorld(world, birth, { logs: groups.save(), sqs: queues.save() }));
  const every = (ms: number, run: () => void): void => {
    timers.at(now() + ms, () => {
      run();
      every(ms, run);
    });
  };
  if (options.stateFile !== undefined) {
    every(SAVE_EVERY_MS, () => save().catch((error: unknown) => console.error('local AWS: cannot save:', error)));
  }
  every(FORGET_EVERY_MS, () => forgetOldJobs(world));

  const workload =
    options.autonomous === false
      ? undefined
      : liveWorkload({
          batch: {
            submit: (request, script) => submitJob(world, request, script).id,
            terminate: (id, reason) => {
              const job = world.jobs.get(id);
              if (job) terminate(world, job, reason);
            },
            isOver: (id) => isOver(world.jobs.get(id) ?? { status: 'FAILED' }),
          },
          seed,
          speed,
          now,
          after: (ms, run) => timers.at(now() + ms, run),
        });

  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    port,
    publish: (events) => {
      for (const event of events) bus.publish(event);
    },
    pause: () => workload?.pause(),
    resume: () => workload?.resume(),
    setFaults: throttle.setFaults,
    provoke(occasion) {
      const told = provoke(occasion, world);
      if (told === undefined) throw new RangeError(`"${occasion}" can't be provoked, only ${PROVOKED.join(', ')}.`);
      return told;
    },
    counts: () => throttle.counts(),
    *forgottenJobs() {
      for (const family of past()) if (isForgotten(family)) for (const job of family) yield jobDetail(job);
    },
    async close() {
      timers.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await save();
    },
  };
}
