/** What ends an incident is what happened, in whatever order it is heard of, and not what its card told last. */
import { UpdateJobQueueCommand } from '@aws-sdk/client-batch';
import { openHistory } from '../../../src/history/history';
import { successesBefore } from '../../../src/notices/incidents/lookBack';
import { type AlertScene, alertScene } from '../../commands/alertScene';
import { dynamo, TABLE } from '../../history/dynamo';

const MINUTE = 1 / 60;
const DAY = 24;

let here: AlertScene;
beforeAll(async () => {
  here = await alertScene();
  await minute();
});
afterAll(() => here.end());
beforeEach(() => here.pass(2));

async function minute(): Promise<void> {
  here.pass(MINUTE);
  const until = Date.now() + 60_000;
  await here.world.app.tick(() => until - Date.now());
}
const says = (name: string, words: string) =>
  here.soon(`"${words}" on the card of ${name}`, () => here.cards(name).find(({ plain }) => plain.includes(words)));
const openOnes = () => here.told('', here.ada, 'batch-alerts');
const heardOf = (id: string) =>
  here.soon(`the news of ${id}`, async () => ((await here.world.app.room.history.jobs.get(id)) ? true : undefined));

test('a state that lasts for weeks is open as long, and its card is closed by the look that finds it over', async () => {
  const switchTo = (state: 'ENABLED' | 'DISABLED') =>
    here.batch.send(new UpdateJobQueueCommand({ jobQueue: 'sandbox-fargate', state }));
  await switchTo('DISABLED');
  await minute();
  const card = (words: string) =>
    here.soon(`a card with "${words}"`, () =>
      here.alerts().find(({ plain, thread_ts }) => thread_ts === undefined && plain.includes(words)),
    );
  const told = await card('sandbox-fargate: queue is disabled');
  for (let days = 0; days < 15; days += 5) {
    here.pass(5 * DAY);
    await minute();
  }
  expect(await openOnes()).toContain('sandbox-fargate: queue is disabled');
  await switchTo('ENABLED');
  await minute();
  expect((await card('is well again after')).ts).toBe(told.ts);
  // For an hour the same again would open it again.
  await minute();
  expect(await openOnes()).not.toContain('sandbox-fargate: queue is disabled');
});

test('what failed again while Slack was down counts as open when Slack returns, and its card ends by a success', async () => {
  here.ends('again', 'FAILED');
  const told = await here.card('again');
  here.pass(5 * MINUTE);
  here.ends('again', 'SUCCEEDED');
  await says('again', 'succeeded again');
  here.pass(50 * MINUTE);
  here.world.slack.setFaults({ slack: { down: true } });
  // A new card comes before all edits, so that nobody gets to draw the other one.
  await heardOf(here.ends('first-in-line', 'FAILED'));
  await heardOf(here.ends('again', 'FAILED'));
  here.pass(21 * MINUTE);
  await minute();
  here.world.slack.setFaults({ slack: { down: false } });
  await minute();
  expect((await says('again', '2 jobs')).ts).toBe(told.ts);
  expect(await openOnes()).toContain('again: exit 7');
  here.pass(5 * MINUTE);
  here.ends('again', 'SUCCEEDED');
  expect((await says('again', 'succeeded again')).plain).toContain('2 jobs');
});

test('a success that is heard of before the failure that it came after ends its card within a minute', async () => {
  const failedAt = here.now() - 180_000;
  await heardOf(here.ends('late-news', 'SUCCEEDED', { at: failedAt + 120_000 }));
  await heardOf(here.ends('too-early', 'SUCCEEDED', { at: failedAt + 60_000 }));
  here.ends('late-news', 'FAILED', { at: failedAt });
  here.ends('too-early', 'FAILED', { at: failedAt });
  const told = await here.card('late-news');
  await here.card('too-early');
  await minute();
  expect((await says('late-news', 'late-news succeeded again')).ts).toBe(told.ts);
  // It ran before the other one failed.
  expect(here.cards('too-early')[0]?.plain).not.toContain('succeeded again');
});

test('a success that was packed long before the failure is heard of ends its card too', async () => {
  const failedAt = here.now();
  await heardOf(here.ends('packed', 'SUCCEEDED', { at: failedAt + 120_000 }));
  here.pass(1);
  const { room } = here.world.app;
  await room.history.pack({ now: here.now, remainingMs: () => 60_000, leastJobs: 1 });
  here.ends('packed', 'FAILED', { at: failedAt });
  await here.card('packed');
  // A process that begins anew reads no row of what is packed.
  const client = dynamo(here);
  const history = openHistory(client, TABLE, here.now);
  await history.search.refresh();
  expect([...history.search.knownRows()].filter((row) => row.name === 'packed').map(({ status }) => status)).toEqual([
    'FAILED',
  ]);
  await successesBefore({ ...room, history }).look(() => 60_000);
  await says('packed', 'packed succeeded again');
  client.destroy();
});
