/** What arrives on the events queue: each change of a job, in Batch's documented shape, at least once. */
import { localAws } from './localClients';

test('each state but SUBMITTED is told, with tags, and the task is told of by ECS', async () => {
  const world = await localAws();
  const id = await world.submit({ LOCAL_RUN_SECONDS: '2' }, { tags: { team: 'x' } });
  await world.over(id);
  const events = await world.events();
  const states = events.filter((event) => event['detail-type'] === 'Batch Job State Change');
  expect(new Set(states.map(({ detail }) => detail.status))).toEqual(
    new Set(['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED']),
  );
  const arn = `arn:aws:batch:us-east-1:123456789012:job/${id}`;
  for (const event of states) {
    expect(event).toMatchObject({
      version: '0',
      source: 'aws.batch',
      account: '123456789012',
      region: 'us-east-1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      resources: [arn],
      detail: { jobId: id, jobArn: arn, tags: { team: 'x', resourceArn: arn }, createdAt: expect.any(Number) },
    });
  }
  const runnable = states.find(({ detail }) => detail.status === 'RUNNABLE');
  expect(runnable?.detail).not.toHaveProperty('startedAt');
  const tasks = events.filter((event) => event['detail-type'] === 'ECS Task State Change');
  expect(new Set(tasks.map(({ detail }) => detail.lastStatus))).toEqual(new Set(['RUNNING', 'STOPPED']));
  expect(tasks[0]?.detail.availabilityZone).toMatch(/^us-east-1/);
  await world.close();
});

test("an array's children tell of themselves, with their parent's ARN among the tags", async () => {
  const world = await localAws();
  const id = await world.submit({ LOCAL_FAIL_INDEXES: '1', LOCAL_RUN_SECONDS: '1' }, { arrayProperties: { size: 2 } });
  await world.over(id);
  const events = await world.events();
  const failed = events.find(({ detail }) => detail.jobId === `${id}:1` && detail.status === 'FAILED');
  expect(failed).toMatchObject({
    resources: [`arn:aws:batch:us-east-1:123456789012:job/${id}:1`],
    detail: {
      arrayProperties: { index: 1, statusSummary: {} },
      tags: { resourceArn: `arn:aws:batch:us-east-1:123456789012:job/${id}` },
    },
  });
  const parent = events.find(({ detail }) => detail.jobId === id && detail.status === 'FAILED');
  expect(parent?.detail).toMatchObject({ attempts: [], arrayProperties: { size: 2, statusSummary: { FAILED: 1 } } });
  const ofParent = events.filter(({ detail }) => detail.jobId === id).map(({ detail }) => detail.status);
  expect(new Set(ofParent)).toEqual(new Set(['PENDING', 'FAILED']));
  await world.close();
});

test('a job that can never run blocks its queue, and says why', async () => {
  const world = await localAws();
  const id = await world.submit({ LOCAL_OUTCOME: 'stuck:CAPACITY' });
  await world.until(id, ({ statusReason }) => statusReason !== undefined);
  const blocked = (await world.events()).find((event) => event['detail-type'] === 'Batch Job Queue Blocked');
  expect(blocked).toMatchObject({
    resources: [
      `arn:aws:batch:us-east-1:123456789012:job/${id}`,
      'arn:aws:batch:us-east-1:123456789012:job-queue/sandbox',
    ],
    detail: { status: 'RUNNABLE', statusReason: expect.stringMatching(/^CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY/) },
  });
  expect(blocked?.detail).not.toHaveProperty('tags');
  await world.close();
});

test("the world's own events sometimes come twice or late, never not at all", async () => {
  const world = await localAws();
  const id = await world.submit({ LOCAL_RUN_SECONDS: '1' }, { arrayProperties: { size: 60 } });
  await world.over(id);
  const events = (await world.events()).filter((event) => event['detail-type'] === 'Batch Job State Change');
  const children = events.filter(({ detail }) => detail.arrayProperties?.index !== undefined);
  const told = children.map(({ detail }) => `${detail.jobId} ${detail.status}`);
  expect(new Set(told).size).toBe(60 * 4);
  expect(told.length).toBeGreaterThan(60 * 4);
  await world.close();
});

test('published events are delivered as given: unchanged, in order, once each', async () => {
  const world = await localAws();
  const given = Array.from({ length: 300 }, (_, number) => ({
    number,
    'detail-type': 'odd',
    nested: { é: ['<!here>', null] },
  }));
  world.aws.publish([...given, 'not an event', null]);
  expect(await world.events()).toEqual([...given, 'not an event', null]);
  await world.close();
});
