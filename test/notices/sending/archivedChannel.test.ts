/** Failures for a channel that takes nothing for a while: one card an incident in its place, and its own once it is back. */
import type { Message } from '../../../src/local/slack/server';
import { failure } from '../../bench/stormEvents';
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
