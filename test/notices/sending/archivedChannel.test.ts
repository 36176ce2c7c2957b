/** Failures for a channel that takes nothing for a while: one card an incident in its place, and its own once it is back. */
import type { Message } from '../../../src/local/slack/server';
import { failure, idOf } from '../../bench/stormEvents';
import { stateChange } from '../stateChange';
import { GENERAL, type OutboxWorld, outboxWorld } from './outboxWorld';

const MINUTE = 60_000;
/** Jobs that are so far apart fail of the same cause in the same queue (`test/bench/stormEvents.ts`). */
const NEXT = 60;

let here: OutboxWorld;
let jobs = 0;
beforeEach(async () => {
  here = await outboxWorld();
  const to = [{ kind: 'channel' as const, id: GENERAL }];
  const by = { id: 'U0ROOT0001', name: 'root' };
  await here.room.history.routes.set({ id: 'RULE1', when: { queues: ['*'] }, to, also: false, by, at: here.now() });
  jobs = 0;
});
afterEach(() => here.end());

const fails = async (times: number) => {
  for (let n = 0; n < times; n++) await here.takeEvent(failure(NEXT * jobs++, here.now(), false));
  await here.run(2 * MINUTE);
};
async function succeeds(): Promise<void> {
  here.pass(2 * MINUTE);
  const detail = { jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/genomics' };
  await here.takeEvent(JSON.stringify(stateChange({ id: idOf(1), status: 'SUCCEEDED', at: here.now(), detail })));
  await here.run(2 * MINUTE);
}
const deleteAt = (ts: string | undefined) =>
  fetch(`${here.slack.url}/api/chat.delete`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-local' },
    body: new URLSearchParams({ channel: GENERAL, ts: ts ?? '' }),
  });
const says = (text: string) => here.slack.say({ user: 'ada', channel: 'general', text });
const cards = (channel: string): Message[] =>
  here.slack.channel(channel).filter(({ plain, thread_ts }) => thread_ts === undefined && plain.startsWith('✖'));
const lines = (channel: string, of: Message | undefined): string =>
  here.slack
    .channel(channel)
    .filter(({ thread_ts }) => thread_ts !== undefined && thread_ts === of?.ts)
    .map(({ plain }) => plain)
    .join('\n');

test.each([
  ['stood there before', 2],
  ['was the first to find it closed', 0],
])(
  'a card that %s is one card in the default channel, and its own again once that takes messages',
  async (_, before) => {
    if (before > 0) await fails(before);
    expect(cards('general')).toHaveLength(before > 0 ? 1 : 0);
    await says('/archive');
    await fails(3);
    await fails(1);
    const [moved, ...others] = cards('batch-alerts');
    expect(others).toEqual([]);
    expect(moved?.plain).toContain(`${before + 4} jobs`);
    expect(moved?.plain).toContain('Meant for #general, which is archived.');

    await here.slack.say({ user: 'ada', channel: 'general', text: '/unarchive' });
    await here.run(11 * MINUTE);
    const told = lines('batch-alerts', moved);
    await fails(2);
    await here.run(5 * MINUTE);
    const [own] = cards('general');
    expect(cards('general')).toHaveLength(1);
    expect(own?.plain).toContain(`${before + 6} jobs`);
    expect(lines('general', own)).toContain('exit 137');
    expect(lines('batch-alerts', moved)).toBe(told);
    expect(cards('batch-alerts').map(({ plain }) => plain.includes(`${before + 6} jobs`))).toEqual([true]);
    expect(cards('batch-alerts')[0]?.plain).not.toContain('is archived');
  },
);

test('a copy in the default channel is kept up to date also when its own card is deleted', async () => {
  await fails(2);
  await says('/archive');
  await fails(2);
  await says('/unarchive');
  await here.run(11 * MINUTE);
  await fails(2);
  const [copy] = cards('batch-alerts');
  expect(copy?.plain).toContain('6 jobs');
  expect(copy?.plain).not.toContain('✔');
  await deleteAt(cards('general')[0]?.ts);
  await succeeds();
  expect(cards('general')).toEqual([]);
  expect(here.slack.channel('batch-alerts').find(({ ts }) => ts === copy?.ts)?.plain).toContain('✔');
  await fails(1);
  await here.run(11 * MINUTE);
  expect(cards('general')[0]?.plain).toContain('7 jobs');
  expect(cards('batch-alerts')).toHaveLength(1);
  expect(cards('batch-alerts')[0]?.plain).toContain('7 jobs');
});

test('a success after a card was deleted begins none in the default channel, though its own is closed', async () => {
  await fails(2);
  await here.run(10 * MINUTE);
  await deleteAt(cards('general')[0]?.ts);
  await succeeds();
  await says('/archive');
  // Something else finds that it is closed.
  await here.card(GENERAL, 'other', 'another card');
  await here.run(MINUTE);
  expect(here.shown().join()).toContain('another card');
  const incident = (await here.room.history.incidents.listOpen()).find(({ to }) => to === GENERAL);
  const id = incident?.id ?? 'none';
  await here.queue(GENERAL, `incident#${id}`, { urgency: 'edit' });
  await here.run(2 * MINUTE);
  expect(await here.room.history.outbox.due(GENERAL)).toEqual([]);
  expect(await here.room.history.outbox.sent(GENERAL, `incident#${id}`)).toMatchObject({ gone: true });
  expect(here.shown().join()).not.toContain(`incident ${id}`);
  // What fails again is told there.
  await fails(1);
  expect(cards('batch-alerts')).toHaveLength(1);
});
