/** How the text of a command falls into words, filters and flags, from a desk, a phone, and through Slack. */
import fc from 'fast-check';
import { escapeEntities, joinList, quoted, splitList, splitWords, type Token } from '../../src/jobs/words';

const word = (value: string, isQuoted = false): Token => ({ kind: 'word', value, quoted: isQuoted });
const filter = (key: string, value: string): Token => ({ kind: 'filter', key, value });
const flag = (name: string): Token => ({ kind: 'flag', name });

test.each<[string, Token[]]>([
  ['', []],
  ['  align   prod ', [word('align'), word('prod')]],
  ['align\nprod\u00a0two', [word('align'), word('prod'), word('two')]],
  ['status:failed', [filter('status', 'failed')]],
  ['STATUS:Failed', [filter('status', 'Failed')]],
  ['status:', [filter('status', '')]],
  ['--since=2h -share —share –share', [filter('since', '2h'), flag('share'), flag('share'), flag('share')]],
  ['--user="Ada L" x', [filter('user', 'Ada L'), word('x')]],
])('%j', (text, tokens) => {
  expect(splitWords(text)).toEqual(tokens);
});

describe('quotes', () => {
  test.each<[string, Token[]]>([
    ['"two words" three', [word('two words', true), word('three')]],
    ['“two words” three', [word('two words', true), word('three')]],
    ['„two words“', [word('two words', true)]],
    ['«two words»', [word('two words', true)]],
    ["'two words'", [word('two words', true)]],
    ['‘two words’', [word('two words', true)]],
    ['reason:"Host EC2"', [filter('reason', 'Host EC2')]],
    ['reason:“Host EC2” x', [filter('reason', 'Host EC2'), word('x')]],
    ['tag:project="two words"', [filter('tag', 'project=two words')]],
    ['"status:failed"', [word('status:failed', true)]],
    ['"-share"', [word('-share', true)]],
    ['"say \\"hi\\" \\\\ now"', [word('say "hi" \\ now', true)]],
    ['""', [word('', true)]],
    ['"never closed and on', [word('never closed and on', true)]],
    ['"', [word('', true)]],
    ["ada's job", [word("ada's"), word('job')]],
    ["'tis fine", [word("'tis"), word('fine')]],
    ['5" disk', [word('5"'), word('disk')]],
  ])('%j', (text, tokens) => {
    expect(splitWords(text)).toEqual(tokens);
  });
});

describe('what Slack makes of text', () => {
  test.each<[string, Token[]]>([
    ['<http://example.com|example.com>', [word('example.com')]],
    ['<https://example.com/a?x=1&amp;y=2>', [word('https://example.com/a?x=1&y=2')]],
    ['<https://example.com/a|see here>', [word('https://example.com/a')]],
    ['image:<http://ghcr.io/team/align|ghcr.io/team/align>:7', [filter('image', 'ghcr.io/team/align:7')]],
    ['<mailto:ada@example.com|ada@example.com>', [word('ada@example.com')]],
    ['user:<@U012AB3CD|ada>', [filter('user', '<@U012AB3CD|ada>')]],
    ['<@U012AB3CD>', [word('<@U012AB3CD>')]],
    ['a&amp;b &lt;tag&gt; &amp;lt;', [word('a&b'), word('<tag>'), word('&lt;')]],
    ['a < b', [word('a'), word('<'), word('b')]],
    ['<unfinished', [word('<unfinished')]],
  ])('%j', (text, tokens) => {
    expect(splitWords(text)).toEqual(tokens);
  });
});

test.each([
  'https://example.com:8080/x',
  'arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
  'align:7',
  'CannotPullContainerError:manifest',
  'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
  'C:\\data\\in',
  'nf-batch-tag:Infinity',
  '12:30',
  ':tada:',
  '4c7599ae-0a82-49aa-ba5a-4727fcce14a8:12',
  '4c7599ae-0a82-49aa-ba5a-4727fcce14a8#1',
])('%s has a colon and is a word', (text) => {
  expect(splitWords(text)).toEqual([word(text)]);
});

test('a known filter takes what would be a word otherwise', () => {
  expect(splitWords('exit:137')).toEqual([word('exit:137')]);
  expect(splitWords('exit:137', new Set(['exit']))).toEqual([filter('exit', '137')]);
  expect(splitWords('colour:red')).toEqual([filter('colour', 'red')]);
});

const piece = fc.constantFrom(
  '"',
  "'",
  '“',
  '”',
  '\\',
  '-',
  '--',
  '—',
  ':',
  '=',
  '<',
  '>',
  '|',
  '&lt;',
  '@U1',
  ' ',
  '\n',
  'key:',
  'a',
);
const nasty = fc
  .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 20 })
  .map((p) => p.join(''));

test('any text at all is read', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      for (const token of splitWords(text, new Set(['key']))) expect(['word', 'filter', 'flag']).toContain(token.kind);
    }),
    { numRuns: 500 },
  );
  // What opens again and again and never closes.
  for (const unit of ['<', '"', '\\"', '<a:', '-', "'a ", 'key:"', 'a='])
    expect(splitWords(unit.repeat(4_000)).length).toBeGreaterThan(0);
});

test('nothing of a plain text is lost', () => {
  const plain = fc.stringMatching(/^[a-z0-9_.*/%+-]{1,12}$/).filter((text) => !text.startsWith('-'));
  fc.assert(
    fc.property(fc.array(plain), (words) => {
      expect(splitWords(words.join(' '))).toEqual(words.map((text) => word(text)));
    }),
  );
});

test('a quoted text is read back as it is, alone and as the value of a filter', () => {
  fc.assert(
    fc.property(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), fc.constantFrom('', ' and more'), (text, more) => {
      expect(splitWords(quoted(text) + more)[0]).toEqual(word(text, true));
      expect(splitWords(`key:${quoted(text)}${more}`)[0]).toEqual(filter('key', text));
    }),
    { numRuns: 500 },
  );
});

test('entities are read back as their characters', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z&<>;]{1,10}$/), (text) =>
      expect(splitWords(escapeEntities(text))).toEqual([word(text)]),
    ),
  );
});

test('lists keep their parts, also those with commas', () => {
  expect(splitList(' prod, dev ,,')).toEqual(['prod', 'dev']);
  expect(splitList('Lovelace\\, Ada,bo')).toEqual(['Lovelace, Ada', 'bo']);
  expect(splitList(',')).toEqual([]);
  const part = fc.stringMatching(/^[a-z,\\ ]{1,8}$/).filter((text) => text.trim() === text);
  fc.assert(fc.property(fc.array(part), (parts) => expect(splitList(joinList(parts))).toEqual(parts)));
});
