import { type JobSummary, paginateDescribeJobQueues, paginateListJobs } from '@aws-sdk/client-batch';
import type { App } from '../../src/app';
import type { Job } from '../../src/jobs/job';
import { parseQuery } from '../../src/jobs/query';
import { sendDue } from '../../src/notices/sending/sendDue';
import { newId, stateChange } from '../notices/stateChange';
import { callsOf, type Scene, scene } from '../scene';
import { ALERTS, anotherBot } from './anotherBot';

let here: Scene;
/** Those with the most finished jobs. */
let busy: string[];
beforeAll(async () => {
  here = await scene({ jobs: 400, seed: 3 });
  const counted = new Map<string, number>();
  for (const queue of await everyQueue()) counted.set(queue, (await listed([queue])).length);
  busy = [...counted]
    .sort((a, b) => b[1] - a[1])
    .flatMap(([queue]) => queue)
    .slice(0, 4);
});
afterAll(() => here.end());

const QUEUE = 'genomics-prod-spot';
const always = () => 60_000;
const job = async (bot: App, id: string): Promise<Job | undefined> => (await bot.room.history.jobs.get(id))?.job;
const found = async (bot: App, words: string): Promise<string[]> =>
  (await bot.room.history.search.all(parseQuery(words, { now: Date.now() }))).map(({ id }) => id);
const alerts = (name: string) => here.world.slack.channel(ALERTS.name).filter(({ plain }) => plain.includes(name));

/** The finished jobs that Batch itself still lists. */
async function listed(queues: readonly string[]): Promise<string[]> {
  const ids: (string | undefined)[] = [];
  for (const jobQueue of queues) {
    for (const jobStatus of ['SUCCEEDED', 'FAILED'] as const) {
      for await (const page of paginateListJobs({ client: here.batch }, { jobQueue, jobStatus })) {
        ids.push(...(page.jobSummaryList ?? []).map((summary: JobSummary) => summary.jobId));
      }
    }
  }
  return ids.flatMap((id) => (id === undefined ? [] : [id]));
}

async function everyQueue(): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateDescribeJobQueues({ client: here.batch }, {})) {
    names.push(...(page.jobQueues ?? []).map(({ jobQueueName }) => jobQueueName ?? ''));
  }
  return names;
}

/** Every one of them is known as Batch describes it, and not only as it lists it. */
async function knowsAll(bot: App, ids: readonly string[]): Promise<void> {
  expect(ids.length).toBeGreaterThan(5);
  const known = await bot.room.history.jobs.getMany(ids);
  expect(known).toHaveLength(new Set(ids).size);
  for (const stored of known) expect(stored.job).toMatchObject({ whole: true, image: expect.any(String) });
}

test('jobs older than the bot are found at its start, without an alert', async () => {
  await knowsAll(here.world.app, await listed(await everyQueue()));
  expect(here.alerts()).toEqual([]);
});

test('what events missed is filled in, and alerted once if the job was known to live', async () => {
  const bot = await anotherBot(here, 'missed', { TRACKED_QUEUES: [QUEUE] });
  const id = await here.submit('unheard-failure', { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '150' });
  await bot.tick(always);
  expect((await job(bot, id))?.status).not.toBe('FAILED');
  await here.until('its end', async () => ((await job(here.world.app, id))?.status === 'FAILED' ? true : undefined));
  // It is listed no more among the active ones, and the finished ones are not walked through now.
  const report = await bot.tick(always);
  expect(report).toMatchObject({ complete: true, changed: 1 });
  expect((await job(bot, id))?.status).toBe('FAILED');
  await sendDue(ALERTS.id, bot.room, always);
  expect(alerts('unheard-failure')).toHaveLength(1);
  expect(alerts('unheard-failure')[0]?.plain).toContain('exit 9');
  await bot.tick(always, true);
  await bot.takeEvent(JSON.stringify(stateChange({ id, name: 'unheard-failure', status: 'FAILED' })), always);
  await sendDue(ALERTS.id, bot.room, always);
  expect(alerts('unheard-failure')).toHaveLength(1);
});

/** A job of the local AWS that has failed, and that the scene's own bot knows. */
async function failedJob(name: string): Promise<string> {
  const id = await here.submit(name, { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '1' });
  await here.until('its end', async () => ((await job(here.world.app, id))?.status === 'FAILED' ? true : undefined));
  return id;
}

test('a failure that starts and ends between two sweeps is told, and nothing that ended before the first one', async () => {
  const bot = await anotherBot(here, 'between', { TRACKED_QUEUES: [QUEUE] });
  await failedJob('failed-before');
  await bot.tick(always, true);
  await failedJob('failed-between');
  await bot.tick(always, true);
  await sendDue(ALERTS.id, bot.room, always);
  expect(alerts('failed-between')).toHaveLength(1);
  expect(alerts('failed-before')).toEqual([]);
});

