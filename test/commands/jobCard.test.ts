/** The card of a job of every kind, as people read it, and how many calls of AWS it costs. */
import { RegisterJobDefinitionCommand, type RegisterJobDefinitionCommandInput } from '@aws-sdk/client-batch';
import type { Message } from '../../src/local/slack/server';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
  // The first sweep calls Batch too.
  await here.until(
    'the first sweep',
    async () => (await here.world.app.tick(() => 60_000)).complete || undefined,
    60_000,
  );
});
afterAll(() => here.end());

const ask = async (id: string): Promise<Message> => only(await here.ada.says(`/batch job ${id}`));
const card = async (id: string): Promise<string> => (await ask(id)).plain;
const shows = (id: string, what: RegExp): Promise<string> =>
  here.until(`${what} on the card`, async () => {
    const plain = await card(id);
    return what.test(plain) ? plain : undefined;
  });
const ENDED = /(?:succeeded|failed) (?:just now|\d+ \w+ ago)/;
const ended = (id: string): Promise<string> => shows(id, ENDED);

/** Every page of the details, by pressing from one to the next. */
async function details(id: string): Promise<string> {
  const pages = [only(await here.ada.presses('All details', await ask(id)))];
  for (;;) {
    const last = pages.at(-1) as Message;
    if (!last.plain.includes('[Next]')) return pages.map(({ plain }) => plain).join('\n');
    pages.push(only(await here.ada.presses('Next', last)));
  }
}

const register = (name: string, more: Partial<RegisterJobDefinitionCommandInput>) =>
  here.batch.send(new RegisterJobDefinitionCommand({ jobDefinitionName: name, type: 'container', ...more }));

/** What a card costs: calls of Batch and CloudWatch by name. */
async function callsFor(look: () => Promise<unknown>): Promise<Record<string, number>> {
  const calls = () =>
    Object.entries(here.world.aws.counts()).filter(([name]) => name.startsWith('batch.') || name.startsWith('logs.'));
  const before = new Map(calls().map(([name, count]) => [name, count.calls]));
  await look();
  return Object.fromEntries(
    calls()
      .map(([name, count]) => [name, count.calls - (before.get(name) ?? 0)] as const)
      .filter(([, more]) => more > 0),
  );
}

test('a job that waits tells its place in the queue, for two calls', async () => {
  const id = await here.submit('in-line', { LOCAL_OUTCOME: 'stuck' }, { jobQueue: 'genomics-ondemand' });
  expect(await shows(id, /place \d/)).toContain('place 1 in its queue');
  expect(await callsFor(() => card(id))).toEqual({ 'batch.DescribeJobs': 1, 'batch.GetJobQueueSnapshot': 1 });
});

test('a place in the queue that AWS does not tell is left out, and the rest is there', async () => {
  const id = await here.submit('no-place', { LOCAL_OUTCOME: 'stuck' });
  await shows(id, /runnable/);
  here.world.aws.publish([
    {
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      time: new Date().toISOString(),
      detail: {
        ...{ jobId: 'abcdef03-0000-4000-8000-000000000001', jobName: 'queue-is-gone', status: 'RUNNABLE' },
        ...{ createdAt: Date.now(), jobQueue: 'no-such-queue', attempts: [], container: { image: 'a:1' } },
      },
    },
  ]);
  const plain = await shows('abcdef03-0000-4000-8000-000000000001', /queue-is-gone/);
  expect(plain).toContain('no-such-queue');
  expect(plain).not.toContain('place');
});

test('a job that runs costs one call, and one that has ended and is known none', async () => {
  const id = await here.submit('plain', { LOCAL_RUN_SECONDS: '100' });
  await shows(id, /running for/);
  expect(await callsFor(() => card(id))).toEqual({ 'batch.DescribeJobs': 1 });
  await ended(id);
  expect(await callsFor(() => card(id))).toEqual({});
  expect(await callsFor(() => details(id))).toEqual({});
});

