/** The search language: every filter, what it says when it is held wrongly, and that a search written back is the same. */
import fc from 'fast-check';
import { parseQuery, QUERY_FILTERS, type Query, QueryError, SORTS, STATUS_WORDS } from '../../src/jobs/query';
import { describeQuery, formatQuery } from '../../src/jobs/queryText';
import { quoted } from '../../src/jobs/words';

const NOW = Date.parse('2026-03-18T12:00:00Z');
const HOUR_MS = 3_600_000;
const context = { now: NOW, me: { id: 'U1', name: 'ada' } };
const parse = (text: string): Query => parseQuery(text, context);

describe('every filter', () => {
  test.each<[string, Partial<Query>]>([
    ['align prod', { words: ['align', 'prod'] }],
    ['"status:failed"', { words: ['status:failed'] }],
    ['""', {}],
    ['status:failed', { statuses: ['failed'] }],
    ['state:Failed,RUNNING status:failed', { statuses: ['failed', 'running'] }],
    ['status:canceled status:timed-out,timeout', { statuses: ['cancelled', 'timedout'] }],
    ['queue:prod,dev-* jobqueue:gpu', { queues: ['prod', 'dev-*', 'gpu'] }],
    ['def:align:7 definition:sort', { definitions: ['align:7', 'sort'] }],
    ['image:ghcr.io/team/align:7', { images: ['ghcr.io/team/align:7'] }],
    ['reason:"Host EC2"', { reasons: ['Host EC2'] }],
    ['user:bo,@cy', { users: ['bo', 'cy'] }],
    ['user:me owner:ME', { users: ['ada', 'ada'] }],
    ['user:<@U1>', { users: ['ada'] }],
    ['user:<@U2|bo>', { users: ['bo'] }],
    ['submitter:@U2', { users: ['U2'] }],
    ['user:"Lovelace\\\\, Ada"', { users: ['Lovelace, Ada'] }],
    ['exit:137', { exits: [{ from: 137, to: 137 }] }],
    [
      'exit:1-127,!0',
      {
        exits: [
          { from: 1, to: 127 },
          { from: 0, to: 0, not: true },
        ],
      },
    ],
    ['exit:127-1', { exits: [{ from: 1, to: 127 }] }],
    ['since:2h', { since: { at: NOW - 2 * HOUR_MS, typed: '2h' } }],
    ['after:2026-03-15', { since: { at: Date.parse('2026-03-15T00:00:00Z'), typed: '2026-03-15' } }],
    ['until:yesterday', { until: { at: Date.parse('2026-03-17T00:00:00Z'), typed: 'yesterday' } }],
    ['before:"2026-03-15 09:30"', { until: { at: Date.parse('2026-03-15T09:30:00Z'), typed: '2026-03-15 09:30' } }],
    ['array:Parents', { array: 'parents' }],
    ['array:4C7599AE', { array: '4c7599ae' }],
    [
      'array:arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8:7',
      { array: '4c7599ae-0a82-49aa-ba5a-4727fcce14a8' },
    ],
    ['zork:1 nginx:1 star:2 base:12', { words: ['zork:1', 'nginx:1', 'star:2', 'base:12'] }],
    ['tag:project=atlas tag:costly', { tags: [{ key: 'project', value: 'atlas' }, { key: 'costly' }] }],
    [
      'tag:project="two words" tags:a=',
      {
        tags: [
          { key: 'project', value: 'two words' },
          { key: 'a', value: '' },
        ],
      },
    ],
    ['name:align-12', { names: ['align-12'] }],
    ['sort:Oldest', { sort: 'oldest' }],
    ['-status:failed', { statuses: ['failed'] }],
    ['--status:failed —queue:"prod two"', { statuses: ['failed'], queues: ['prod two'] }],
    ['–status:failed', { statuses: ['failed'] }],
    ['\u2011\u2011status:failed \u2212exit:137', { statuses: ['failed'], exits: [{ from: 137, to: 137 }] }],
    ['--status=failed –queue=prod', { statuses: ['failed'], queues: ['prod'] }],
  ])('%s', (text, parts) => {
    expect(parse(text)).toEqual({ words: [], ...parts });
  });

  test('days begin where the reader is', () => {
    const { since } = parseQuery('since:today', { now: NOW, timeZone: 'America/New_York' });
    expect(since?.at).toBe(Date.parse('2026-03-18T04:00:00Z'));
  });
});

