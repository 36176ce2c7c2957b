/** Array jobs: the parent waits in PENDING, children live for themselves and are counted. */
import { ListJobsCommand } from '@aws-sdk/client-batch';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws();
});
afterAll(() => world.close());

test('a failed child makes the parent fail, and the others go on', async () => {
  const id = await world.submit(
    { LOCAL_FAIL_INDEXES: '1,3-4', LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '10' },
    { arrayProperties: { size: 6 } },
  );
  const opened = await world.until(id, ({ arrayProperties }) => (arrayProperties?.statusSummary?.RUNNING ?? 0) > 0);
  expect(opened.status).toBe('PENDING');
  const parent = await world.over(id);
  expect(parent).toMatchObject({
    status: 'FAILED',
    statusReason: 'Array Child Job failed',
    attempts: [],
    arrayProperties: { size: 6, statusSummary: { SUCCEEDED: 3, FAILED: 3, RUNNING: 0, PENDING: 0 } },
  });
  const { jobSummaryList } = await world.batch.send(new ListJobsCommand({ arrayJobId: id, jobStatus: 'FAILED' }));
  expect(jobSummaryList?.map((job) => job.arrayProperties?.index)).toEqual([1, 3, 4]);
  expect(await world.job(`${id}:3`)).toMatchObject({
    arrayProperties: { index: 3 },
    container: { exitCode: 137 },
  });
});

test('SEQUENTIAL children run one after the other', async () => {
  const id = await world.submit(
    { LOCAL_RUN_SECONDS: '1' },
    { arrayProperties: { size: 3 }, dependsOn: [{ type: 'SEQUENTIAL' }] },
  );
  expect((await world.over(id)).status).toBe('SUCCEEDED');
  const [first, second, third] = await Promise.all([0, 1, 2].map((index) => world.job(`${id}:${index}`)));
  expect(second?.startedAt).toBeGreaterThanOrEqual(first?.stoppedAt ?? Number.NaN);
  expect(third?.startedAt).toBeGreaterThanOrEqual(second?.stoppedAt ?? Number.NaN);
});

test('N_TO_N children wait for their counterpart, and fail with it alone', async () => {
  const first = await world.submit(
    { LOCAL_RUN_SECONDS: '20', LOCAL_FAIL_INDEXES: '1' },
    { arrayProperties: { size: 3 } },
  );
  const second = await world.submit(
    { LOCAL_RUN_SECONDS: '1' },
    { arrayProperties: { size: 3 }, dependsOn: [{ jobId: first, type: 'N_TO_N' }] },
  );
  await world.over(second);
  const children = await Promise.all([0, 1, 2].map((index) => world.job(`${second}:${index}`)));
  expect(children.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED']);
  expect(children[1]?.statusReason).toBe('Dependent Job failed');
});

test('ten thousand children come and go in seconds', async () => {
  const large = await localAws({ speed: 20_000 });
  try {
    const id = await large.submit({ LOCAL_RUN_SECONDS: '1' }, { arrayProperties: { size: 10_000 } });
    const parent = await large.over(id);
    expect(parent.arrayProperties?.statusSummary?.SUCCEEDED).toBe(10_000);
    const page = await large.batch.send(new ListJobsCommand({ arrayJobId: id, jobStatus: 'SUCCEEDED' }));
    expect(page.jobSummaryList).toHaveLength(1000);
    expect(page.nextToken).toBeDefined();
  } finally {
    await large.close();
  }
});
