/** Jobs that are submitted with the real SDK run, fail in every way that Batch knows, and are retried. */
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  GetJobQueueSnapshotCommand,
  RegisterJobDefinitionCommand,
  UpdateComputeEnvironmentCommand,
} from '@aws-sdk/client-batch';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws();
});
afterAll(() => world.close());

test('a job runs and succeeds, with one attempt, its times in order and a log stream', async () => {
  const id = await world.submit({ LOCAL_RUN_SECONDS: '5' }, { tags: { submitter: 'ann' } });
  const job = await world.over(id);
  expect(job).toMatchObject({
    status: 'SUCCEEDED',
    statusReason: 'Essential container in task exited',
    jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/sandbox',
    jobDefinition: 'arn:aws:batch:us-east-1:123456789012:job-definition/sandbox:1',
    tags: { submitter: 'ann' },
    container: { exitCode: 0, image: 'public.ecr.aws/docker/library/busybox:latest' },
  });
  expect(job.attempts).toHaveLength(1);
  expect(job.container?.logStreamName).toMatch(/^sandbox\/default\/[0-9a-f]{32}$/);
  expect(job.container?.containerInstanceArn).toMatch(/:container-instance\/AWSBatch-ce-sandbox-[0-9a-f-]{36}\//);
  const [attempt] = job.attempts ?? [];
  expect(attempt?.container?.logStreamName).toBe(job.container?.logStreamName);
  expect(job.createdAt).toBeLessThan(job.startedAt ?? 0);
  expect((job.stoppedAt ?? 0) - (job.startedAt ?? 0)).toBeGreaterThanOrEqual(25);
});

test.each([
  ['exit:7', { statusReason: 'Essential container in task exited', container: { exitCode: 7 } }],
  [
    'oom',
    {
      statusReason: 'Essential container in task exited',
      container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
    },
  ],
  ['spot', { statusReason: expect.stringMatching(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/) }],
  [
    'pull',
    {
      statusReason: 'Task failed to start',
      container: { reason: expect.stringMatching(/^CannotPullContainerError: .*busybox/) },
    },
  ],
])('LOCAL_OUTCOME=%s fails as Batch says it', async (outcome, expected) => {
  const id = await world.submit({ LOCAL_OUTCOME: outcome, LOCAL_RUN_SECONDS: '2' });
  expect(await world.over(id)).toMatchObject({ status: 'FAILED', ...expected });
});

test('a job whose image cannot be pulled never starts, has no exit code and no log', async () => {
  const job = await world.over(await world.submit({ LOCAL_OUTCOME: 'pull' }));
  expect(job).not.toHaveProperty('startedAt');
  expect(job.container).not.toHaveProperty('exitCode');
  expect(job.container).not.toHaveProperty('logStreamName');
});

test('a reclaimed job has no exit code', async () => {
  const job = await world.over(await world.submit({ LOCAL_OUTCOME: 'spot', LOCAL_RUN_SECONDS: '1' }));
  expect(job.attempts?.[0]?.container).not.toHaveProperty('exitCode');
});

test('a command is understood: the shell exits with 3', async () => {
  const command = ['sh', '-c', 'echo hello; sleep 2; exit 3'];
  const job = await world.over(await world.submit({}, { containerOverrides: { command } }));
  expect(job).toMatchObject({ status: 'FAILED', container: { exitCode: 3, command } });
});

test('a job that hangs is ended by its timeout and not retried', async () => {
  const id = await world.submit(
    { LOCAL_OUTCOME: 'hang' },
    { timeout: { attemptDurationSeconds: 60 }, retryStrategy: { attempts: 3 } },
  );
  const job = await world.over(id);
  expect(job).toMatchObject({ status: 'FAILED', statusReason: 'Job attempt duration exceeded timeout' });
  expect(job.attempts).toHaveLength(1);
});

test('failed attempts are retried, and stand in the list when they have ended', async () => {
  const id = await world.submit(
    { LOCAL_OUTCOME: 'exit:9', LOCAL_FAIL_ATTEMPTS: '2', LOCAL_RUN_SECONDS: '1' },
    { retryStrategy: { attempts: 5 } },
  );
  const job = await world.over(id);
  expect(job.status).toBe('SUCCEEDED');
  expect(job.attempts?.map(({ container }) => container?.exitCode)).toEqual([9, 9, 0]);
  expect(new Set(job.attempts?.map(({ container }) => container?.logStreamName)).size).toBe(3);
});

test('evaluateOnExit may end the retries at the first', async () => {
  const id = await world.submit(
    { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '1' },
    {
      retryStrategy: {
        attempts: 5,
        evaluateOnExit: [
          { onStatusReason: 'Host EC2*', action: 'RETRY' },
          { onReason: '*', action: 'EXIT' },
        ],
      },
    },
  );
  expect((await world.over(id)).attempts).toHaveLength(1);
});

test('a job waits for its dependency, and fails when that fails', async () => {
  const first = await world.submit({ LOCAL_OUTCOME: 'exit:1', LOCAL_RUN_SECONDS: '30' });
  const second = await world.submit({}, { dependsOn: [{ jobId: first }] });
  await world.reaches(second, 'PENDING');
  expect((await world.over(second)).statusReason).toBe('Dependent Job failed');
});

test('a Fargate job has no container instance but a network interface', async () => {
  const job = await world.over(
    await world.submit({ LOCAL_RUN_SECONDS: '1' }, { jobQueue: 'sandbox-fargate', jobDefinition: 'sandbox-fargate' }),
  );
  expect(job.container).not.toHaveProperty('containerInstanceArn');
  expect(job.container?.networkInterfaces?.[0]?.privateIpv4Address).toMatch(/^10\./);
  expect(job.platformCapabilities).toEqual(['FARGATE']);
  const lost = await world.over(
    await world.submit({ LOCAL_OUTCOME: 'spot' }, { jobQueue: 'sandbox-fargate', jobDefinition: 'sandbox-fargate' }),
  );
  expect(lost.statusReason).toBe('Your Spot Task was interrupted.');
});

test('a multi-node job has nodes that can be described', async () => {
  const container = {
    image: 'mpi:1',
    command: ['sleep', '2'],
    resourceRequirements: [
      { type: 'VCPU' as const, value: '1' },
      { type: 'MEMORY' as const, value: '512' },
    ],
  };
  await world.batch.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: 'mpi',
      type: 'multinode',
      nodeProperties: { numNodes: 3, mainNode: 0, nodeRangeProperties: [{ targetNodes: '0:', container }] },
    }),
  );
  const id = await world.submit({}, { jobDefinition: 'mpi', containerOverrides: undefined });
  const job = await world.over(id);
  expect(job).toMatchObject({ status: 'SUCCEEDED', nodeProperties: { numNodes: 3 } });
  expect(job).not.toHaveProperty('container');
  expect(await world.job(`${id}#2`)).toMatchObject({
    jobId: `${id}#2`,
    nodeDetails: { nodeIndex: 2, isMainNode: false },
    container: { image: 'mpi:1', exitCode: 0 },
  });
});

