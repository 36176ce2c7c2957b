/** Mutes: set by words and from a card, shown on it, asked twice for everything, and told of when they end. */
import type { Message } from '../../src/local/slack/server';
import { newId, stateChange } from '../notices/stateChange';
import { only, type Person, type Scene, scene } from '../scene';

let here: Scene;
/** Each test has hours of its own, and may let some pass. */
let hours = 0;
const now = () => Date.now() + hours * 3_600_000;
beforeAll(async () => {
  here = await scene({ now });
});
afterAll(() => here.end());
beforeEach(() => {
  hours += 2;
});
afterEach(async () => {
  const { mutes } = here.world.app.room.history;
  for (const { id } of await mutes.list('now')) {
    await mutes.end(id, { at: now(), how: 'taken' });
    await mutes.tell(id);
  }
});

const isPrivate = ({ ephemeral_to: to }: Message): boolean => to !== undefined;
const answer = (messages: readonly Message[]): Message => only(messages.filter(isPrivate));
const asks = async (text: string, who: Person = here.ada, channel = 'general'): Promise<Message> =>
  answer(await who.says(`/batch alerts ${text}`, channel));
const told = async (text: string, who?: Person, channel?: string): Promise<string> =>
  (await asks(text, who, channel)).plain;
const publicly = (channel: string) => here.world.slack.channel(channel).filter((message) => !isPrivate(message));
const line = (channel: string, words: string): Promise<Message> =>
  here.until(`"${words}" in #${channel}`, () => publicly(channel).find(({ plain }) => plain.includes(words)));
const tick = () => here.world.app.tick(() => 60_000);

function happens(name: string, status: 'FAILED' | 'SUCCEEDED', at = now()): string {
  const id = newId();
  here.world.aws.publish([stateChange({ id, name, status, at, detail: { jobDefinition: `${name}:3` } })]);
  return id;
}
const isCardOf = (name: string) => (message: Message) =>
  message.thread_ts === undefined && /^[✖✔] /.test(message.plain) && message.plain.slice(2).startsWith(name);
const cards = (name: string) => publicly('batch-alerts').filter(isCardOf(name));
const card = (name: string): Promise<Message> => here.until(`the card of ${name}`, () => cards(name)[0]);
const cardSays = (name: string, words: string): Promise<Message> =>
  here.until(`"${words}" on the card of ${name}`, () => cards(name).find(({ plain }) => plain.includes(words)));
const heldBy = async (mute: Message): Promise<number> =>
  await here.world.app.room.history.mutes.held(/alerts unmute (\w+)/.exec(JSON.stringify(mute.blocks))?.[1] ?? '');

test('what is muted is told nowhere, listed with its reason, and told of when its time is over, once', async () => {
  const mute = await asks('mute def:quiet-* 90m known bug, fix on its way', here.ada, 'genomics');
  expect(mute.plain).toMatch(/^def:quiet-\* is muted until .*: “known bug, fix on its way”/);
  await line('batch-alerts', '@ada muted def:quiet-* until');
  happens('quiet-a', 'FAILED');
  happens('quiet-a', 'FAILED');
  happens('quiet-b', 'FAILED');
  happens('loud-a', 'FAILED');
  await card('loud-a');
  await here.until('three to be held back', async () => ((await heldBy(mute)) === 3 ? true : undefined));
  expect([...cards('quiet-a'), ...cards('quiet-b')]).toEqual([]);
  expect(await told('', here.vic, 'batch-alerts')).toMatch(
    /def:quiet-\* {2}· {2}until .*, by @ada: “known bug, fix on its way” {2}· {2}3 alerts held back/,
  );
  hours += 1;
  await tick();
  expect(publicly('genomics').filter(({ plain }) => plain.includes('The mute'))).toEqual([]);
  hours += 1;
  await Promise.all([tick(), tick()]);
  await tick();
  const over = await line('genomics', 'The mute of def:quiet-* is over. It held back 3 alerts.');
  expect(over.plain).toContain('set by @ada: “known bug, fix on its way”  ·  lasted 1 h 30 min');
  expect(publicly('genomics').filter(({ plain }) => plain.includes('The mute of def:quiet-*'))).toEqual([over]);
  const found = answer(await here.ada.presses('What it held back', over));
  expect(found.plain).toContain('3 alerts held back by the mute of def:quiet-*');
  for (const name of ['quiet-a', 'quiet-b']) expect(found.plain).toContain(name);
  happens('quiet-c', 'FAILED');
  await card('quiet-c');
  expect(answer(await here.ada.presses('Mute again for 1 h', over)).plain).toContain('is muted until');
});

