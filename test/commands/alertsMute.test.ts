/** Mutes: set by words and from a card, shown on it, asked twice for everything, and told of when they end. */
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Message } from '../../src/local/slack/server';
import { dynamo, TABLE } from '../history/dynamo';
import { type AlertScene, alertScene, answer, isCardOf } from './alertScene';

let here: AlertScene;
beforeAll(async () => {
  here = await alertScene();
});
afterAll(() => here.end());
// What failed in the test before is over then, and its cards make no crowd.
beforeEach(() => here.pass(2));
afterEach(async () => {
  const { mutes } = here.world.app.room.history;
  for (const { id } of await mutes.list('now')) {
    await mutes.end(id, { at: here.now(), how: 'taken' });
    await mutes.tell(id);
  }
});

const tick = () => here.world.app.tick(() => 60_000);
const cardSays = (name: string, words: string): Promise<Message> =>
  here.soon(`"${words}" on the card of ${name}`, () => here.cards(name).find(({ plain }) => plain.includes(words)));
const heldBy = async (mute: Message): Promise<number> =>
  await here.world.app.room.history.mutes.held(/alerts unmute (\w+)/.exec(JSON.stringify(mute.blocks))?.[1] ?? '');
const lasting = async () =>
  (await here.world.app.room.history.mutes.list('now')).filter(({ ended }) => ended === undefined);

test('what is muted is told nowhere, listed with its reason, and told of when its time is over, once', async () => {
  const mute = await here.asks('mute def:quiet-* 90m known bug, fix on its way', here.ada, 'genomics');
  expect(mute.plain).toMatch(/^def:quiet-\* is muted until .*: “known bug, fix on its way”/);
  await here.line('batch-alerts', '@ada muted def:quiet-* until');
  here.ends('quiet-a', 'FAILED');
  here.ends('quiet-a', 'FAILED');
  here.ends('quiet-b', 'FAILED');
  here.ends('loud-a', 'FAILED');
  await here.card('loud-a');
  await here.soon('three to be held back', async () => ((await heldBy(mute)) === 3 ? true : undefined));
  expect([...here.cards('quiet-a'), ...here.cards('quiet-b')]).toEqual([]);
  expect(await here.told('', here.vic, 'batch-alerts')).toMatch(
    /def:quiet-\* {2}· {2}until .*, by @ada: “known bug, fix on its way” {2}· {2}3 alerts held back/,
  );
  // Another that lasts, one whose end nobody told, and an item that another version wrote.
  await here.told('mute def:longer 3h why', here.ada, 'genomics');
  await here.told('mute def:left-behind 3h why', here.ada, 'genomics');
  const left = (await lasting()).find(({ when }) => when.definitions?.[0] === 'left-behind');
  const { mutes } = here.world.app.room.history;
  await mutes.end(left?.id ?? '', { at: here.now(), how: 'over' });
  const doc = DynamoDBDocumentClient.from(dynamo(here));
  await doc.send(
    new PutCommand({ TableName: TABLE, Item: { pk: 'ALERTS#MUTES', sk: 'foreign', shape: 'of the future' } }),
  );
  here.pass(2);
  await Promise.all([tick(), tick()]);
  await here.line('genomics', 'The mute of def:left-behind is over. It held back nothing.');
  expect(here.publicly('genomics').filter(({ plain }) => plain.includes('The mute of def:longer'))).toEqual([]);
  const over = await here.line('genomics', 'The mute of def:quiet-* is over. It held back 3 alerts.');
  expect(over.plain).toContain('set by @ada: “known bug, fix on its way”  ·  lasted 1 h 30 min');
  expect(here.publicly('genomics').filter(({ plain }) => plain.includes('The mute of def:quiet-*'))).toEqual([over]);
  const found = answer(await here.ada.presses('What it held back', over));
  expect(found.plain).toContain('3 alerts held back by the mute of def:quiet-*');
  // Who read there that it was muted reads there that it is not any more.
  await here.line('batch-alerts', 'The mute of def:quiet-* is over. It held back 3 alerts.');
  const ends = here.alerts().filter(({ plain }) => plain.includes('The mute of def:quiet-*'));
  expect(ends).toHaveLength(1);
  for (const name of ['quiet-a', 'quiet-b']) expect(found.plain).toContain(name);
  here.ends('quiet-c', 'FAILED');
  await here.card('quiet-c');
  expect(answer(await here.ada.presses('Mute again for 1 h', over)).plain).toContain('is muted until');
});

