/** Failures whose card somebody deleted: what fails again is told all the same. */
import { failure, idOf } from '../../bench/stormEvents';
import { stateChange } from '../stateChange';
import { ALERTS, type OutboxWorld, outboxWorld } from './outboxWorld';

const MINUTE = 60_000;
/** Jobs that are so far apart fail of the same cause in the same queue (`test/bench/stormEvents.ts`). */
const NEXT = 60;

let here: OutboxWorld;
beforeEach(async () => {
  here = await outboxWorld();
});
afterEach(() => here.end());

const fails = async (...jobs: number[]) => {
  for (const job of jobs) await here.takeEvent(failure(job, here.now(), false));
  await here.run(MINUTE);
};
async function succeeds(job: number): Promise<void> {
  here.pass(2 * MINUTE);
  const detail = { jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/genomics' };
  await here.takeEvent(JSON.stringify(stateChange({ id: idOf(job), status: 'SUCCEEDED', at: here.now(), detail })));
  await here.run(MINUTE);
}
async function deleteAll(): Promise<void> {
  for (const { ts } of here.slack.channel('batch-alerts'))
    await fetch(`${here.slack.url}/api/chat.delete`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-local' },
      body: new URLSearchParams({ channel: ALERTS, ts }),
    });
}

test('a card that was deleted stays so until something fails again, which is told by one card with all of them', async () => {
  await fails(0);
  expect(here.shown()).toHaveLength(1);
  await here.run(10 * MINUTE);
  await deleteAll();
  // That is no news for who deleted it.
  await succeeds(1);
  expect(here.shown()).toEqual([]);

  await fails(NEXT);
  await fails(2 * NEXT, 3 * NEXT);
  await here.run(5 * MINUTE);
  const [card, ...rest] = here.slack.channel('batch-alerts');
  expect(card?.plain).toContain('4 jobs');
  // The others are lines in its thread.
  expect(rest.length).toBeGreaterThan(0);
  for (const { thread_ts } of rest) expect(thread_ts).toBe(card?.ts);
});

test('what fails in the moment between the look at a deleted card’s edit and its taking is told', async () => {
  await fails(0);
  await here.run(10 * MINUTE);
  await deleteAll();
  await succeeds(1);
  expect(here.shown()).toEqual([]);

  const { outbox, incidents } = here.room.history;
  const [incident] = await incidents.listOpen();
  const { due } = outbox;
  outbox.due = async (to) => {
    const seen = await due(to);
    outbox.due = due;
    await here.takeEvent(failure(NEXT, here.now(), false));
    return seen;
  };
  await here.queue(ALERTS, `incident#${incident?.id}`, { urgency: 'edit' });
  await here.run(MINUTE);
  expect(here.shown()[0]).toContain('2 jobs');
});
