/** Messages and views over Slack's limits are refused with Slack's words, and those at the limits are taken. */
import type { KnownBlock } from '@slack/types';
import * as fc from 'fast-check';
import { notifiedBy } from '../../../src/local/slack/mentions';
import { openWorkspace, refusalOf, type TestWorkspace } from './workspace';

let here: TestWorkspace;
let now = Date.now();
beforeAll(async () => {
  here = await openWorkspace({ now: () => now });
});
afterAll(() => here.slack.close());
/** Each call is a minute after the last, so that no rate limit is met. */
beforeEach(() => {
  now += 60_000;
});

const x = (length: number): string => 'x'.repeat(length);
const text = (words: string) => ({ type: 'plain_text', text: words });
const mrkdwn = (words: string) => ({ type: 'mrkdwn', text: words });
const section = (words: string) => ({ type: 'section', text: mrkdwn(words) });
const button = (more: object = {}) => ({ type: 'button', text: text('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (words: string, value = words) => ({ text: text(words), value });
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const row = (cells: number, words = 'c') => many(cells, () => ({ type: 'raw_text', text: words }));
const rich = (...elements: object[]) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });
const card = (status?: string) => ({ type: 'task_card', task_id: 't', title: 'Task', ...(status ? { status } : {}) });

const post = (...blocks: object[]) =>
  here.web.chat.postMessage({ channel: 'C0GENERAL1', text: 'fallback', blocks: blocks as unknown as KnownBlock[] });

test.each<[string, object[], string]>([
  ['a section over 3000', [section(x(3001))], 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
  ['an empty section', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['a section of nothing', [{ type: 'section' }], 'must define either `text` or `fields` [json-pointer:/blocks/0]'],
  [
    '11 fields',
    [{ type: 'section', fields: many(11, () => mrkdwn('f')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'a field over 2000',
    [{ type: 'section', fields: [mrkdwn(x(2001))] }],
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  ['a header over 150', [{ type: 'header', text: text(x(151)) }], 'must be less than 151 characters'],
  ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('a') }], 'must be a valid enum value'],
  ['51 blocks', many(51, () => ({ type: 'divider' })), 'no more than 50 items allowed [json-pointer:/blocks]'],
  ['26 buttons', [actions(...many(26, () => button()))], 'no more than 25 items allowed'],
  ['11 context parts', [{ type: 'context', elements: many(11, () => mrkdwn('c')) }], 'no more than 10 items allowed'],
  ['button words over 75', [actions(button({ text: text(x(76)) }))], 'must be less than 76 characters'],
  ['a value over 2000', [actions(button({ value: x(2001) }))], 'must be less than 2001 characters'],
  ['an address over 3000', [actions(button({ url: `https://a.b/${x(3000)}` }))], 'must be less than 3001 characters'],
  ['no address', [actions(button({ url: 'not an address' }))], 'invalid url [json-pointer:/blocks/0/elements/0/url]'],
  [
    'an unknown field',
    [actions(button({ colour: 'red' }))],
    'invalid additional property: colour [json-pointer:/blocks/0/elements/0]',
  ],
  ['an unknown block', [{ type: 'carpet' }], 'unsupported type: carpet [json-pointer:/blocks/0/type]'],
  ['a block without a type', [{ text: 'x' }], 'missing required field: type [json-pointer:/blocks/0]'],
  ['a button in a context', [{ type: 'context', elements: [button()] }], 'unsupported type: button'],
  ['an alert outside of a modal', [{ type: 'alert', text: mrkdwn('a') }], 'unsupported type: alert'],
  [
    'a confirm text over 300',
    [actions(button({ confirm: { title: text('T'), text: text(x(301)) } }))],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'a confirm title over 100',
    [actions(button({ confirm: { title: text(x(101)), text: text('t') } }))],
    'must be less than 101 characters',
  ],
  [
    'six overflow options',
    [actions({ type: 'overflow', options: many(6, (i) => option(`o${i}`)) })],
    'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    '101 options',
    [actions({ type: 'static_select', options: many(101, (i) => option(`o${i}`)) })],
    'no more than 100 items allowed',
  ],
  ['an option value over 150', [actions({ type: 'overflow', options: [option('o', x(151))] })], 'less than 151'],
  [
    'an initial option that is none of the options',
    [actions({ type: 'static_select', options: [option('a')], initial_option: option('b') })],
    'must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
  ],
  [
    'an action_id twice in a block',
    [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
    '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'a block_id twice',
    [
      { type: 'divider', block_id: 'b' },
      { type: 'divider', block_id: 'b' },
    ],
    '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
  ],
  ['a block_id over 255', [{ type: 'divider', block_id: x(256) }], 'must be less than 256 characters'],
  ['101 table rows', [{ type: 'table', rows: many(101, () => row(1)) }], 'no more than 100 items allowed'],
  ['21 table cells', [{ type: 'table', rows: [row(21)] }], 'no more than 20 items allowed'],
  ['an empty cell', [{ type: 'table', rows: [row(1, '')] }], 'must be more than 0 characters'],
  ['a table over 10,000', [{ type: 'table', rows: [row(10, x(1001))] }], 'less than 10001 characters'],
  [
    'a data table without a caption',
    [{ type: 'data_table', rows: [row(1), row(1)] }],
    'missing required field: caption',
  ],
  [
    'a ragged data table',
    [{ type: 'data_table', caption: 'c', rows: [row(2), row(1)] }],
    'all rows must have the same number of cells',
  ],
  ['an empty piece of rich text', [rich({ type: 'text', text: '' })], 'must be more than 0 characters'],
  ['a task that waits alone', [card('pending')], 'must be a valid enum value [json-pointer:/blocks/0/status]'],
])('%s is refused', async (_, blocks, words) => {
  const { error, messages } = await refusalOf(post(...blocks));
  expect(error).toBe('invalid_blocks');
  expect(messages.join('\n')).toContain(words);
  for (const line of messages) expect(line).toMatch(/^\[ERROR\] .+ \[json-pointer:\/blocks/);
});

test('a section over its limit names the text object first, as Slack does', async () => {
  expect((await refusalOf(post(section(x(3001))))).messages).toEqual([
    '[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]',
    '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ]);
});

test('all the blocks together have a limit, and so have all markdown and the number of tables', async () => {
  expect((await refusalOf(post(...many(5, () => section(x(2700)))))).error).toBe('msg_blocks_too_long');
  const markdown = { type: 'markdown', text: x(6001) };
  expect((await refusalOf(post(markdown, markdown))).error).toBe('msg_blocks_too_long');
  const table = { type: 'table', rows: [row(1)] };
  expect(await refusalOf(post(table, table))).toEqual({
    error: 'invalid_attachments',
    messages: ['[ERROR] only_one_table_allowed'],
  });
});

test('what stands exactly at its limits is taken, and keeps the ids that Slack gives', async () => {
  const confirm = { title: text(x(100)), text: mrkdwn(x(300)), confirm: text(x(30)), deny: text(x(30)) };
  const menu = { type: 'overflow', options: many(5, (i) => option(`${i}${x(74)}`, `${i}${x(149)}`)), confirm };
  const { message } = await post(
    section(x(3000)),
    { type: 'section', fields: many(2, () => mrkdwn(x(2000))), accessory: menu },
    { type: 'header', text: text(x(150)) },
    actions(...many(25, (i) => button({ action_id: `a${i}`, value: x(2000), style: 'primary' }))),
    { type: 'table', rows: many(100, () => row(20)), column_settings: [null, { align: 'right' }] },
    rich({ type: 'user', user_id: 'U1' }, { type: 'emoji', name: 'wave' }, { type: 'link', url: 'https://a.b' }),
    { type: 'context_actions', elements: [{ type: 'icon_button', icon: 'trash', text: text('Delete') }] },
    { type: 'plan', title: 'Plan', tasks: [card('pending')] },
    card('complete'),
    { type: 'card', title: mrkdwn('Card'), actions: [button()] },
    { type: 'container', title: text('Box'), child_blocks: [section('in it')] },
  );
  const ids = message?.blocks?.map((block) => block.block_id) ?? [];
  expect(new Set(ids).size).toBe(11);
  expect(message?.blocks?.[0]).toMatchObject({ text: { verbatim: false }, block_id: expect.stringMatching(/^.{5}$/) });
});

test('views answer invalid_arguments with pointers into the view', async () => {
  const publish = (view: object) => refusalOf(here.web.apiCall('views.publish', { user_id: 'U0ADA00001', view }));
  expect(await publish({ type: 'home', blocks: many(101, () => ({ type: 'divider' })) })).toEqual({
    error: 'invalid_arguments',
    messages: ['[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]'],
  });
  expect((await publish({ type: 'home', blocks: [], private_metadata: x(3001) })).messages).toEqual([
    '[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]',
  ]);
  const open = (view: object) => refusalOf(here.web.apiCall('views.open', { trigger_id: '1', view }));
  const input = { type: 'input', label: text('L'), element: { type: 'plain_text_input' } };
  expect((await open({ type: 'modal', title: text(x(25)), blocks: [input] })).messages).toEqual([
    '[ERROR] must be less than 25 characters [json-pointer:/view/title/text]',
    '[ERROR] missing required field: submit [json-pointer:/view]',
  ]);
  expect((await open({ type: 'modal', blocks: [] })).messages).toEqual([
    '[ERROR] missing required field: title [json-pointer:/view]',
  ]);
});

test('whom a message notifies: real mentions only', async () => {
  const hostile = '&lt;!channel&gt; <@U0ADA00001>';
  await post(
    section(`${hostile} <!here|here>`),
    { type: 'header', text: text('<!everyone>') },
    rich({ type: 'text', text: '<!channel>' }, { type: 'user', user_id: 'U0VIC00001' }),
    { type: 'table', rows: [row(1, '<!channel>')] },
  );
  expect(here.slack.channel('general').at(-1)?.notified).toEqual(['U0ADA00001', 'here', 'U0VIC00001']);
});

test('escaped text never notifies anybody, whatever it says', () => {
  const nasty = fc.array(fc.constantFrom('<!channel>', '<@U0ADA00001>', '<!here|x>', '&lt;', '*', '`', '>', ' ', 'a'));
  void fc.assert(
    fc.property(nasty, (pieces) => {
      const escaped = pieces.join('').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      return notifiedBy(escaped, [section(escaped)]).length === 0;
    }),
  );
});