test('jobs wait in RUNNABLE while the environment is full, first come first served', async () => {
  await world.batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'tiny',
      type: 'MANAGED',
      computeResources: { type: 'EC2', maxvCpus: 1, instanceTypes: ['optimal'], subnets: ['subnet-1'] },
    }),
  );
  await world.batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'tiny',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'tiny' }],
    }),
  );
  const first = await world.submit({ LOCAL_RUN_SECONDS: '60' }, { jobQueue: 'tiny' });
  await world.reaches(first, 'RUNNING');
  const second = await world.submit({ LOCAL_RUN_SECONDS: '1' }, { jobQueue: 'tiny' });
  await world.reaches(second, 'RUNNABLE');
  const third = await world.submit(
    { LOCAL_RUN_SECONDS: '1' },
    {
      jobQueue: 'tiny',
      containerOverrides: { environment: [], resourceRequirements: [{ type: 'VCPU', value: '2' }] },
    },
  );
  const blocked = await world.until(third, ({ statusReason }) => statusReason !== undefined);
  expect(blocked.statusReason).toMatch(/^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/);
  const snapshot = await world.batch.send(new GetJobQueueSnapshotCommand({ jobQueue: 'tiny' }));
  expect(snapshot.frontOfQueue?.jobs?.map(({ jobArn }) => jobArn)).toContainEqual(expect.stringContaining(third));

  const ended = await world.over(first);
  expect((await world.over(second)).startedAt).toBeGreaterThanOrEqual(ended.stoppedAt ?? Number.POSITIVE_INFINITY);
  await world.batch.send(
    new UpdateComputeEnvironmentCommand({ computeEnvironment: 'tiny', computeResources: { maxvCpus: 4 } }),
  );
  expect((await world.over(third)).status).toBe('SUCCEEDED');
});
