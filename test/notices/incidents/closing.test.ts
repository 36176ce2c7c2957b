/** What ends an incident is what happened, in whatever order it is heard of, and not what its card told last. */
import { UpdateJobQueueCommand } from '@aws-sdk/client-batch';
import { type AlertScene, alertScene } from '../../commands/alertScene';

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
