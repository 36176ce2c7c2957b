/** CloudWatch Logs: the lines of jobs, and lines that somebody wrote. */
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { localAws } from './localClients';

let world: Awaited<ReturnType<typeof localAws>>;
beforeAll(async () => {
  world = await localAws();
});
afterAll(() => world.close());

const group = { logGroupName: '/aws/batch/job' };
const streamOf = async (id: string) => (await world.over(id)).container?.logStreamName ?? '';
const read = (logStreamName: string, more: Partial<GetLogEventsCommandInput> = {}) =>
  world.logs.send(new GetLogEventsCommand({ ...group, logStreamName, startFromHead: true, ...more }));
const messages = (page: { events?: { message?: string | undefined }[] | undefined }) =>
  page.events?.map(({ message }) => message);

test('echo writes its words', async () => {
  const id = await world.submit({}, { containerOverrides: { command: ['sh', '-c', 'echo hello world; echo bye'] } });
  expect(messages(await read(await streamOf(id)))).toEqual(['hello world', 'bye']);
});

test('a job that runs out of memory ends with Killed, each reading the same, in order of time', async () => {
  const stream = await streamOf(await world.submit({ LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '60' }));
  const page = await read(stream);
  expect(page.events?.length).toBeGreaterThan(10);
  expect(page.events?.at(-1)?.message).toBe('Killed');
  const times = page.events?.map(({ timestamp }) => timestamp ?? 0) ?? [];
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(messages(await read(stream))).toEqual(messages(page));
});

test('a running job can be read while it writes more', async () => {
  const slow = await localAws({ speed: 20 });
  const id = await slow.submit({ LOCAL_RUN_SECONDS: '40' });
  const { container } = await slow.reaches(id, 'RUNNING');
  const count = async () => {
    const input = { ...group, logStreamName: container?.logStreamName, startFromHead: true };
    return (await slow.logs.send(new GetLogEventsCommand(input))).events?.length ?? 0;
  };
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const then = await count();
  await slow.over(id);
  expect(then).toBeGreaterThan(before);
  expect(await count()).toBeGreaterThan(then);
  await slow.close();
});

test('forwards and backwards, pages meet; at the end the token stays the same', async () => {
  const stream = await streamOf(await world.submit({ LOCAL_LOG: '95', LOCAL_RUN_SECONDS: '5' }));
  const all = messages(await read(stream));
  expect(all).toHaveLength(95);

  const forwards: (string | undefined)[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const page = await read(stream, { limit: 20, nextToken: token });
    forwards.push(...(messages(page) ?? []));
    if (page.nextForwardToken === token) break;
    token = page.nextForwardToken;
    expect(token).toMatch(/^f\/\d{56}$/);
  }
  expect(forwards).toEqual(all);

  const backwards: (string | undefined)[] = [];
  token = undefined;
  for (let pages = 0; pages < 20; pages++) {
    const page = await read(stream, { limit: 20, startFromHead: false, nextToken: token });
    backwards.unshift(...(messages(page) ?? []));
    if (page.nextBackwardToken === token) break;
    token = page.nextBackwardToken;
  }
  expect(backwards).toEqual(all);
});

test('a page holds a megabyte at most', async () => {
  await world.logs.send(new CreateLogStreamCommand({ ...group, logStreamName: 'fat' }));
  const logEvents = Array.from({ length: 12 }, (_, n) => ({
    timestamp: 1000 + n,
    message: `${n}`.padEnd(100_000, 'x'),
  }));
  await world.logs.send(new PutLogEventsCommand({ ...group, logStreamName: 'fat', logEvents }));
  const first = await read('fat');
  expect(first.events).toHaveLength(10);
  expect((await read('fat', { nextToken: first.nextForwardToken })).events).toHaveLength(2);
});

test('lines that somebody wrote are read, filtered and deleted', async () => {
  await world.logs.send(new CreateLogGroupCommand({ logGroupName: '/own' }));
  const stream = { logGroupName: '/own', logStreamName: 'a/b' };
  await world.logs.send(new CreateLogStreamCommand(stream));
  const lines = ['ERROR disk full', 'INFO fine', 'ERROR net', 'WARN <!channel>'];
  const logEvents = lines.map((message, n) => ({ timestamp: 2000 + n, message }));
  await world.logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  const filter = async (filterPattern: string, more = {}) =>
    messages(await world.logs.send(new FilterLogEventsCommand({ logGroupName: '/own', filterPattern, ...more })));
  expect(await filter('ERROR')).toEqual(['ERROR disk full', 'ERROR net']);
  expect(await filter('"disk full"')).toEqual(['ERROR disk full']);
  expect(await filter('?WARN ?INFO')).toEqual(['INFO fine', 'WARN <!channel>']);
  expect(await filter('ERROR -net')).toEqual(['ERROR disk full']);
  expect(await filter('%E.*t%')).toEqual(['ERROR net']);
  expect(await filter('', { startTime: 2001, endTime: 2002 })).toEqual(['INFO fine', 'ERROR net']);
  const page = await world.logs.send(new FilterLogEventsCommand({ logGroupName: '/own', limit: 3 }));
  expect(await filter('', { nextToken: page.nextToken })).toEqual(['WARN <!channel>']);
  const described = await world.logs.send(
    new DescribeLogStreamsCommand({ logGroupName: '/own', logStreamNamePrefix: 'a/' }),
  );
  expect(described.logStreams).toEqual([expect.objectContaining({ logStreamName: 'a/b', lastEventTimestamp: 2003 })]);
  await world.logs.send(new DeleteLogStreamCommand(stream));
  const gone = world.logs.send(new GetLogEventsCommand(stream));
  await expect(gone).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  });
});

test("CloudWatch's own words for a bad limit and a bad token", async () => {
  const stream = await streamOf(await world.submit({ LOCAL_RUN_SECONDS: '1' }));
  await expect(read(stream, { limit: 10_001 })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message:
      "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
  });
  await expect(read(stream, { nextToken: 'f/12' })).rejects.toThrow('The specified nextToken is invalid.');
});