test('without events, what starts and fails between two sweeps is told by the next minute’s, at one call a queue', async () => {
  const bot = await anotherBot(here, 'eventless', { TRACKED_QUEUES: [QUEUE] });
  await bot.tick(always);
  const [alone, array] = [
    await failedJob('eventless-alone'),
    await here.submit(
      'eventless-array',
      { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '1' },
      { arrayProperties: { size: 3 } },
    ),
  ];
  await here.until('the array', async () =>
    (await job(here.world.app, array))?.status === 'FAILED' ? true : undefined,
  );
  const calls = await callsOf(here, () => bot.tick(always));
  expect((await job(bot, alone))?.status).toBe('FAILED');
  expect((await job(bot, `${array}:2`))?.status).toBe('FAILED');
  await sendDue(ALERTS.id, bot.room, always);
  for (const name of ['eventless-alone', 'eventless-array'])
    expect(alerts(name).filter(({ thread_ts }) => thread_ts === undefined)).toHaveLength(1);
  // Five lists of active jobs, one of new ones, and the seven of an array that is new.
  expect(calls['batch.ListJobs']).toBe(5 + 1 + 7);
  // They are known now.
  const later = await callsOf(here, () => bot.tick(always));
  expect(later['batch.ListJobs']).toBe(6);
  expect(later['batch.DescribeJobs'] ?? 0).toBe(0);
  expect(alerts('eventless-alone')).toHaveLength(1);
});

test('one job whose telling fails keeps no other from being told, and is told a minute later', async () => {
  const bot = await anotherBot(here, 'refused', { TRACKED_QUEUES: [QUEUE] });
  const [one, other] = [await failedJob('refused-one'), await failedJob('refused-other')];
  for (const id of [one, other])
    await bot.takeEvent(JSON.stringify(stateChange({ id, status: 'RUNNING', at: Date.now() - 60_000 })), always);
  const { incidents } = bot.room.history;
  const put = incidents.putMember;
  incidents.putMember = async (id, member) => {
    if (member.member === one) throw new Error('ProvisionedThroughputExceededException');
    await put(id, member);
  };
  expect(await bot.tick(always, true)).toMatchObject({ complete: true });
  const told = async () => [
    ...(await Promise.all((await incidents.listOpen()).map(({ id }) => incidents.jobIds(id)))).flat(),
  ];
  expect(await told()).toEqual([other]);
  incidents.putMember = put;
  await bot.tick(always);
  expect((await told()).sort()).toEqual([one, other].sort());
});

test('what one step of a minute can not do keeps no other from being done, and the minute fails in the end', async () => {
  let skewMs = 0;
  const asked: string[] = [];
  const bot = await anotherBot(
    here,
    'steps',
    { TRACKED_QUEUES: [QUEUE] },
    { now: () => Date.now() + skewMs, enqueue: async ({ kind }) => void asked.push(kind) },
  );
  await bot.takeEvent(JSON.stringify(stateChange({ id: newId(), status: 'FAILED' })), always);
  asked.length = 0;
  skewMs = 5 * 60_000;
  const { history } = bot.room;
  history.timeoutRules.settings = () => Promise.reject(new Error('no limits'));
  history.sweeps.lease = () => Promise.reject(new Error('no sweep'));
  history.mutes.list = () => Promise.reject(new Error('no mutes'));
  await expect(bot.tick(always)).rejects.toThrow('no limits');
  // What nobody sent is sent.
  expect(asked).toContain('deliver');
});

test('a walk through all finished jobs describes none that a segment holds as it ended', async () => {
  const bot = await anotherBot(here, 'packed', { TRACKED_QUEUES: busy });
  await bot.tick(always, true);
  const ids = await listed(busy);
  const pack = await bot.room.history.pack({ now: Date.now, remainingMs: () => 600_000, leastJobs: 1 });
  expect(pack.packed).toBeGreaterThan(ids.length / 2);
  // A worker that starts with nothing in its memory.
  const another = await anotherBot(here, 'packed', { TRACKED_QUEUES: busy });
  const report = await another.tick(always, true);
  const active = await found(another, 'status:active');
  expect(report.listed).toBeGreaterThanOrEqual(ids.length);
  expect(report.described).toBeLessThanOrEqual(active.length + ids.length / 10);
  await knowsAll(another, ids);
});