test('a card is muted by its form, says so, and stays true without a word to anybody; Unmute ends it', async () => {
  happens('carded', 'FAILED');
  const first = await card('carded');
  const { views } = await here.world.slack.press({
    user: 'ada',
    channel: first.channel,
    ts: first.ts,
    label: 'Mute',
    option: 'For 1 hour…',
  });
  const submit = { user: 'ada', view_id: views[0]?.id ?? '' };
  const { messages } = await here.world.slack.submit({ ...submit, values: { Why: 'looking at it' } });
  const mute = answer(messages);
  expect(mute.plain).toMatch(/^carded: .* in genomics-prod-spot is muted until .*“looking at it”/);
  const muted = await cardSays('carded', 'Muted by @ada until');
  expect(muted.plain).toContain('looking at it');
  happens('carded', 'FAILED');
  await cardSays('carded', '2 jobs');
  expect(await heldBy(mute)).toBe(1);
  const thread = () => here.alerts().filter(({ thread_ts }) => thread_ts === first.ts);
  expect(thread()).toEqual([]);
  expect(answer(await here.ada.presses('Unmute', muted)).plain).toContain('is told again. 1 alert was held back.');
  await line('batch-alerts', 'was ended by @ada. It held back 1 alert.');
});

test('until fixed ends when it succeeds, and not by a job that ran before', async () => {
  const mute = await asks('mute def:healing until fixed waiting for the data');
  expect(mute.plain).toContain('is muted until it succeeds, at most until');
  happens('healing', 'FAILED');
  await here.until('one to be held back', async () => ((await heldBy(mute)) === 1 ? true : undefined));
  happens('healing', 'SUCCEEDED');
  happens('other', 'SUCCEEDED', now() + 200_000);
  happens('after-those', 'FAILED');
  await card('after-those');
  expect(await told('')).toContain('def:healing');
  happens('healing', 'SUCCEEDED', now() + 200_000);
  await line('general', 'The mute of def:healing is over, since it succeeded. It held back 1 alert.');
  happens('healing', 'FAILED');
  await card('healing');
});

test('everything is muted only when it was asked twice, with what that means, and no sooner', async () => {
  happens('before-all', 'FAILED');
  await card('before-all');
  const once = await asks('mute everything 1h maintenance');
  expect(once.plain).toContain('Mute everything? No alert at all would come in every channel and direct message');
  expect(await told('unmute everything')).toContain('Nothing is muted.');
  const twice = answer(await here.ada.presses('Mute everything…', once));
  expect(twice.plain).toContain('Really everything? Nobody hears of failures');
  expect(twice.plain).toMatch(/In the last 7 days that would have been [\d,]+ cards? about [\d,]+ failed jobs?\./);
  expect(await told('unmute everything')).toContain('Nothing is muted.');
  const done = answer(await here.ada.presses('Yes, mute everything', twice));
  expect(done.plain).toContain('everything is muted until');
  await line('batch-alerts', '@ada muted everything until');
  happens('unheard', 'FAILED');
  await here.until('one to be held back', async () => ((await heldBy(done)) === 1 ? true : undefined));
  expect(cards('unheard')).toEqual([]);
  expect(await told('unmute everything')).toContain('everything is told again. 1 alert was held back.');
  happens('heard', 'FAILED');
  await card('heard');
});

test('everything in one channel is asked twice as well; a pattern that all fit, and an old question, are no way round', async () => {
  expect(await told('mute here 1h too loud', here.ada, 'genomics')).toContain(
    'No alert at all would come in #genomics',
  );
  const asked = await asks('mute queue:* 1h too loud');
  expect(asked.plain).toContain('Mute everything?');
  hours += 1;
  expect(answer(await here.ada.presses('Mute everything…', asked)).plain).toContain('too old to answer');
  expect(await told('mute everything 1h why sure:twice')).toContain('too old to answer');
});

test.each<[string, string]>([
  ['mute', 'What shall be muted?'],
  ['mute def:x', 'Why? Whoever misses it will want to know.'],
  ['mute def:x 1h', 'alerts mute def:x 1h "why"'],
  ['mute def:x 90d why', 'between 1 minute and 30 days'],
  ['mute def:x for:soon why', "can't read for:soon"],
  ['mute cause:outOfMemory fixed why', 'can succeed again'],
  ['mute everything fixed why', 'can succeed again'],
  ['mute incident:ABCDEF 1h why', 'There is no incident ABCDEF'],
  ['mute def:x #nonsense 1h why', 'Slack made no mention of "#nonsense"'],
  ['unmute', 'Nothing is muted.'],
])('%s: says what is wrong, and what goes', async (words, said) => {
  expect(await told(words)).toContain(said);
});

test('a reason is shown as it was typed and pings nobody; today ends at the person’s own midnight; the same again renews it', async () => {
  const mute = await asks('mute def:x today "<!channel> *see* @here `x`"');
  expect(JSON.stringify(mute.blocks)).not.toMatch(/<!channel>|[^\u200b]@here/);
  const ends =
    (await here.world.app.room.history.mutes.list('now')).find(({ ended }) => ended === undefined)?.until ?? 0;
  const inBerlin = new Date(ends).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' });
  expect(inBerlin).toBe('00:00:00');
  expect(ends - now()).toBeLessThanOrEqual(25 * 3_600_000);
  expect(await told(`mute def:x 1h "${'why '.repeat(100)}"`)).toContain('and I take 300');
  expect(await told('mute DEF:X 2h because still')).toContain('It was muted before; this takes its place.');
  const [lasting, ...others] = (await here.world.app.room.history.mutes.list('now')).filter(
    ({ ended }) => ended === undefined,
  );
  expect(others).toEqual([]);
  expect(lasting?.reason).toBe('still');
  expect(await told('unmute')).toContain('def:x is told again. Nothing was held back.');
});
