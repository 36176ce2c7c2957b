/** What Batch refuses, and how: its errors by name, its limits, its throttling. */
import {
  BatchClient,
  ClientException,
  CreateJobQueueCommand,
  DeleteJobQueueCommand,
  DeregisterJobDefinitionCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  ListTagsForResourceCommand,
  type SubmitJobCommandInput,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws();
});
afterAll(() => world.close());

test.each<[string, Partial<SubmitJobCommandInput>, RegExp]>([
  ['a name with a space', { jobName: 'a b' }, /name should match/],
  ['a name of 129', { jobName: 'a'.repeat(129) }, /name should match/],
  ['an unknown queue', { jobQueue: 'nope' }, /JobQueue nope not found/],
  ['an unknown definition', { jobDefinition: 'nope' }, /does not exist or is not in ACTIVE status/],
  ['an array of one', { arrayProperties: { size: 1 } }, /between 2 and 10000/],
  ['an array of 10,001', { arrayProperties: { size: 10_001 } }, /between 2 and 10000/],
  ['a timeout of 59', { timeout: { attemptDurationSeconds: 59 } }, /60/],
  ['eleven attempts', { retryStrategy: { attempts: 11 } }, /between 1 and 10/],
  ['a share on a queue without shares', { shareIdentifier: 'a' }, /fair share/],
  ['21 dependencies', { dependsOn: Array.from({ length: 21 }, () => ({ jobId: 'x' })) }, /at most 20/],
  [
    'a missing parameter',
    { containerOverrides: { command: ['echo', 'Ref::who'] } },
    /No parameter found for reference who/,
  ],
  ['Fargate on EC2', { jobDefinition: 'sandbox-fargate' }, /can not run Jobs with capability FARGATE/],
])('SubmitJob refuses %s', async (_, input, message) => {
  const refused = world.submit({}, input);
  await expect(refused).rejects.toBeInstanceOf(ClientException);
  await expect(refused).rejects.toThrow(message);
});

test('DescribeJobs takes a hundred ids, leaves unknown ones out and keeps no order', async () => {
  const ids = [await world.submit(), await world.submit(), '00000000-0000-4000-8000-000000000000'];
  const { jobs } = await world.batch.send(new DescribeJobsCommand({ jobs: ids }));
  expect(jobs?.map(({ jobId }) => jobId)).toEqual([ids[1], ids[0]]);
  const many = new DescribeJobsCommand({ jobs: Array.from({ length: 101 }, (_, n) => `x${n}`) });
  await expect(world.batch.send(many)).rejects.toThrow(
    /^Error executing request, Exception : Maximum number of jobs supported is {2}100 \., RequestId: [0-9a-f-]{36}$/,
  );
});

test('a disabled queue takes no jobs; deleted, its jobs are over', async () => {
  const { batch } = world;
  const order = [{ order: 1, computeEnvironment: 'ce-sandbox' }];
  await batch.send(
    new CreateJobQueueCommand({ jobQueueName: 'short-lived', priority: 1, computeEnvironmentOrder: order }),
  );
  const id = await world.submit({ LOCAL_OUTCOME: 'stuck' }, { jobQueue: 'short-lived' });
  await expect(batch.send(new DeleteJobQueueCommand({ jobQueue: 'short-lived' }))).rejects.toThrow(/DISABLED/);
  await batch.send(new UpdateJobQueueCommand({ jobQueue: 'short-lived', state: 'DISABLED' }));
  await expect(world.submit({}, { jobQueue: 'short-lived' })).rejects.toThrow(/not in ENABLED state/);
  await batch.send(new DeleteJobQueueCommand({ jobQueue: 'short-lived' }));
  expect((await world.over(id)).statusReason).toBe('JobQueue deleted');
  const { jobQueues } = await batch.send(new DescribeJobQueuesCommand({ jobQueues: ['short-lived', 'sandbox'] }));
  expect(jobQueues?.map(({ jobQueueName }) => jobQueueName)).toEqual(['sandbox']);
});

test('definitions come in pages, and an inactive revision cannot be used', async () => {
  const { batch } = world;
  const first = await batch.send(new DescribeJobDefinitionsCommand({ status: 'ACTIVE', maxResults: 100 }));
  expect(first.jobDefinitions).toHaveLength(100);
  const named = { jobDefinitionName: 'genomics-align', status: 'ACTIVE' };
  const { jobDefinitions = [] } = await batch.send(new DescribeJobDefinitionsCommand(named));
  const [newest = 0, older = 0] = jobDefinitions.map(({ revision }) => revision ?? 0);
  expect(newest).toBeGreaterThan(older);
  const jobDefinition = `genomics-align:${newest}`;
  await batch.send(new DeregisterJobDefinitionCommand({ jobDefinition }));
  await expect(world.submit({}, { jobDefinition })).rejects.toThrow(/not in ACTIVE/);
  const id = await world.submit({}, { jobDefinition: 'genomics-align' });
  expect((await world.job(id)).jobDefinition).toMatch(new RegExp(`genomics-align:${older}$`));
});

test('tags are added and taken away by ARN', async () => {
  const job = await world.job(await world.submit({}, { tags: { a: '1' } }));
  const resourceArn = job.jobArn ?? '';
  await world.batch.send(new TagResourceCommand({ resourceArn, tags: { b: '2', c: 'x y' } }));
  await world.batch.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'c'] }));
  expect((await world.batch.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: '2' });
});

test('a throttled call is TooManyRequestsException, and counted', async () => {
  const throttled = await localAws({ faults: { throttle: 1 } });
  const call = () => throttled.batch.send(new DescribeJobQueuesCommand({}));
  await expect(call()).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
  throttled.aws.setFaults({ throttle: 0 });
  await call();
  expect(throttled.aws.counts()['batch.DescribeJobQueues']).toEqual({ calls: 2, refused: 1 });
  await throttled.close();
});

test('more than 50 submissions a second are refused once the burst is used up', async () => {
  const hasty = await localAws({ faults: {} });
  const answers = await Promise.allSettled(Array.from({ length: 250 }, () => hasty.submit()));
  const refused = answers.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused.length).toBeGreaterThan(50);
  expect(new Set(refused.map(({ reason }) => reason.name))).toEqual(new Set(['TooManyRequestsException']));
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(100);
  await hasty.close();
});

test('what no service knows is said to be unknown', async () => {
  const answer = await fetch(`${world.aws.url}/v1/makecoffee`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
});

test('a body that is no JSON object is refused, and the service lives on', async () => {
  for (const body of ['{', '[]', '"x"', 'null', '\u0000']) {
    const answer = await fetch(`${world.aws.url}/v1/listjobs`, { method: 'POST', body });
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  }
  expect(world.batch).toBeInstanceOf(BatchClient);
  await world.batch.send(new DescribeJobQueuesCommand({}));
});