test('a job that Batch knows no more is lost after five quiet minutes, and found again by later news', async () => {
  const bot = await anotherBot(here, 'lost', { TRACKED_QUEUES: [QUEUE] });
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  const [fresh, quiet] = [newId(), newId()];
  const tell = (id: string, at: number) =>
    bot.takeEvent(JSON.stringify(stateChange({ id, name: 'vanished', status: 'RUNNING', at })), always);
  await tell(fresh, minutesAgo(4));
  await tell(quiet, minutesAgo(6));
  expect(await bot.tick(always)).toMatchObject({ complete: true, lost: 1 });
  expect(await found(bot, 'vanished status:lost')).toEqual([quiet]);
  expect(await found(bot, 'vanished status:active')).toEqual([fresh]);
  await bot.tick(always);
  expect(await found(bot, 'vanished status:lost')).toEqual([quiet]);
  await tell(quiet, Date.now() + 1000);
  expect(await found(bot, 'vanished status:lost')).toEqual([]);
  expect((await found(bot, 'vanished status:active')).sort()).toEqual([fresh, quiet].sort());
});

test('a sweep that runs out of time is not complete, and the next ones bring it to its end', async () => {
  const bot = await anotherBot(here, 'interrupted', { TRACKED_QUEUES: busy });
  let sweeps = 0;
  for (let patience = 4; ; patience += 4) {
    let looks = 0;
    // As many looks at the clock as there is patience, and then the time is up.
    const { complete } = await bot.tick(() => (looks++ < patience ? 60_000 : 1_000));
    sweeps++;
    if (complete) break;
    expect(sweeps).toBeLessThan(50);
  }
  expect(sweeps).toBeGreaterThan(2);
  await knowsAll(bot, await listed(busy));
});

test('two sweeps at once: one does the work, the other leaves it alone', async () => {
  const bots = await Promise.all([1, 2].map(() => anotherBot(here, 'two-at-once', { TRACKED_QUEUES: busy })));
  const reports = await Promise.all(bots.map((bot) => bot.tick(always)));
  expect(reports.map(({ complete }) => complete).sort()).toEqual([false, true]);
  expect(reports.find(({ complete }) => !complete)).toMatchObject({ listed: 0, described: 0 });
  for (const bot of bots) await knowsAll(bot, await listed(busy));
});

test('two sweeps that did not see each other write the same, and alert once', async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(() => anotherBot(here, 'unseen', { TRACKED_QUEUES: [QUEUE, ...busy] })),
  );
  if (one === undefined || other === undefined) throw new Error('no bots');
  const id = await here.submit('swept-twice', { LOCAL_OUTCOME: 'exit:9', LOCAL_RUN_SECONDS: '150' });
  await one.tick(always);
  await here.until('its end', async () => ((await job(here.world.app, id))?.status === 'FAILED' ? true : undefined));
  const first = one.tick(always, true);
  // As if the first one's lease had run out.
  await here.until('the lease', async () => ((await one.room.history.sweeps.get()).leaseUntil > 0 ? true : undefined));
  await other.room.history.sweeps.finish();
  await Promise.all([first, other.tick(always, true)]);
  await knowsAll(other, await listed([QUEUE, ...busy]));
  for (const bot of [one, other]) await sendDue(ALERTS.id, bot.room, always);
  expect(alerts('swept-twice')).toHaveLength(1);
});

test('an AWS that refuses three calls of ten loses nothing', async () => {
  const bot = await anotherBot(here, 'throttled', { TRACKED_QUEUES: busy });
  here.world.aws.setFaults({ throttle: 0.3 });
  const refusals = () => here.world.aws.counts()['batch.ListJobs']?.refused ?? 0;
  const before = refusals();
  try {
    await here.until(
      'a whole sweep',
      async () => ((await bot.tick(always, true).catch(() => undefined))?.complete ? true : undefined),
      60_000,
    );
  } finally {
    here.world.aws.setFaults({ throttle: 0 });
  }
  expect(refusals()).toBeGreaterThan(before);
  await knowsAll(bot, await listed(busy));
});

test('queues that are not tracked are left out, by sweeps and by events', async () => {
  const [first = '', ...others] = busy;
  const bot = await anotherBot(here, 'tracked', { TRACKED_QUEUES: [first, 'genomics-*'] });
  await bot.tick(always);
  await knowsAll(bot, await listed([first]));
  expect(await bot.room.history.jobs.getMany(await listed(others))).toEqual([]);
  const [ours, theirs] = [newId(), newId()];
  for (const [id, queue] of [
    [ours, 'genomics-new'],
    [theirs, others[0] ?? ''],
  ] as const) {
    await bot.takeEvent(
      JSON.stringify(
        stateChange({
          id,
          status: 'RUNNING',
          detail: { jobQueue: `arn:aws:batch:us-east-1:123456789012:job-queue/${queue}` },
        }),
      ),
      always,
    );
  }
  expect(await job(bot, ours)).toBeDefined();
  expect(await job(bot, theirs)).toBeUndefined();
});