test('a card is muted by its form, says so, and stays true without a word to anybody; Unmute ends it', async () => {
  here.ends('carded', 'FAILED');
  const first = await here.card('carded');
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
  here.ends('carded', 'FAILED');
  await cardSays('carded', '2 jobs');
  expect(await heldBy(mute)).toBe(1);
  const thread = () => here.alerts().filter(({ thread_ts }) => thread_ts === first.ts);
  expect(thread()).toEqual([]);
  expect(answer(await here.ada.presses('Unmute', muted)).plain).toContain('is told again. 1 alert was held back.');
  await here.line('batch-alerts', 'was ended by @ada. It held back 1 alert.');
});

test('who may not mute reads so in the form as soon as it opens, with whom to ask; who may fills it in', async () => {
  here.ends('guarded', 'FAILED');
  const card = await here.card('guarded');
  const on = { channel: card.channel, ts: card.ts, label: 'Mute', option: 'For 1 hour…' };
  const opens = async (user: string) => (await here.world.slack.press({ user, ...on })).views.at(-1);
  const [mine, refused] = [await opens('ada'), await opens('vic')];
  expect(JSON.stringify(mine)).toContain('"Why"');
  const shown = JSON.stringify(refused);
  expect(shown).toContain('You are a viewer here; this needs the operator role.');
  expect(shown).toContain('U0ROOT0001');
  expect(shown).not.toContain('"Why"');
  expect(await lasting()).toEqual([]);
  const audit = await here.root.says('/batch audit what:refused user:vic');
  expect(audit.map(({ plain }) => plain).join()).toContain('needs the operator role');
  // Nothing was said to anybody else of that, or beside the form.
  expect(here.publicly('batch-alerts').filter(({ plain }) => plain.includes('operator role'))).toEqual([]);

  // On a card that only oneself has, it is one's own to say.
  await here.ada.presses('Save the rule', await here.asks('route def:own-* to submitter'));
  here.ends('own-trouble', 'FAILED', { tags: { submitter: 'vic' } });
  const own = await here.soon('a direct message', () => here.world.slack.dm('vic').find(isCardOf('own-trouble')));
  const press = { user: 'vic', channel: own.channel, ts: own.ts, label: 'Mute', option: 'For 1 hour…' };
  expect(JSON.stringify((await here.world.slack.press(press)).views.at(-1))).toContain('"Why"');
});

