/** Arbitrary news of one job, as events, DescribeJobs and ListJobs might tell it: few values, so that they conflict often. */
import fc from 'fast-check';
import { type Attempt, BATCH_STATUSES, type Job } from '../../src/jobs/job';

const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const SOON = 1_700_000_000_000;

const moment = fc.integer({ min: SOON, max: SOON + 5 });
const reason = fc.constantFrom(
  'Essential container in task exited',
  'Host EC2 (instance i-04b17daec78ef4a0b) terminated.',
  'Job attempt duration exceeded timeout',
  'cancelled from Slack by ada (op 01J)',
);
const stream = fc.constantFrom('align/default/1', 'align/default/2');
const taskArn = fc.constantFrom(
  'arn:aws:ecs:us-east-1:123456789012:task/1',
  'arn:aws:ecs:us-east-1:123456789012:task/2',
);
const optional = { requiredKeys: [] as [] };
/** What only a run of several containers, or of a pod, has. */
const ofSeveral = {
  containers: fc.array(fc.record({ name: fc.constantFrom('main', 'proxy'), exitCode: fc.constantFrom(0, 1) }), {
    maxLength: 2,
  }),
  pod: fc.constantFrom('batch/aws-batch.1', 'aws-batch.2'),
  podNode: fc.constantFrom('ip-10-0-0-1', 'ip-10-0-0-2'),
};

export const anyAttempt: fc.Arbitrary<Attempt> = fc.record(
  {
    startedAt: moment,
    stoppedAt: moment,
    exitCode: fc.constantFrom(0, 1, 137),
    statusReason: reason,
    containerReason: fc.constant('OutOfMemoryError: Container killed due to memory usage'),
    logStream: stream,
    taskArn,
    containerInstanceArn: fc.constant('arn:aws:ecs:us-east-1:123456789012:container-instance/1'),
    ...ofSeveral,
  },
  optional,
) as fc.Arbitrary<Attempt>;

const facts = fc.record(
  {
    arn: fc.constant(`arn:aws:batch:us-east-1:123456789012:job/${ID}`),
    name: fc.constantFrom('align-1', 'align-2'),
    queue: fc.constantFrom('prod', 'dev'),
    definition: fc.constantFrom('align:1', 'align:12'),
    image: fc.constantFrom('busybox', 'busybox:1'),
    command: fc.array(fc.constantFrom('sleep', '60'), { maxLength: 2 }),
    createdAt: moment,
    vcpus: fc.constantFrom(0.5, 2, 16),
    memoryMiB: fc.constantFrom(512, 2_048),
    gpus: fc.constantFrom(1, 8),
    maxAttempts: fc.integer({ min: 1, max: 10 }),
    timeoutSeconds: fc.constantFrom(60, 3_600),
    environmentTimeoutSeconds: fc.constantFrom(60, 3_600),
    environmentTimeoutGarbage: fc.constantFrom('1h', '-5'),
    logGroup: fc.constant('/aws/batch/job'),
    logRegion: fc.constantFrom('us-east-1', 'eu-west-1'),
    logDriver: fc.constantFrom('awslogs', 'splunk'),
    platform: fc.constantFrom('EC2' as const, 'FARGATE' as const, 'EKS' as const),
    dependsOn: fc.array(fc.uuid(), { minLength: 1, maxLength: 2 }),
    arraySize: fc.constantFrom(2, 10_000),
    arrayIndex: fc.nat({ max: 3 }),
    nodes: fc.constantFrom(2, 4),
    properties: fc.record(
      {
        jobRole: fc.constantFrom('role-1', 'role-2'),
        variables: fc.uniqueArray(fc.constantFrom('A', 'B'), { minLength: 1 }),
        shownVariables: fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('', '1', '2'), {
          noNullPrototype: true,
        }),
      },
      optional,
    ),
  },
  optional,
);

