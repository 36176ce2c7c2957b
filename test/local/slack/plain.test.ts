/** What people read: every kind of block as lines of text. */
import * as fc from 'fast-check';
import { type Reader, readMrkdwn, unescaped } from '../../../src/local/slack/mrkdwn';
import { messagePlain, viewPlain } from '../../../src/local/slack/plain';

const reader: Reader = {
  userName: (id) => (id === 'U1' ? 'ada' : id),
  channelName: (id) => (id === 'C1' ? 'general' : id),
  zone: 'Europe/Berlin',
  now: Date.UTC(2026, 10, 21, 12),
};
const text = (words: string) => ({ type: 'plain_text', text: words });
const plain = (...blocks: Record<string, unknown>[]) => messagePlain({ text: 'fallback', blocks }, reader).split('\n');

const tenThirty = Date.UTC(2026, 10, 21, 9, 30) / 1000;

test.each([
  ['*bold* _italic_ ~struck~ `co*d*e`', 'bold italic struck co*d*e'],
  ['rnaseq_NA12878_align *3*4 a*b*c', 'rnaseq_NA12878_align *3*4 a*b*c'],
  ['<@U1> in <#C1|old-name> and <!here>', '@ada in #general and @here'],
  ['<https://a.b/c|the console>, <https://a.b>', 'the console, https://a.b'],
  ['a &lt;!channel&gt; &amp;amp; b', 'a <!channel> &amp; b'],
  ['```\none\n*two*\n```', 'one\n*two*'],
  ['&gt; quoted', '│ quoted'],
  [`<!date^${tenThirty}^{date_short_pretty} at {time}|then>`, 'today at 10:30 AM'],
  [`<!date^${tenThirty - 86_400}^{date_pretty}|then>`, 'yesterday'],
  [`<!date^${tenThirty - 864_000}^{date_num} {time_secs}|then>`, '2026-11-11 10:30:00 AM'],
  [`<!date^${tenThirty}^{ago}|then>`, '2 hours ago'],
  ['<!date^soon^{time}|then>', 'then'],
])('%j reads %j', (written, read) => {
  expect(readMrkdwn(written, reader)).toBe(read);
});

test('escaped text reads as it was before', () => {
  const escaped = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  void fc.assert(fc.property(fc.string(), (words) => unescaped(escaped(words)) === words));
  const names = fc.stringMatching(/^[a-zA-Z0-9<>&!@#.:/-]{1,40}$/).filter((name) => !name.startsWith('>'));
  void fc.assert(fc.property(names, (name) => readMrkdwn(escaped(name), reader) === name));
});

test('texts, fields, headers, context, dividers and images', () => {
  expect(
    plain(
      { type: 'header', text: text('Jobs *here*') },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Queue*' }, text('spot-p3')] },
      { type: 'divider' },
      {
        type: 'context',
        elements: [
          { type: 'image', alt_text: 'a cat' },
          { type: 'mrkdwn', text: '_1-10 of 38_' },
        ],
      },
      { type: 'image', alt_text: 'a chart', title: text('Cost') },
    ),
  ).toEqual(['Jobs *here*', 'Queue', 'spot-p3', '────', '(image: a cat)  1-10 of 38', 'Cost', '(image: a chart)']);
});

test('controls show what they say', () => {
  const options = [
    { text: text('A'), value: 'a' },
    { text: text('B'), value: 'b' },
  ];
  expect(
    plain(
      {
        type: 'actions',
        elements: [
          { type: 'button', text: text('Next') },
          { type: 'overflow', options },
          { type: 'static_select', placeholder: text('Mute'), options },
          { type: 'static_select', options, initial_option: options[1] },
          { type: 'checkboxes', options, initial_options: [options[0]] },
          { type: 'radio_buttons', options },
          { type: 'datepicker', initial_date: '2026-11-21' },
        ],
      },
      { type: 'section', text: text('one\ntwo'), accessory: { type: 'button', text: text('Open') } },
      { type: 'input', label: text('Reason'), optional: true, element: { type: 'plain_text_input' } },
    ),
  ).toEqual([
    '[Next]  (⋯ A · B)  [Mute ▾]  [B ▾]  ☑ A  ☐ B  ○ A  ○ B  [2026-11-21 ▾]',
    'one   [Open]',
    'two',
    'Reason (optional) [____]',
  ]);
});

test('rich text, tables, markdown and plans', () => {
  const piece = (words: string) => ({ type: 'text', text: words });
  const item = (words: string) => ({ type: 'rich_text_section', elements: [piece(words)] });
  expect(
    plain(
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [piece('by '), { type: 'user', user_id: 'U1' }, piece('\n')] },
          { type: 'rich_text_list', style: 'ordered', elements: [item('one'), item('two')] },
          { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [item('in')] },
          { type: 'rich_text_preformatted', elements: [piece('a  b\nc *d*')] },
          { type: 'rich_text_quote', elements: [piece('said')] },
        ],
      },
      {
        type: 'data_table',
        caption: 'Queues',
        rows: [
          [
            { type: 'raw_text', text: 'Queue' },
            { type: 'raw_text', text: 'Jobs' },
          ],
          [
            { type: 'raw_text', text: 'spot' },
            { type: 'raw_number', value: 7, text: '7' },
          ],
        ],
      },
      { type: 'markdown', text: '# Title\n- **bold** [link](https://a.b)' },
      { type: 'plan', title: 'Cancel', tasks: [{ title: 'Ask', status: 'complete' }] },
    ),
  ).toEqual([
    'by @ada',
    '1. one',
    '2. two',
    '  • in',
    'a  b',
    'c *d*',
    '│ said',
    'Queues',
    'Queue   Jobs',
    'spot    7',
    'Title',
    '• bold link',
    'Cancel',
    '✔ Ask',
  ]);
});

test('a message without blocks is its text, with its files under it', () => {
  const files = [{ name: 'a.log', size: 12 }];
  expect(messagePlain({ text: 'Whole *log*', blocks: [], files }, reader)).toBe('Whole log\n(file: a.log, 12 bytes)');
  expect(messagePlain({ text: '', blocks: [], files }, reader)).toBe('(file: a.log, 12 bytes)');
});

test('a modal ends with its own two buttons', () => {
  const view = { type: 'modal', title: text('Cancel'), submit: text('Yes'), close: text('No'), blocks: [] };
  expect(viewPlain(view, reader)).toBe('Cancel\n[No]  [Yes]');
});
