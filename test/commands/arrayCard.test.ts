/** An array's card: its children by state, the failed ones by cause, and few calls however many children there are. */
import { randomUUID } from 'node:crypto';
import type { App } from '../../src/app';
import { jobFromSummary } from '../../src/jobs/fromBatch';
import { parseQuery } from '../../src/jobs/query';
import type { Message } from '../../src/local/slack/server';
import { anotherBot } from '../history/anotherBot';
import { only, type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

const ask = async (id: string): Promise<Message> => only(await here.ada.says(`/batch job ${id}`));

async function arrayOf(name: string, size: number, environment: Record<string, string>): Promise<string> {
  return await here.submit(name, environment, { arrayProperties: { size } });
}
const reads = (id: string, what: RegExp): Promise<Message> =>
  here.until(
    `${what} on the card`,
    async () => {
      const message = await ask(id);
      return what.test(message.plain) ? message : undefined;
    },
    60_000,
  );

test('an array shows its children as a bar and numbers, and the failed ones grouped by cause', async () => {
  const id = await arrayOf('sweep', 40, {
    ...{ LOCAL_FAIL_INDEXES: '3,17-22,39', LOCAL_OUTCOME: 'oom', LOCAL_RUN_SECONDS: '5' },
  });
  const done = await reads(id, /failed (?:just now|\d+ s ago)(?:.|\n)*×8/);
  expect(done.plain).toContain('32 ✔ succeeded  ·  8 ✖ failed');
  expect(done.plain).toMatch(/█{19}✖{5}/);
  expect(done.plain).toContain('out of memory, exit 137 ×8: 3, 17-22, 39');
  expect(done.plain).not.toContain('[Cancel');

  // The card's numbers are Batch's own, and the events by which the history knows the children come after it.
  const finds = (words: string, range: string) =>
    here.until(`${words}: ${range}`, async () =>
      only(await here.ada.says(`/batch search array:${id} ${words}`)).plain.includes(range) ? true : undefined,
    );
  await finds('status:failed', '1-8 of 8');
  await finds('status:succeeded', 'of 32');
  const failed = only(await here.ada.presses('Failed children', done));
  expect(failed.plain).toContain('8 failed');
  expect(only(await here.ada.presses('Children', done)).plain).toContain('of 40');
  expect(only(await here.ada.presses('Logs of child 3', done)).plain).toContain('sweep [3]');
  const child = await ask(`${id}:17`);
  expect(child.plain).toContain('child of an array of 40');
  expect(only(await here.ada.presses('Array', child)).plain).toContain('array of 40');
  // The parent alone keeps what all children were set up with.
  expect(only(await here.ada.presses('All details', child)).plain).toContain('LOCAL_RUN_SECONDS = 5');
  expect((await ask(`${id}:40`)).plain).toContain('Array sweep has children 0 to 39.');
});

test('of an array that goes on the rest can be cancelled, and only by those who may', async () => {
  const id = await arrayOf('half-done', 10, { LOCAL_OUTCOME: 'hang' });
  const running = await reads(id, /10 ▶ running/);
  expect(running.plain).toMatch(/▒{24}/);
  expect(only(await here.ada.presses('Cancel rest…', running)).plain).toContain('Cancel');
  expect(only(await here.vic.says(`/batch job ${id}`)).plain).not.toContain('[Cancel');
});

describe('an array of 10,000 children', () => {
  const parentId = randomUUID();
  const summaries = Array.from({ length: 10_000 }, (_, index) => ({
    jobId: `${parentId}:${index}`,
    jobName: 'wide',
    status: index % 10 === 0 ? 'FAILED' : 'SUCCEEDED',
    createdAt: 1_700_000_000_000,
    stoppedAt: 1_700_000_060_000,
    statusReason: 'Essential container in task exited',
    container: { exitCode: index % 10 === 0 ? (index % 20 === 0 ? 137 : 2) : 0 },
    arrayProperties: { index },
  }));
  const parent = {
    ...{
      jobId: parentId,
      jobName: 'wide',
      status: 'FAILED',
      jobQueue: 'q',
      attempts: [],
      createdAt: 1_700_000_000_000,
    },
    stoppedAt: 1_700_000_100_000,
    container: { image: 'a:1' },
    arrayProperties: { size: 10_000, statusSummary: { FAILED: 1_000, SUCCEEDED: 9_000 } },
  };

  test('that the history knows is told without a call, from a warm worker’s memory', async () => {
    const { jobs, search } = here.world.app.room.history;
    for (let at = 0; at < summaries.length; at += 500) {
      await Promise.all(
        summaries
          .slice(at, at + 500)
          .filter(({ status }) => status === 'FAILED')
          .map((summary) => jobs.put(jobFromSummary(summary, 'q', 1_700_000_060_000), 0, Date.now())),
      );
    }
    here.world.aws.publish([
      { source: 'aws.batch', 'detail-type': 'Batch Job State Change', time: new Date().toISOString(), detail: parent },
    ]);
    const first = await reads(parentId, /×500/);
    expect(first.plain).toContain('9,000 ✔ succeeded  ·  1,000 ✖ failed');
    expect(first.plain).toContain(
      'killed (137) ×500: 0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220 and 488 more',
    );
    expect(first.plain).toContain('exit 2 ×500: 10, 30');
    await search.search(parseQuery('status:failed', { now: Date.now() }), { limit: 1 });
    const before = here.world.aws.counts();
    await ask(parentId);
    const after = here.world.aws.counts();
    for (const name of ['batch.DescribeJobs', 'batch.ListJobs']) expect(after[name]).toEqual(before[name]);
  });
});

test('the failed children are found in the table too, as those of a search, whatever their indexes', async () => {
  const { jobs } = here.world.app.room.history;
  const parentId = randomUUID();
  const child = (index: number, status: string) =>
    jobFromSummary(
      { jobId: `${parentId}:${index}`, status, createdAt: 1, arrayProperties: { index } },
      'q',
      Date.now(),
    );
  const indexes = [0, 1, 9, 10, 99, 100, 1_234, 9_999];
  for (const index of indexes) await jobs.put(child(index, 'FAILED'), 0, Date.now());
  for (const index of [2, 20, 200]) await jobs.put(child(index, 'SUCCEEDED'), 0, Date.now());
  const found = (await jobs.failedChildren(parentId)).map(({ arrayIndex = -1 }) => arrayIndex);
  expect(found.sort((a, b) => a - b)).toEqual(indexes);
});

test('a bot that has seen none of the children lists those that failed, in at most 12 calls', async () => {
  const id = await arrayOf('unseen', 1_200, { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '1' });
  const bot: App = await anotherBot(here, 'array-unseen');
  const { room } = bot;
  await here.until(
    'the end of all children',
    async () => {
      const [detail] = await room.batch.describe([id]);
      return detail?.arrayProperties?.statusSummary?.FAILED === 1_200 && detail.status === 'FAILED' ? true : undefined;
    },
    60_000,
  );
  const counts = () => here.world.aws.counts();
  const before = counts();
  const job = room.commands.find(({ name }) => name === 'job');
  const answer = await job?.run(
    {
      person: { id: 'U0VIC00001', name: 'vic', role: 'viewer', held: [] },
      ...{ channel: { id: 'C', name: 'general' }, text: id, words: [id], filters: {}, flags: new Set<string>() },
      ...{ query: [], inputs: {}, requestId: 'asked', remainingMs: () => 60_000 },
    },
    room,
  );
  const calls = (name: string) => (counts()[name]?.calls ?? 0) - (before[name]?.calls ?? 0);
  expect(calls('batch.DescribeJobs')).toBe(1);
  // Two pages of 1,000: of 10,000 it would be ten.
  expect(calls('batch.ListJobs')).toBe(2);
  expect(JSON.stringify(answer)).toContain('exit 9 ×1,200: 0-1199');
});
