/** What the page makes of mrkdwn: the styles, mentions and dates that Slack knows, and nothing lost of anything else. */
import * as fc from 'fast-check';
import { type Inline, type MrkdwnBlock, parseMrkdwn } from '../../../src/local/page/mrkdwnParse';

const inlines = (source: string): Inline[] =>
  parseMrkdwn(source).flatMap((block) => ('inlines' in block ? block.inlines : []));

function textOfInline(inline: Inline): string {
  if ('children' in inline) return inline.children.map(textOfInline).join('');
  if ('text' in inline) return inline.text;
  if (inline.kind === 'emoji') return `:${inline.name}:`;
  return inline.kind === 'link' ? (inline.label ?? inline.url) : '';
}

const textOfBlock = (block: MrkdwnBlock): string =>
  block.kind === 'pre' ? block.text : block.inlines.map(textOfInline).join('');

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

test('styles nest, and count only at the edges of words on one line', () => {
  expect(inlines('*a _b_ ~c~*')).toEqual([
    {
      kind: 'bold',
      children: [
        { kind: 'text', text: 'a ' },
        { kind: 'italic', children: [{ kind: 'text', text: 'b' }] },
        { kind: 'text', text: ' ' },
        { kind: 'strike', children: [{ kind: 'text', text: 'c' }] },
      ],
    },
  ]);
  for (const plain of ['2*3*4', 'snake_case_name', '* not bold *', '*over\nlines*', '**', 'a * b']) {
    expect(inlines(plain)).toEqual([{ kind: 'text', text: plain }]);
  }
});

test('inside code nothing else counts', () => {
  expect(inlines('`*a* _b_ :x:`')).toEqual([{ kind: 'code', text: '*a* _b_ :x:' }]);
  expect(parseMrkdwn('see\n```\n*a*\n> b &lt;c&gt;\n```\nafter')).toEqual([
    { kind: 'text', inlines: [{ kind: 'text', text: 'see' }] },
    { kind: 'pre', text: '*a*\n> b <c>' },
    { kind: 'text', inlines: [{ kind: 'text', text: 'after' }] },
  ]);
});

test('lines after > are a quote, escaped or not', () => {
  expect(parseMrkdwn('&gt; a\n> b\nc').map((block) => [block.kind, textOfBlock(block)])).toEqual([
    ['quote', 'a\nb'],
    ['text', 'c'],
  ]);
});

test('angle brackets hold links, mentions and dates', () => {
  const source = '<https://a.example/?x=1&amp;y=2|the *job*> <@U01> <#C01|general> <!here> <!subteam^S01|@ops>';
  expect(inlines(source).filter(({ kind }) => kind !== 'text')).toEqual([
    { kind: 'link', url: 'https://a.example/?x=1&y=2', label: 'the *job*' },
    { kind: 'user', id: 'U01' },
    { kind: 'channel', id: 'C01', label: 'general' },
    { kind: 'broadcast', range: 'here' },
    { kind: 'usergroup', id: 'S01', label: '@ops' },
  ]);
  expect(inlines('<!date^1764495667^{date_short} at {time}^https://a.example|30 Nov>')).toEqual([
    {
      kind: 'date',
      timestamp: 1764495667,
      format: '{date_short} at {time}',
      url: 'https://a.example',
      fallback: '30 Nov',
    },
  ]);
});

test('an address that could run a script is no link', () => {
  expect(inlines('<javascript:alert(1)|click>').some(({ kind }) => kind === 'link')).toBe(false);
});

test('a hostile name that was escaped pings nobody and stays as it was', () => {
  expect(inlines('&lt;!channel&gt; &amp;amp;')).toEqual([{ kind: 'text', text: '<!channel> &amp;' }]);
});

test('whatever comes, parsing ends and gives a tree', () => {
  const marks = fc.constantFrom(
    '*',
    '_',
    '~',
    '`',
    '```',
    '<',
    '>',
    '|',
    '@',
    '#',
    '!',
    '^',
    ':',
    '&amp;',
    '\n',
    ' ',
    'a',
  );
  const sources = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(marks, { maxLength: 60 }).map((all) => all.join('')),
  );
  void fc.assert(fc.property(sources, (source) => void parseMrkdwn(source)));
});

test('no letter or digit is lost or moved, whatever marks stand between', () => {
  const pieces = fc.constantFrom('*', '_', '~', '`', '```', ':', '\n', ' ', '.', 'a', 'b', '7', 'é');
  void fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const source = parts.join('');
      const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');
      expect(letters(parseMrkdwn(source).map(textOfBlock).join('\n'))).toBe(letters(source));
    }),
  );
});

test('text that was escaped and holds no marks comes back exactly', () => {
  const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/[*_~`:]/.test(text) && !/^>/m.test(text));
  void fc.assert(
    fc.property(plain, (text) => {
      expect(parseMrkdwn(escaped(text)).map(textOfBlock).join('\n')).toBe(text);
    }),
  );
});