test('a job that depends on others tells each with its state, for two calls', async () => {
  const hangs = await here.submit('holds-up', { LOCAL_OUTCOME: 'hang' });
  const done = await here.submit('went-well', { LOCAL_RUN_SECONDS: '1' });
  await shows(hangs, /running for/);
  await ended(done);
  const id = await here.submit(
    'waits',
    {},
    { dependsOn: [{ jobId: done }, { jobId: hangs }], retryStrategy: { attempts: 1 } },
  );
  const plain = await shows(id, /pending/);
  expect(plain).toContain('depends on ▶ holds-up (running), ✔ went-well (succeeded)');
  const cost = await callsFor(() => card(id));
  expect(Object.values(cost).reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(3);
  expect(await details(id)).toContain(hangs);
});

test('all details tell how the job was set up, and keep the values of variables to themselves', async () => {
  await register('set-up', {
    containerProperties: {
      image: 'align:7',
      command: ['align', '--threads', 'two words', "it's"],
      jobRoleArn: 'arn:aws:iam::123456789012:role/align-role',
      user: '1000:1000',
      environment: [{ name: 'DB_PASSWORD', value: 'hunter2' }],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/token' }],
      vcpus: 2,
      memory: 4096,
      mountPoints: [{ containerPath: '/refs', sourceVolume: 'refs', readOnly: true }],
      volumes: [{ name: 'refs', efsVolumeConfiguration: { fileSystemId: 'fs-0123' } }],
    },
    retryStrategy: {
      attempts: 3,
      evaluateOnExit: [
        { onStatusReason: 'Host EC2*', action: 'RETRY' },
        { onReason: '*', action: 'EXIT' },
      ],
    },
    timeout: { attemptDurationSeconds: 3600 },
  });
  const id = await here.submit(
    'set-up',
    { STAGE: 'prod', PYBATCH_TIMEOUT: '7200' },
    { jobDefinition: 'set-up', tags: { submitter: 'grace', project: 'atlas' } },
  );
  const plain = await shows(id, /running/);
  for (const told of [
    'set-up:1',
    '2 vCPU, 4 GiB',
    'attempt 1 of 3',
    'submitted by grace',
    'its own timeout, 1 h an attempt',
  ])
    expect(plain).toContain(told);
  const all = await details(id);
  for (const told of [
    ...['image align:7', 'job role align-role', 'user in the container 1000:1000', 'project = atlas'],
    ...['mount /refs from fs-0123:/, read-only', 'retry strategy: 3 attempts at most', 'STAGE = prod', 'TOKEN'],
    ...['retry if status reason Host EC2*', 'exit if reason *', 'DB_PASSWORD', 'PYBATCH_TIMEOUT 2 h from submission'],
    ...["align --threads 'two words' 'it'\\''s'", 'created ', 'running '],
  ])
    expect(all.replaceAll('∗', '*')).toContain(told);
  expect(all).not.toMatch(/hunter2|7200|ssm/);
  expect(JSON.stringify((await here.world.app.room.history.jobs.get(id))?.job)).not.toMatch(/hunter2|ssm/);
});

test('each attempt has its own start, stop, exit, reason, instance and log', async () => {
  const id = await here.submit(
    'three-times',
    { LOCAL_FAIL_ATTEMPTS: '2', LOCAL_OUTCOME: 'exit:3', LOCAL_RUN_SECONDS: '5' },
    { retryStrategy: { attempts: 3 } },
  );
  await ended(id);
  const message = only(await here.ada.presses('All details', await ask(id)));
  const stored = (await here.world.app.room.history.jobs.get(id))?.job;
  expect(stored?.attempts).toHaveLength(3);
  for (const [index, { logStream, containerInstanceArn }] of (stored?.attempts ?? []).entries()) {
    expect(message.plain).toContain(`Attempt ${index + 1} of 3`);
    expect(message.plain).toContain(`log ${logStream}`);
    expect(message.plain).toContain(containerInstanceArn?.split('/').at(-1));
  }
  expect(message.plain.match(/exit 3: the command’s own error code/g)).toHaveLength(2);
  expect(message.plain).toContain('exit 0: success');
  expect(JSON.stringify(message.blocks)).toContain(
    '#logsV2:log-groups/log-group/$252Faws$252Fbatch$252Fjob/log-events/',
  );
  expect(only(await here.ada.presses('Summary', message)).plain).toContain('[All details]');
});

test('a job of several containers tells how each went, with its log', async () => {
  await register('pair', {
    ecsProperties: {
      taskProperties: [
        {
          containers: [
            { name: 'proxy', image: 'envoy:1', essential: false },
            {
              ...{ name: 'main', image: 'align:7', command: ['align'] },
              environment: [{ name: 'LOCAL_OUTCOME', value: 'oom' }],
              resourceRequirements: [
                { type: 'VCPU', value: '1' },
                { type: 'MEMORY', value: '2048' },
              ],
            },
          ],
        },
      ],
    },
  });
  const { jobId = '' } = await submitBare('pair');
  const plain = await ended(jobId);
  expect(plain).toContain('Out of memory: killed at 2 GiB, exit 137');
  expect(plain).toContain('proxy ✔ exit 0: success');
  expect(plain).toMatch(/main ✖ exit 137: SIGKILL.*OutOfMemoryError/);
  const all = await details(jobId);
  expect(all).toMatch(/log pair\/proxy\/\w+/);
  expect(all).toMatch(/log pair\/main\/\w+/);
  expect(all).toContain('container proxy  ·  not essential');
});

async function submitBare(definition: string, queue = 'genomics-prod-spot'): Promise<{ jobId?: string | undefined }> {
  const { SubmitJobCommand } = await import('@aws-sdk/client-batch');
  return here.batch.send(new SubmitJobCommand({ jobName: definition, jobDefinition: definition, jobQueue: queue }));
}

test('a job on EKS tells its pod, its node and why its containers ended', async () => {
  await register('pod', {
    eksProperties: {
      podProperties: {
        serviceAccountName: 'align',
        containers: [
          {
            ...{ name: 'main', image: 'align:7' },
            env: [{ name: 'LOCAL_OUTCOME', value: 'exit:4' }],
            resources: { limits: { cpu: '2', memory: '4Gi' } },
          },
        ],
      },
    },
  });
  const { jobId = '' } = await submitBare('pod');
  const plain = await ended(jobId);
  expect(plain).toContain('exit code 4');
  expect(plain).toContain('2 vCPU, 4 GiB  ·  EKS');
  const all = await details(jobId);
  expect(all).toMatch(/pod default\/aws-batch\.[0-9a-f-]+ {2}· {2}node ip-10-0-/);
  expect(all).toContain('service account align');
});

test('a multi-node job tells its ranges and nodes, and each node has a card', async () => {
  const container = (image: string) => ({
    image,
    command: ['sleep', '5'],
    resourceRequirements: [
      { type: 'VCPU' as const, value: '1' },
      { type: 'MEMORY' as const, value: '1024' },
    ],
  });
  await register('mpi', {
    type: 'multinode',
    nodeProperties: {
      ...{ numNodes: 4, mainNode: 1 },
      nodeRangeProperties: [
        { targetNodes: '0:1', container: container('leader:1') },
        { targetNodes: '2:', container: container('worker:1') },
      ],
    },
  });
  const { jobId = '' } = await submitBare('mpi');
  const plain = await ended(jobId);
  expect(plain).toContain('4 nodes');
  expect(plain).toContain('node 1 (main)  ·  ✔ succeeded, exit 0');
  expect(plain).toContain('[Logs of node 1]');
  expect(await details(jobId)).toMatch(/nodes 2: .*worker:1/);
  const node = await ask(`${jobId}#3`);
  expect(node.plain).toContain('mpi, node 3');
  expect(node.plain).toContain('worker:1');
  expect(only(await here.ada.presses('All nodes', node)).plain).toContain('4 nodes');
  expect(await card(`${jobId}#4`)).toContain('Multi-node job mpi has nodes 0 to 3.');
  expect(await card(`${await here.submit('alone')}#0`)).toContain('alone is no multi-node job');
});

test('a Fargate job says so and needs no instance', async () => {
  await register('serverless', {
    platformCapabilities: ['FARGATE'],
    containerProperties: {
      image: 'align:7',
      resourceRequirements: [
        { type: 'VCPU', value: '0.5' },
        { type: 'MEMORY', value: '1024' },
      ],
      environment: [{ name: 'LOCAL_RUN_SECONDS', value: '1' }],
    },
  });
  const { jobId = '' } = await submitBare('serverless', 'sandbox-fargate');
  expect(await ended(jobId)).toContain('0.5 vCPU, 1 GiB  ·  Fargate');
  expect(await details(jobId)).not.toContain('container instance');
});
