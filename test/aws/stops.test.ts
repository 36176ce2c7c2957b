import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BatchClient } from '@aws-sdk/client-batch';
import { batchJobs } from '../../src/aws/batch';
import { pace } from '../../src/aws/pace';
import { type Meet, sharersOf } from '../../src/aws/share';
import { IDS_PER_STOP, jobStops } from '../../src/aws/stops';

interface Call {
  path: string;
  at: number;
  jobs: string[];
}
type Answer = { status: number; code?: string; body?: object };

let server: Server | undefined;
afterEach(() => server?.close());

/** An endpoint of Batch that answers as told, with a clock that only sleeping moves. */
async function endpoint(answer: (call: Call, n: number) => Answer) {
  let now = 0;
  const calls: Call[] = [];
  const listening = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const body = JSON.parse(text) as { jobs?: string[]; jobId?: string };
      const call = { path: request.url ?? '', at: now, jobs: body.jobs ?? [body.jobId ?? ''] };
      calls.push(call);
      const { status, code, body: told = {} } = answer(call, calls.length);
      response.writeHead(status, { 'content-type': 'application/json', ...(code && { 'x-amzn-errortype': code }) });
      response.end(JSON.stringify(code === undefined ? told : { message: code, ...told }));
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const client = new BatchClient({
    endpoint: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { calls, client, stop: jobStops(client, () => now, sleep), now: () => now, sleep };
}

const ids = (n: number) => Array.from({ length: n }, (_, at) => `job-${at}`);
const ok = { status: 200, body: { successful: [], errors: [] } };
const plenty = () => 1_000_000;

test('fifty jobs take one bulk call, and a single job the single one', async () => {
  const { calls, stop } = await endpoint(() => ok);
  expect(await stop('terminate', ids(IDS_PER_STOP), 'why', plenty)).toEqual([]);
  expect(await stop('cancel', ids(1), 'why', plenty)).toEqual([]);
  expect(calls.map(({ path, jobs }) => [path, jobs.length])).toEqual([
    ['/v1/terminatejobs', 50],
    ['/v1/canceljob', 1],
  ]);
  await expect(stop('terminate', ids(51), 'why', plenty)).rejects.toThrow(RangeError);
});

test('where the region has no bulk call, it is tried once, and each job is stopped by itself', async () => {
  const { calls, stop } = await endpoint(({ path }) =>
    path.endsWith('jobs') ? { status: 404, code: 'UnknownOperationException' } : { status: 200 },
  );
  expect(await stop('terminate', ids(5), 'why', plenty)).toEqual([]);
  expect(await stop('terminate', ids(5), 'why', plenty)).toEqual([]);
  expect(calls.filter(({ path }) => path === '/v1/terminatejobs')).toHaveLength(1);
  expect(
    calls
      .filter(({ path }) => path === '/v1/terminatejob')
      .map(({ jobs }) => jobs[0])
      .sort(),
  ).toEqual([...ids(5), ...ids(5)].sort());
});

test('calls stay below nine tenths of fifty a second, over any second', async () => {
  const { calls, stop } = await endpoint(({ path }) => (path.endsWith('jobs') ? { status: 404 } : { status: 200 }));
  for (let n = 0; n < 8; n++) await stop('terminate', ids(50), 'why', plenty);
  const times = calls.filter(({ path }) => path === '/v1/terminatejob').map(({ at }) => at);
  expect(times).toHaveLength(400);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  expect(400 / seconds).toBeLessThan(50);
  expect(400 / seconds).toBeGreaterThan(40);
});

test('a throttled call is made again until it is taken, ever slower, and no job is lost', async () => {
  const { calls, stop, now } = await endpoint((_, n) =>
    n <= 8 ? { status: 429, code: 'TooManyRequestsException' } : ok,
  );
  expect(await stop('terminate', ids(50), 'why', plenty)).toEqual([]);
  expect(calls).toHaveLength(9);
  const gaps = calls.slice(1).map(({ at }, n) => at - (calls[n]?.at ?? 0));
  expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
  expect(now()).toBeGreaterThan(1_000);
});

test('single jobs that a bulk call refuses as too many are asked for again, others are told with AWS’s words', async () => {
  const { calls, stop } = await endpoint((_, n) => ({
    status: 200,
    body: {
      errors:
        n === 1
          ? [
              { job: 'job-0', code: 'ThrottlingException', message: 'Rate exceeded' },
              { job: 'job-1', code: 'AccessDeniedException', message: 'not yours' },
            ]
          : [],
    },
  }));
  expect(await stop('terminate', ids(3), 'why', plenty)).toEqual([
    { id: 'job-1', why: 'AccessDeniedException: not yours' },
  ]);
  expect(calls.map(({ jobs }) => jobs)).toEqual([ids(3), ['job-0']]);
});

test('what one call has stopped is not asked for again when a later one is refused as a whole', async () => {
  const throttled = (id: string) => ({ job: id, code: 'ThrottlingException', message: 'Rate exceeded' });
  const denied = { status: 403, code: 'AccessDeniedException' };
  const refused = { job: 'job-4', code: 'ClientException', message: 'no such job' };
  const { calls, stop } = await endpoint(({ path }, n) => {
    if (n === 1) return { status: 200, body: { errors: [throttled('job-1'), throttled('job-2'), refused] } };
    return path.endsWith('jobs') ? denied : { status: 200 };
  });
  const failures = await stop('terminate', ids(50), 'why', plenty);
  expect(failures).toEqual([{ id: 'job-4', why: 'ClientException: no such job' }]);
  expect(calls.slice(1).map(({ path, jobs }) => [path, jobs])).toEqual([
    ['/v1/terminatejobs', ['job-1', 'job-2']],
    ['/v1/terminatejob', ['job-1']],
    ['/v1/terminatejob', ['job-2']],
  ]);
});

test('one job that may not be stopped does not keep the others', async () => {
  const denied = { status: 403, code: 'AccessDeniedException' };
  const { stop } = await endpoint(({ path, jobs }) =>
    path.endsWith('jobs') || jobs[0] === 'job-1' ? denied : { status: 200 },
  );
  const failures = await stop('terminate', ids(3), 'why', plenty);
  expect(failures).toEqual([{ id: 'job-1', why: expect.stringContaining('AccessDenied') }]);
});

test('a call that broke is not made again: it may have come about', async () => {
  const { calls, stop } = await endpoint(() => ({ status: 503, code: 'ServerException' }));
  await expect(stop('terminate', ids(3), 'why', plenty)).rejects.toThrow('ServerException');
  expect(calls).toHaveLength(1);
});

test('time that runs out ends it', async () => {
  const { stop, now } = await endpoint(() => ({ status: 429, code: 'TooManyRequestsException' }));
  await expect(stop('terminate', ids(3), 'why', () => 3_000 - now())).rejects.toThrow('would have to wait');
});

/** A clock on which many sleep at once: it goes to the next one who wakes when nobody has anything else to do. */
function sharedClock() {
  let now = 0;
  const asleep: { until: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number) => new Promise<void>((wake) => asleep.push({ until: now + ms, wake })),
    async run(untilMs: number): Promise<void> {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        asleep.sort((a, b) => b.until - a.until);
        const next = asleep.pop();
        if (next === undefined || next.until > untilMs) return;
        now = next.until;
        next.wake();
      }
    },
  };
}

