/** ListJobs' rules, as the API reference gives them. */
import { ListJobsCommand, type ListJobsCommandInput } from '@aws-sdk/client-batch';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
let ids: string[];
beforeAll(async () => {
  world = await localAws();
  ids = [];
  for (const jobName of ['Alpha-1', 'alpha-2', 'beta-1', 'beta-2', 'beta-3']) {
    ids.push(await world.submit({ LOCAL_RUN_SECONDS: '1' }, { jobName }));
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  for (const id of ids) await world.over(id);
});
afterAll(() => world.close());

const list = (input: ListJobsCommandInput) => world.batch.send(new ListJobsCommand(input));
const names = async (input: ListJobsCommandInput) =>
  (await list({ jobQueue: 'sandbox', ...input })).jobSummaryList?.map(({ jobName }) => jobName);

test('without a status only RUNNING jobs are listed', async () => {
  expect(await names({})).toEqual([]);
  const running = await world.submit({ LOCAL_OUTCOME: 'hang' }, { jobName: 'runs' });
  await world.reaches(running, 'RUNNING');
  expect(await names({})).toEqual(['runs']);
});

test('newest first, in pages whose tokens lead through all of them once', async () => {
  const seen: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await list({ jobQueue: 'sandbox', jobStatus: 'SUCCEEDED', maxResults: 2, nextToken });
    expect(page.jobSummaryList?.length).toBeLessThanOrEqual(2);
    seen.push(...(page.jobSummaryList ?? []).map(({ jobId }) => jobId ?? ''));
    nextToken = page.nextToken;
  } while (nextToken);
  expect(seen).toEqual([...ids].reverse());
});

test('a token is refused for another question, and so is one made up', async () => {
  const { nextToken } = await list({ jobQueue: 'sandbox', jobStatus: 'SUCCEEDED', maxResults: 2 });
  for (const input of [
    { jobQueue: 'sandbox', jobStatus: 'FAILED' as const, nextToken },
    { jobQueue: 'sandbox', jobStatus: 'SUCCEEDED' as const, nextToken: 'made-up' },
  ]) {
    await expect(list(input)).rejects.toMatchObject({
      name: 'ClientException',
      message: expect.stringContaining('nextToken'),
    });
  }
});

test('a name matches in any case, with a trailing star, whatever the status, and lacks startedAt', async () => {
  const filters = (value: string) => [{ name: 'JOB_NAME', values: [value] }];
  expect(await names({ filters: filters('alpha-1'), jobStatus: 'FAILED' })).toEqual(['Alpha-1']);
  expect(await names({ filters: filters('ALPHA*') })).toEqual(['alpha-2', 'Alpha-1']);
  expect(await names({ filters: filters('lpha*') })).toEqual([]);
  const { jobSummaryList } = await list({ jobQueue: 'sandbox', filters: filters('beta-2') });
  expect(jobSummaryList?.[0]).not.toHaveProperty('startedAt');
  expect(jobSummaryList?.[0]).toMatchObject({ status: 'SUCCEEDED', container: { exitCode: 0 } });
});

test('definitions and times filter too', async () => {
  const third = await world.job(ids[2] ?? '');
  const at = String(third.createdAt);
  expect(await names({ filters: [{ name: 'BEFORE_CREATED_AT', values: [at] }] })).toEqual(['alpha-2', 'Alpha-1']);
  expect(await names({ filters: [{ name: 'AFTER_CREATED_AT', values: [at] }] })).toEqual(
    expect.arrayContaining(['beta-3', 'beta-2']),
  );
  expect(await names({ filters: [{ name: 'JOB_DEFINITION', values: ['sandbox'] }] })).toContain('beta-1');
  expect(await names({ filters: [{ name: 'JOB_DEFINITION', values: ['Sandbox'] }] })).toEqual([]);
});

test.each<[string, ListJobsCommandInput]>([
  ['no owner', {}],
  ['two owners', { jobQueue: 'sandbox', arrayJobId: 'x' }],
  [
    'two filters',
    {
      jobQueue: 'sandbox',
      filters: [
        { name: 'JOB_NAME', values: ['a'] },
        { name: 'JOB_NAME', values: ['b'] },
      ],
    },
  ],
  ['an unknown filter', { jobQueue: 'sandbox', filters: [{ name: 'STATUS', values: ['a'] }] }],
  ['an unknown queue', { jobQueue: 'nope' }],
  ['a page of none', { jobQueue: 'sandbox', maxResults: 0 }],
  ['a page too large', { jobQueue: 'sandbox', maxResults: 1001 }],
])('%s is refused', async (_, input) => {
  await expect(list(input)).rejects.toMatchObject({ name: 'ClientException' });
});
