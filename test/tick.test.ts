/** A minute with more to do than it holds: each of its steps gets some of its time. */
import { UpdateJobQueueCommand } from '@aws-sdk/client-batch';
import type { App } from '../src/app';
import { ALERTS, anotherBot } from './history/anotherBot';
import { defineQueue } from './localBatch';
import { newId, stateChange } from './notices/stateChange';
import { type Scene, scene } from './scene';

let here: Scene;
beforeAll(async () => {
  here = await scene({ furnished: false });
});
afterAll(() => here.end());

test('many ends that no event told of keep no other step of their minute from being done, and no sender from going on', async () => {
  await defineQueue(here.batch, 'vision');
  let skewMs = 0;
  const done: string[] = [];
  const bot: App = await anotherBot(
    here,
    'minutes',
    { TRACKED_QUEUES: ['vision', 'genomics-prod-spot'] },
    { now: () => Date.now() + skewMs, enqueue: async ({ kind }) => void done.push(kind) },
  );
  await bot.tick(() => 60_000);
  // Its sender is lost, and never comes.
  await bot.takeEvent(JSON.stringify(stateChange({ id: newId(), status: 'FAILED' })), () => 60_000);
  const { incidents, jobs } = bot.room.history;
  for (let n = 0; n < 150; n++) await jobs.untold.add(newId(), Date.now());
  await here.batch.send(new UpdateJobQueueCommand({ jobQueue: 'vision', state: 'DISABLED' }));
  done.length = 0;
  skewMs = 5 * 60_000;
  // A second goes by with each.
  let leftMs = 120_000;
  const { get } = jobs;
  jobs.get = async (id) => {
    done.push('end');
    leftMs -= 1_000;
    return await get(id);
  };
  await bot.tick(() => leftMs);
  expect(done.slice(0, 2)).toEqual(['deliver', 'end']);
  expect(leftMs).toBeGreaterThan(60_000);
  expect(done.filter((what) => what === 'end').length).toBeGreaterThan(20);
  expect((await incidents.listOpen()).map(({ occasion }) => occasion)).toContain('queue-trouble');

  // A sweep took nearly all of the next one.
  skewMs += 60_000;
  leftMs = 30_000;
  await bot.tick(() => leftMs);
  expect(leftMs).toBeGreaterThanOrEqual(14_000);
});

describe('a failure that could not be told each time that its event came is told by the clock, once', () => {
  test.each([
    ['its own news is refused', 'refused', 'incidentGroups', 'mark'],
    ['what stands in its timeout could not be told', 'garbage', 'timeoutStops', 'garbageOf'],
  ] as const)('since %s', async (_, table, records, read) => {
    const bot = await anotherBot(here, table, { TRACKED_QUEUES: ['genomics-prod-spot'] });
    await bot.tick(() => 60_000);
    const { history } = bot.room;
    const item: Record<string, unknown> = history[records];
    const before = item[read];
    item[read] = () => Promise.reject(new Error('throttled'));
    const container = { environment: [{ name: 'PYBATCH_TIMEOUT', value: 'soon' }], exitCode: 7 };
    const event = JSON.stringify(stateChange({ id: newId(), status: 'FAILED', detail: { container } }));
    for (let n = 0; n < 3; n++) await expect(bot.takeEvent(event, () => 60_000)).rejects.toThrow('throttled');
    item[read] = before;
    for (let n = 0; n < 2; n++) await bot.tick(() => 60_000);
    const open = (await history.incidents.listOpen()).filter(({ occasion }) => occasion === 'failed');
    expect(open).toHaveLength(1);
    expect((await history.incidents.whole(open[0]?.id ?? ''))?.members).toHaveLength(1);
    const due = await history.outbox.due(ALERTS.id);
    expect(due.map(({ key }) => key)).toContain(`incident#${open[0]?.id}`);
  });
});