const state = fc.record(
  {
    status: fc.constantFrom(...BATCH_STATUSES),
    statusReason: reason,
    containerReason: reason,
    exitCode: fc.constantFrom(0, 1, 137),
    startedAt: moment,
    stoppedAt: moment,
    logStream: stream,
    taskArn,
    containerInstanceArn: fc.constantFrom('one', 'two'),
    ...ofSeveral,
    endedAttempts: fc.nat({ max: 3 }),
    seenAt: moment,
    whole: fc.boolean(),
  },
  { requiredKeys: ['status', 'seenAt', 'whole'] },
);

const enteredKey = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('RUNNABLE', 'STARTING', 'RUNNING'))
  .map(([attempt, status]) => `${attempt}.${status}`);

const gathered = fc.record(
  {
    attempts: fc.array(anyAttempt, { maxLength: 3 }),
    entered: fc.dictionary(enteredKey, moment, { maxKeys: 4, noNullPrototype: true }),
    cancelled: fc.boolean(),
    terminated: fc.boolean(),
    tags: fc.record({
      seenAt: moment,
      values: fc.dictionary(fc.constantFrom('user', 'project'), fc.constantFrom('ada', 'bo'), {
        noNullPrototype: true,
      }),
    }),
    children: fc.record({
      countedAt: moment,
      counts: fc.record({ RUNNING: fc.nat({ max: 3 }), SUCCEEDED: fc.nat({ max: 3 }) }, optional),
    }),
    placement: fc.record(
      {
        attempt: fc.integer({ min: 1, max: 2 }),
        instanceType: fc.constantFrom('c6i.large', 'm7g.large'),
        availabilityZone: fc.constantFrom('us-east-1a', 'us-east-1b'),
        architecture: fc.constantFrom('x86_64', 'arm64'),
      },
      { requiredKeys: ['attempt'] },
    ),
    lostAt: moment,
  },
  { requiredKeys: ['attempts', 'entered'] },
);

/** Every field present or not, every value one of few. */
export const anyNews: fc.Arbitrary<Job> = fc
  .tuple(facts, state, gathered)
  .map((parts) => Object.assign({ id: ID }, ...parts) as Job);

const sparse = (from: Job): Job => {
  const { endedAttempts: _, logStream: __, taskArn: ___, ...rest } = from;
  return { ...rest, whole: false, attempts: [] };
};

/**
 * The whole of a job's life in the order in which it happened: each attempt waits, starts, runs and ends, a failed one is
 * followed by the next; now and then a ListJobs summary saw the same, and at the end somebody may look again.
 */
export const anyLife: fc.Arbitrary<Job[]> = fc
  .record({
    retries: fc.nat({ max: 3 }),
    succeeds: fc.boolean(),
    stopsAt: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
    summaries: fc.array(fc.boolean(), { minLength: 13, maxLength: 13 }),
  })
  .map(({ retries, succeeds, stopsAt, summaries }) => {
    const news: Job[] = [];
    const attempts: Attempt[] = [];
    let at = SOON;
    const tell = (status: Job['status'], more: Partial<Job> = {}) => {
      at += 1_000;
      const done = status === 'SUCCEEDED' || status === 'FAILED';
      const entered = done ? {} : { [`${attempts.length + 1}.${status}`]: at };
      const whole: Job = {
        ...{ id: ID, name: 'align', createdAt: SOON, status, seenAt: at, whole: true, entered },
        ...{ attempts: [...attempts], endedAttempts: attempts.length },
        ...more,
      };
      news.push(whole);
      if (summaries[news.length % 13] === true) news.push(sparse({ ...whole, entered: {}, seenAt: at + 500 }));
    };
    for (let n = 1; n <= retries + 1; n++) {
      const startedAt = at + 3_000;
      tell('RUNNABLE');
      tell('STARTING', { taskArn: `task-${n}` });
      tell('RUNNING', { taskArn: `task-${n}`, logStream: `stream-${n}`, startedAt });
      const exitCode = succeeds && n === retries + 1 ? 0 : n;
      attempts.push({ startedAt, stoppedAt: at + 1_000, exitCode, taskArn: `task-${n}`, logStream: `stream-${n}` });
    }
    tell(succeeds ? 'SUCCEEDED' : 'FAILED', { ...attempts.at(-1) });
    return stopsAt === undefined ? news : news.slice(0, stopsAt + 1);
  });