describe('a search held wrongly says how it goes', () => {
  test.each([
    ['status:faild', 'There is no status "faild". Did you mean failed? I know submitted, pending,'],
    [
      'statu:failed',
      'I don\'t know the filter "statu:". Did you mean status:? To search for the text itself, put it in quotes.',
    ],
    ['que:prod', 'Did you mean queue:?'],
    // What every JavaScript object has is no filter: it must not vanish and leave a wider search.
    ['align constructor:nightly', 'I don\'t know the filter "constructor:".'],
    ['--constructor', 'I don\'t know the filter "constructor:".'],
    ['foo:bar', 'I don\'t know the filter "foo:". I know status, queue, def, image, user, reason, exit, since,'],
    ['exti:137', 'Did you mean exit:?'],
    ['statsu:1', 'Did you mean status:?'],
    ['onwer:7', 'Did you mean owner:?'],
    ['array:banana', '"array:banana" is no array. It goes array:parents, array:children, or array: and an array\'s id'],
    ['array:4c7599a', 'is no array'],
    ['since:1h until:2h', 'since:1h is later than until:2h: they are the wrong way round. It goes since:2h until:1h.'],
    ['-until', 'until: needs a value'],
    ['queue:', 'queue: needs a value, with no space after the colon. /batch help search shows the filters.'],
    ['queue:, status:failed', 'queue: needs a value'],
    ['status:,', 'status: needs a value'],
    ['user:@', 'user: needs a value'],
    ['user:<@U2>', 'Slack told me only the id U2 of whom you mention, and jobs know people by name: user:ada.'],
    ['exit:oom', '"exit:oom" is no exit code. It goes exit:137, exit:1-127, exit:!0 or several with commas.'],
    ['since:whenever', "I can't read the time in since:whenever. It goes since:2h, 7d, yesterday, monday,"],
    ['until:2026-02-31', "I can't read the time in until:2026-02-31."],
    ['sort:size', 'I can\'t sort by "size". It goes sort:newest, sort:oldest, sort:duration, sort:name.'],
    ['tag:=atlas', '"tag:=atlas" names no tag. It goes tag:project or tag:project=atlas.'],
  ])('%s', (text, sentence) => {
    expect(() => parse(text)).toThrow(QueryError);
    expect(() => parse(text)).toThrow(sentence);
  });

  test('“me” where nobody is known', () => {
    expect(() => parseQuery('user:me', { now: NOW })).toThrow('I can’t tell who "me" is here. Give a name: user:ada.');
  });

  test('every way to hold it wrongly is a sentence, never a crash', () => {
    const part = fc.oneof(
      fc.constantFrom(...QUERY_FILTERS).map((key) => `${key}:`),
      fc.constantFrom(' ', '"', ',', '!', '=', '-', '@', '<@U1|', '>', '\\', '7d', 'failed'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 15 }), (parts) => {
        try {
          parse(parts.join(''));
        } catch (error) {
          if (!(error instanceof QueryError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

const anything = fc.oneof(
  fc.stringMatching(/^[a-z0-9_.*:/-]{1,10}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    'two words',
    'a,b',
    'say "hi"',
    '-share',
    'share',
    '<!channel>',
    '&lt;',
    '“x”',
    'it’s',
    "'",
    '\\',
    'status:failed',
  ),
);
const visible = anything.filter((text) => text.trim() !== '');
const typed = fc.constantFrom('2h', '1d12h', '7d', 'yesterday', 'monday', '2026-03-15', '2026-03-15 09:30');
const exit = fc.tuple(fc.constantFrom('', '!'), fc.nat({ max: 255 }), fc.nat({ max: 255 }));
const values: Record<(typeof QUERY_FILTERS)[number], fc.Arbitrary<string>> = {
  ...{ status: fc.constantFrom(...STATUS_WORDS), sort: fc.constantFrom(...SORTS), since: typed, until: typed },
  ...{ queue: visible, def: visible, image: visible, user: visible, reason: visible, name: visible, tag: visible },
  exit: exit.map(([not, from, to]) => `${not}${from}-${to}`),
  array: fc.constantFrom('parents', 'children', '4c7599ae-0a82-49aa-ba5a-4727fcce14a8'),
  incident: fc.constantFrom('K7F2QX', 'k7f2qx', '23456'),
};
const anyFilter = fc
  .constantFrom(...QUERY_FILTERS)
  .chain((key) => values[key].map((value) => `${key}:${/^[\w*!.-]+$/.test(value) ? value : quoted(value)}`));

/** Whatever people type that makes sense. */
const anyQuery = fc
  .array(fc.oneof(anyFilter, anything, visible.map(quoted)), { maxLength: 8 })
  .map((parts) => {
    try {
      return parse(parts.join(' '));
    } catch {
      return undefined;
    }
  })
  .filter((query) => query !== undefined);

test('a search written back reads as the same search', () => {
  fc.assert(
    fc.property(anyQuery, (query) => expect(parse(formatQuery(query))).toEqual(query)),
    { numRuns: 1_000 },
  );
});

test('so does one by somebody with a hard name', () => {
  fc.assert(
    fc.property(fc.constantFrom('Lovelace, Ada', 'O"Neil', 'a\\b', ' ada ', 'me'), (name) => {
      const me = { now: NOW, me: { id: 'U1', name } };
      const query = parseQuery('user:me user:<@U1>', me);
      expect(query.users).toEqual([name.trim(), name.trim()]);
      expect(parseQuery(formatQuery(query), me)).toEqual(query);
    }),
  );
});

test.each([
  ['align status:failed since:7d', 'align status:failed since:7d'],
  ['since:7d   “two words”  --status=Failed', '"two words" status:failed since:7d'],
  ['"share"', '"share"'],
  ['"-x" "a:b"', '"-x" "a:b"'],
  ['exit:!0 exit:5-5', 'exit:!0,5'],
])('%s is written %s', (text, written) => {
  expect(formatQuery(parse(text))).toBe(written);
});

test.each([
  ['', 'jobs'],
  ['align status:failed since:7d', 'failed jobs that match "align", last 7 days'],
  ['align prod', 'jobs that match "align" and "prod"'],
  ['status:failed,timedout', 'failed or timed-out jobs'],
  ['status:failed,running,active', 'failed, running or active jobs'],
  ['status:done', 'finished jobs'],
  ['queue:prod,dev-* since:1d', 'jobs in prod or dev-*, last day'],
  ['def:align:7 user:me', 'jobs of align:7, by ada'],
  ['image:busybox exit:137', 'jobs with image busybox, with exit 137'],
  ['exit:!0,5-9', 'jobs with exit 5 to 9 but not 0'],
  ['exit:!0,!137', 'jobs with exit other than 0 or 137'],
  ['reason:"Host EC2" reason:timeout', 'jobs because of "Host EC2" or "timeout"'],
  ['tag:project=atlas tag:costly', 'jobs tagged project=atlas and costly'],
  ['tag:env=dev tag:env=test tag:costly', 'jobs tagged env=dev or env=test and costly'],
  ['array:parents since:1d12h', 'arrays, last 1 day 12 hours'],
  ['array:children status:failed', 'failed array children'],
  ['array:4c7599ae', 'jobs of array 4c7599ae'],
  ['name:align-1', 'jobs named exactly align-1'],
  ['since:yesterday', 'jobs, since yesterday'],
  ['since:90sec', 'jobs, last 90 seconds'],
  ['until:2h', 'jobs, before 2 hours ago'],
  ['since:7d until:2026-03-15', 'jobs, from 7 days ago to 2026-03-15'],
])('%s is told as “%s”', (text, told) => {
  expect(describeQuery(parse(text))).toBe(told);
});
