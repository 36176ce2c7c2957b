import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type JobLogs, jobLogs } from '../../src/aws/logs';

/** A CloudWatch that answers as a test tells it to; the SDK and the wire are real. */
type Reply = { status?: number; body: object };
let replies: (input: Record<string, unknown>, call: number) => Reply;
let calls: Record<string, unknown>[];
let server: Server;
let client: CloudWatchLogsClient;
let logs: JobLogs;
let waited: number[];
let clock: number;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const input = JSON.parse(body) as Record<string, unknown>;
    calls.push(input);
    const { status = 200, body: answer } = replies(input, calls.length);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  calls = [];
  waited = [];
  clock = 1_000_000;
  logs = jobLogs(
    client,
    () => client,
    () => clock,
    async (ms) => {
      waited.push(ms);
      clock += ms;
    },
  );
});

const place = { group: 'g', stream: 's' };
const event = (n: number) => ({ timestamp: n, message: `line ${n}` });
const throttled: Reply = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
const texts = (lines: readonly { text: string }[] | undefined) => lines?.map(({ text }) => text);

test('empty answers before the lines are read through, and the same token is the end', async () => {
  const pages: Reply[] = [
    { body: { events: [], nextBackwardToken: 'b/1', nextForwardToken: 'f/9' } },
    { body: { events: [event(3), event(4)], nextBackwardToken: 'b/2', nextForwardToken: 'f/8' } },
    { body: { events: [event(1), event(2)], nextBackwardToken: 'b/3', nextForwardToken: 'f/7' } },
    { body: { events: [], nextBackwardToken: 'b/3', nextForwardToken: 'f/6' } },
  ];
  replies = (_input, call) => pages[call - 1] ?? pages[3] ?? throttled;
  const page = await logs.read(place, 'tail', 20);
  expect(texts(page?.lines)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
  expect(page).toMatchObject({ older: 'b/3', newer: 'f/9', isEnd: true });
  expect(calls.map(({ nextToken }) => nextToken)).toEqual([undefined, 'b/1', 'b/2', 'b/3']);
});

test('a stream that gives nothing but new tokens is not read for ever', async () => {
  replies = (_input, call) => ({ body: { events: [], nextBackwardToken: `b/${call}`, nextForwardToken: 'f/0' } });
  const page = await logs.read(place, 'tail', 20);
  expect(page).toMatchObject({ lines: [], isEnd: false });
  expect(calls.length).toBeLessThan(20);
});

test('a refusal for coming too fast is tried again with jitter, inside the time that is left', async () => {
  replies = (_input, call) =>
    call < 5 ? throttled : { body: { events: [event(1)], nextBackwardToken: 'b/1', nextForwardToken: 'f/1' } };
  const until = clock + 60_000;
  const page = await logs.read(place, 'tail', 1, { remainingMs: () => until - clock });
  expect(texts(page?.lines)).toEqual(['line 1']);
  expect(calls).toHaveLength(5);
  expect(new Set(waited).size).toBe(4);

  replies = () => throttled;
  calls = [];
  await expect(logs.read(place, 'tail', 1, { remainingMs: () => until - clock })).rejects.toMatchObject({
    name: 'ThrottlingException',
    $metadata: { attempts: calls.length > 0 ? calls.length : expect.any(Number) },
  });
  expect(clock).toBeLessThanOrEqual(until);
  expect(until - clock).toBeLessThan(6_000);
});

test('a broken service is not asked for ever, and another refusal not again', async () => {
  replies = () => ({ status: 500, body: { __type: 'InternalFailure' } });
  await expect(logs.read(place, 'tail', 1, { remainingMs: () => 1e9 })).rejects.toMatchObject({
    $metadata: { attempts: 5 },
  });
  expect(calls).toHaveLength(5);
  calls = [];
  replies = () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } });
  await expect(logs.read(place, 'tail', 1)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(calls).toHaveLength(1);
});

test('a whole log is read page after page, not faster than AWS allows, and tells where it stopped', async () => {
  replies = (input) => {
    const at = Number(String(input.nextToken ?? 'f/0').slice(2));
    return {
      body: {
        events: at < 30 ? [event(at)] : [],
        nextForwardToken: `f/${Math.min(30, at + 1)}`,
        nextBackwardToken: 'b/0',
      },
    };
  };
  const read: string[] = [];
  for await (const { lines } of logs.pages(place, {}, () => 1e9)) read.push(...lines.map(({ text }) => text));
  expect(read).toHaveLength(30);
  expect(calls).toHaveLength(31);
  expect(calls.every(({ limit, startFromHead }) => limit === 10_000 && startFromHead === true)).toBe(true);
  expect(waited.filter((ms) => ms >= 40).length).toBeGreaterThanOrEqual(30);
});

test('matches are asked for with the pattern, newest first only from 2024 on, and the span’s end left out', async () => {
  replies = (_input, call) => ({ body: { events: [event(call)], ...(call < 3 ? { nextToken: `t${call}` } : {}) } });
  const found: string[] = [];
  const asked = { since: undefined, until: 5_000, newestFirst: true };
  for await (const lines of logs.matches(place, '%x%', asked, () => 1e9)) found.push(...lines.map(({ text }) => text));
  expect(found).toEqual(['line 1', 'line 2', 'line 3']);
  expect(calls[0]).toEqual({
    logGroupName: 'g',
    logStreamNames: ['s'],
    filterPattern: '%x%',
    startFromHead: false,
    startTime: Date.UTC(2024, 0, 1),
    endTime: 4_999,
  });
});