/** Who makes calls, as DynamoDB keeps it for all processes. */
function callers(): { meet: Meet; limits: Set<string> } {
  const known = new Map<string, number>();
  const limits = new Set<string>();
  return {
    limits,
    async meet(limit, process, now, until) {
      limits.add(limit);
      known.set(`${limit} ${process}`, until);
      return [...known].filter(([key, end]) => key.startsWith(`${limit} `) && end > now).length;
    },
  };
}

test('processes that call at the same time share one rate, and have it back when the others are through', async () => {
  const { now, sleep, run } = sharedClock();
  const { meet } = callers();
  const calls: { at: number; by: string }[] = [];
  async function process(by: string, most: number): Promise<void> {
    const turns = pace(45, now, sleep, sharersOf('stops', meet, now));
    for (let n = 0; n < most; n++) {
      await turns.turn(plenty);
      calls.push({ at: now(), by });
    }
  }
  void process('large', 10_000);
  void process('small', 100);
  void process('third', 100);
  await run(20_000);
  const between = (from: number, to: number) => calls.filter(({ at }) => at >= from && at < to).length;
  // Those who were there first learn of others a second later.
  for (const from of [1_000, 2_000, 4_000, 10_000]) expect(between(from, from + 1_000)).toBeLessThanOrEqual(50);
  const small = calls.filter(({ by }) => by === 'small');
  expect(small).toHaveLength(100);
  expect(small.at(-1)?.at).toBeLessThan(8_000);
  expect(between(15_000, 20_000)).toBeGreaterThan(5 * 42);
});

test('stops and submissions each count who makes them', async () => {
  const { meet, limits } = callers();
  const { client, now, sleep } = await endpoint(() => ({ status: 200, body: { jobId: 'new', jobName: 'new' } }));
  const batch = batchJobs(client, client, now, sleep, meet);
  await batch.stop('terminate', ids(1), 'why', plenty);
  expect([...limits]).toEqual(['stops']);
  await batch.submit({ jobName: 'new', jobQueue: 'queue', jobDefinition: 'definition' });
  expect([...limits]).toEqual(['stops', 'submissions']);
});