test('a card that takes in all of one cause is muted with that cause, in its channel, as its form says', async () => {
  for (let n = 0; n < 8; n++) here.ends(`early-${n}`, 'FAILED');
  await here.soon('8 cards', () => (here.cards('early-').length === 8 ? true : undefined));
  here.ends('ninth', 'FAILED');
  const card = await here.card('ninth');
  expect(card.plain).toContain('Many failed at once: this card takes in whatever else failed of exit 7');
  const { views } = await here.world.slack.press({
    user: 'ada',
    channel: card.channel,
    ts: card.ts,
    label: 'Mute this cause here',
    option: 'For 1 hour…',
  });
  expect(JSON.stringify(views[0])).toContain('all that fails of its cause, where its card is');
  const submit = { user: 'ada', view_id: views[0]?.id ?? '' };
  const { messages } = await here.world.slack.submit({ ...submit, values: { Why: 'looking at it' } });
  expect(answer(messages).plain).toMatch(/^all that fails of exit 7 in #batch-alerts is muted until/);
  await cardSays('ninth', 'Muted by @ada until');
  const [mute] = await lasting();
  expect(mute?.when).toEqual({ occasions: ['failed'], causeIdentity: expect.stringContaining('7') });
});

test('a mute that lacks its reason is offered the form, with what was said in it', async () => {
  const lacking = await here.asks('mute def:formed-* for:4h');
  expect(lacking.plain).toContain('[Fill in a form…]');
  const press = { user: 'ada', channel: lacking.channel, ts: lacking.ts, label: 'Fill in a form…' };
  const { views } = await here.world.slack.press(press);
  expect(views[0]?.plain).toContain('formed-*');
  const submit = { user: 'ada', view_id: views[0]?.id ?? '', values: { Why: 'a "quoted" reason, é <b>' } };
  const { messages } = await here.world.slack.submit(submit);
  expect(answer(messages).plain).toMatch(/^def:formed-\* is muted until .*“a "quoted" reason, é <b>”/);
  const [mute] = await lasting();
  expect((mute?.until ?? 0) - (mute?.at ?? 0)).toBe(4 * 3_600_000);
});

test('until fixed ends when it succeeds, and not by a job that ran before', async () => {
  const mute = await here.asks('mute def:healing until fixed waiting for the data');
  expect(mute.plain).toContain('is muted until it succeeds, at most until');
  here.ends('healing', 'FAILED');
  await here.soon('one to be held back', async () => ((await heldBy(mute)) === 1 ? true : undefined));
  here.ends('healing', 'SUCCEEDED');
  here.ends('other', 'SUCCEEDED', { at: here.now() + 200_000 });
  here.ends('after-those', 'FAILED');
  await here.card('after-those');
  expect(await here.told('')).toContain('def:healing');
  here.ends('healing', 'SUCCEEDED', { at: here.now() + 200_000 });
  await here.line('general', 'The mute of def:healing is over, since it succeeded. It held back 1 alert.');
  here.ends('healing', 'FAILED');
  await here.card('healing');
});

test('until fixed on a card that was closed and is open again ends when that succeeds, and no sooner', async () => {
  here.ends('relapse', 'FAILED');
  const [, id = ''] = /incident (\w{6})/.exec((await here.card('relapse')).plain) ?? [];
  expect(await here.told(`close ${id} done`)).toContain('It is closed');
  await cardSays('relapse', 'Closed by @ada');
  here.ends('relapse', 'FAILED');
  await cardSays('relapse', '2 jobs');
  expect(await here.told(`mute incident:${id} for:fixed waiting for the data`)).toContain('is muted until it succeeds');
  await tick();
  expect(await lasting()).toHaveLength(1);
  here.ends('relapse', 'SUCCEEDED', { at: here.now() + 200_000 });
  await cardSays('relapse', 'succeeded again');
  await tick();
  await here.line('general', 'The mute of relapse: exit 7 in genomics-prod-spot is over, since its incident is over.');
});

test('everything is muted only when it was asked twice, with what that means, and no sooner', async () => {
  here.ends('before-all', 'FAILED');
  await here.card('before-all');
  const once = await here.asks('mute everything 1h maintenance');
  expect(once.plain).toContain('Mute everything? No alert at all would come in any channel or direct message');
  expect(await here.told('unmute everything')).toContain('Nothing is muted.');
  const twice = answer(await here.ada.presses('Mute everything…', once));
  expect(twice.plain).toContain('Really everything? Nobody hears of failures');
  expect(twice.plain).toMatch(/In the last 7 days that would have been [\d,]+ cards? about [\d,]+ failed jobs?\./);
  expect(await here.told('unmute everything')).toContain('Nothing is muted.');
  const done = answer(await here.ada.presses('Yes, mute everything', twice));
  expect(done.plain).toContain('everything is muted until');
  await here.line('batch-alerts', '@ada muted everything until');
  here.ends('unheard', 'FAILED');
  await here.soon('one to be held back', async () => ((await heldBy(done)) === 1 ? true : undefined));
  expect(here.cards('unheard')).toEqual([]);
  expect(await here.told('unmute everything')).toContain('everything is told again. 1 alert was held back.');
  here.ends('heard', 'FAILED');
  await here.card('heard');
});

test('everything in one channel is asked twice as well; a pattern that all fit, and an old question, are no way round', async () => {
  expect(await here.told('mute here 1h too loud', here.ada, 'genomics')).toContain(
    'No alert at all would come in #genomics',
  );
  const asked = await here.asks('mute queue:* 1h too loud');
  expect(asked.plain).toContain('Mute everything?');
  here.pass(1);
  expect(answer(await here.ada.presses('Mute everything…', asked)).plain).toContain('too old to answer');
  expect(await here.told('mute everything 1h why sure:twice')).toContain('too old to answer');
});

test('what comes to oneself anybody may mute and switch off, and spares nobody else', async () => {
  const { routes } = here.world.app.room.history;
  const to = [{ kind: 'user' as const, id: 'U0VIC00001' }];
  const when = { definitions: ['vics-*'] };
  await routes.set({ id: 'VICS2', when, to, also: true, by: { id: 'U0ADA00001', name: 'ada' }, at: here.now() });
  const inDm = (name: string) => here.world.slack.dm('vic').filter(isCardOf(name));
  here.ends('vics-a', 'FAILED');
  await here.soon('a direct message', () => inDm('vics-a')[0]);
  expect(await here.told('mute def:vics-* 1h too much', here.vic)).toContain('this needs the operator role');
  const mute = await here.asks('mute def:vics-* to:me 1h too much', here.vic);
  expect(mute.plain).toContain('def:vics-* in @vic is muted until');
  here.ends('vics-b', 'FAILED');
  await here.card('vics-b');
  await here.soon('one to be held back', async () => ((await heldBy(mute)) === 1 ? true : undefined));
  expect(inDm('vics-b')).toEqual([]);
  expect(answer(await here.vic.presses('Unmute', mute)).plain).toContain('is told again. 1 alert was held back.');
  expect(await here.told('off failed', here.vic)).toContain('this needs the operator role');
  expect(await here.told('off failed me', here.vic)).toContain('failed is off in @vic');
  here.ends('vics-c', 'FAILED');
  await here.card('vics-c');
  expect(inDm('vics-c')).toEqual([]);
});

test.each<[string, string]>([
  ['mute', 'What shall be muted?'],
  ['mute def:x', 'Why? Whoever misses it will want to know.'],
  ['mute def:x 1h', 'alerts mute def:x 1h "why"'],
  ['mute everything', 'Why? Whoever misses it will want to know.'],
  ['mute def:x 90d why', 'between 1 minute and 30 days'],
  ['mute def:x for:soon why', "can't read for:soon"],
  ['mute def:x -1h why', '"-1h" is neither'],
  ['mute cause:outOfMemory fixed why', 'can succeed again'],
  ['mute everything fixed why', 'can succeed again'],
  ['mute incident:ABCDEF 1h why', 'There is no incident ABCDEF'],
  ['mute def:x #nonsense 1h why', 'Slack made no mention of "#nonsense"'],
  ['unmute', 'Nothing is muted.'],
])('%s: says what is wrong, and what goes', async (words, said) => {
  expect(await here.told(words)).toContain(said);
});

test('a reason is shown as it was typed and pings nobody; today ends at the person’s own midnight; the same again renews it', async () => {
  const mute = await here.asks('mute def:x today "<!channel> *see* @here `x`"');
  expect(JSON.stringify(mute.blocks)).not.toMatch(/<!channel>|[^\u200b]@here/);
  const ends = (await lasting())[0]?.until ?? 0;
  const inBerlin = new Date(ends).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' });
  expect(inBerlin).toBe('00:00:00');
  expect(ends - here.now()).toBeLessThanOrEqual(25 * 3_600_000);
  expect(await here.told(`mute def:x 1h "${'why '.repeat(100)}"`)).toContain('and I take 300');
  expect(await here.told('mute DEF:X 2h because still')).toContain('It was muted before; this takes its place.');
  expect((await lasting()).map(({ reason }) => reason)).toEqual(['still']);
  expect(await here.told('unmute')).toContain('def:x is told again. Nothing was held back.');
});
