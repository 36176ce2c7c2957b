/** What each part of a search matches, rule by rule, and against the rules written down a second time. */
import fc from 'fast-check';
import type { JobRow } from '../../src/jobs/job';
import { matches } from '../../src/jobs/match';
import { type ExitRange, parseQuery, type Query, type TagFilter } from '../../src/jobs/query';
import { anyQuery, anyRow } from './anyRows';

const NOW = Date.parse('2026-03-18T12:00:00Z');
const ID = '4c7599ae-0a82-49aa-ba5a-4727fcce14a8';
const row = (fields: Partial<JobRow> = {}): JobRow => ({
  ...{ id: ID, name: 'align-genome', queue: 'prod', definition: 'align:12', image: 'ghcr.io/team/Align:7' },
  ...{ command: ['sleep', '600'], createdAt: NOW, status: 'RUNNING', seenAt: NOW, attemptCount: 1 },
  ...fields,
});
const finds = (text: string, fields: Partial<JobRow> = {}): boolean =>
  matches(parseQuery(text, { now: NOW }), row(fields));
const failed = (statusReason: string, more: Partial<JobRow> = {}): Partial<JobRow> => ({
  status: 'FAILED',
  statusReason,
  ...more,
});
const tags = (values: Record<string, string>): Partial<JobRow> => ({ tags: { seenAt: NOW, values } });

/** Jest passes a callback for a missing third part, and then waits for it. */
const withFields = (table: [what: string, text: string, fields?: Partial<JobRow>][]) =>
  table.map(([what, text, fields = {}]) => [what, text, fields] as const);

describe('a word', () => {
  test.each(
    withFields([
      ['the middle of a name', 'ign-gen'],
      ['a name in another case', 'ALIGN'],
      ['the queue', 'pro'],
      ['the definition and its revision', 'align:12'],
      ['the image', 'team/align'],
      ['the command, its parts with spaces between', '"sleep 600"'],
      ['the status reason', '"Host EC2"', failed('Host EC2 (instance i-1) terminated.')],
      ['the container’s reason', 'outofmemory', { containerReason: 'OutOfMemoryError: Container killed' }],
      ['the user', 'ada', tags({ submitter: 'Ada' })],
      ['a tag’s key', 'costcent', tags({ CostCenter: '7' })],
      ['a tag’s value', 'atlas', tags({ project: 'Atlas' })],
      ['the beginning of an id, from 8 characters', '4c7599ae'],
      ['the beginning of an id in capitals', '4C7599AE-0A'],
      ['the inside of an id, from 12 characters', '-49aa-ba5a-4'],
      ['the end of an id', '4727fcce14a8'],
      ['an array’s child by its parent’s id', ID, { id: `${ID}:7` }],
      ['a date in a name', '20260315', { name: 'sort-20260315' }],
      ['an id that begins like a date', '20260315', { id: `20260315${ID.slice(8)}` }],
    ]),
  )('matches %s', (_what, text, fields) => {
    expect(finds(text, fields)).toBe(true);
  });

  test.each(
    withFields([
      ['fewer than 8 characters of an id', '4c7599a'],
      ['fewer than 12 characters inside of an id', '0a82-49aa-b'],
      ['an id’s index', `${ID}:7`, { id: `${ID}:7` }],
      ['a status', 'running'],
      ['two fields together', '"genome prod"'],
      ['what is not there', 'zzz'],
    ]),
  )('doesn’t match %s', (_what, text, fields) => {
    expect(finds(text, fields)).toBe(false);
  });

  test('and another must both match, anywhere', () => {
    expect(finds('genome prod')).toBe(true);
    expect(finds('genome dev')).toBe(false);
  });
});

describe('a filter', () => {
  test.each<[string, Partial<JobRow>, Partial<JobRow>]>([
    ['status:failed', { status: 'FAILED' }, { status: 'SUCCEEDED' }],
    ['status:running,failed', { status: 'RUNNING' }, { status: 'RUNNABLE' }],
    ['status:running', {}, { lostAt: NOW + 1 }],
    ['status:lost', { lostAt: NOW + 1 }, { lostAt: NOW - 1 }],
    ['status:lost', { lostAt: NOW + 1 }, { lostAt: NOW + 1, status: 'FAILED' }],
    ['status:active', { status: 'SUBMITTED' }, { status: 'FAILED' }],
    ['status:active', {}, { lostAt: NOW + 1 }],
    ['status:done', { status: 'SUCCEEDED' }, { status: 'RUNNING' }],
    ['status:cancelled', failed('no more', { cancelled: true }), { cancelled: true }],
    ['status:cancelled', failed('cancelled from Slack by ada (op 1)'), failed('Host EC2 (instance i-1) terminated.')],
    ['status:terminated', failed('no more', { terminated: true }), failed('Host EC2 (instance i-1) terminated.')],
    ['status:terminated', failed('Terminated by ada'), failed('Essential container in task exited')],
    ['status:timedout', failed('Job attempt duration exceeded timeout'), failed('Essential container in task exited')],
    ['status:timedout', failed('Job attempt duration exceeded timeout'), failed('a timeout', { terminated: true })],
    ['queue:PROD', {}, { queue: 'prod-gpu' }],
    ['queue:pr*', { queue: 'prod-gpu' }, { queue: 'dev' }],
    ['queue:*', {}, { queue: 'dev', name: 'x', lostAt: NOW }],
    ['def:align', {}, { definition: 'aligner:12' }],
    ['def:align:12', {}, { definition: 'align:1' }],
    ['def:al*', {}, { definition: 'sort:1' }],
    ['image:TEAM/', {}, { image: 'busybox' }],
    ['user:ada', tags({ User: 'Ada' }), tags({ user: 'adam' })],
    ['user:ada', tags({ submitter: 'ada@example.com', user: 'bo' }), tags({ submitter: 'bo', user: 'ada' })],
    ['reason:"ec2 (instance"', failed('Host EC2 (instance i-1)'), failed('Job attempt duration exceeded timeout')],
    ['reason:memory', { containerReason: 'OutOfMemoryError' }, {}],
    ['exit:1-127', { exitCode: 127 }, { exitCode: 128 }],
    ['exit:!0', { exitCode: 1 }, { exitCode: 0 }],
    ['exit:!0', { exitCode: 1 }, {}],
    ['exit:!0,!137', { exitCode: 1 }, { exitCode: 137 }],
    ['exit:!0 exit:!137', { exitCode: 1 }, { exitCode: 0 }],
    ['exit:1-255,!137', { exitCode: 136 }, { exitCode: 137 }],
    ['exit:1-255,!137', { exitCode: 255 }, { exitCode: 0 }],
    ['since:1d', { createdAt: NOW - 86_400_000 }, { createdAt: NOW - 86_400_001 }],
    ['until:1d', { createdAt: NOW - 86_400_001 }, { createdAt: NOW - 86_400_000 }],
    ['array:parents', { arraySize: 2 }, {}],
    ['array:children', { arrayIndex: 0 }, { arraySize: 2 }],
    [`array:${ID}`, { id: `${ID}:0` }, { id: ID }],
    ['array:4C7599AE', { id: `${ID}:0` }, { id: `5${ID.slice(1)}:0` }],
    ['tag:Project', tags({ project: 'x' }), tags({ projects: 'x' })],
    ['tag:project=ATLAS', tags({ project: 'atlas' }), tags({ project: 'atlas2' })],
    ['tag:project=a tag:env=dev', tags({ project: 'a', env: 'dev' }), tags({ project: 'a', env: 'prod' })],
    ['tag:env=dev tag:Env=test', tags({ env: 'test' }), tags({ env: 'prod' })],
    ['name:ALIGN-genome', {}, { name: 'align-genome-2' }],
  ])('%s', (text, hit, miss) => {
    // One that matches nothing or everything would pass half of the table.
    const everything: Partial<JobRow> = text === 'queue:*' ? hit : miss;
    expect(finds(text, hit)).toBe(true);
    expect(finds(text, everything)).toBe(text === 'queue:*');
  });
});

/** All the codes that a container may end with and that the ranges let in. */
function codes(ranges: readonly ExitRange[]): Set<number> {
  const all = (range: ExitRange) => Array.from({ length: range.to - range.from + 1 }, (_, i) => range.from + i);
  const wanted = ranges.filter(({ not }) => not === undefined);
  const allowed = new Set(wanted.length === 0 ? all({ from: 0, to: 300 }) : wanted.flatMap(all));
  for (const code of ranges.filter(({ not }) => not).flatMap(all)) allowed.delete(code);
  return allowed;
}

/** Each key in lower case, with the values that it may have. */
function tagsByKey(tags: readonly TagFilter[]): [string, (string | undefined)[]][] {
  const values = new Map<string, (string | undefined)[]>();
  for (const { key, value } of tags) {
    values.set(key.toLowerCase(), [...(values.get(key.toLowerCase()) ?? []), value?.toLowerCase()]);
  }
  return [...values];
}

/** The rules of a search once more, without any of the speed: every text and every value is compared on its own. */
function naive(query: Query, job: JobRow): boolean {
  const low = (text: string | undefined) => (text ?? '').toLowerCase();
  const tagged = Object.entries(job.tags?.values ?? {}).map(([key, value]) => [low(key), low(value)] as const);
  const owner = tagged.find(([key]) => key === 'submitter')?.[1] ?? tagged.find(([key]) => key === 'user')?.[1];
  const reasons = [low(job.statusReason), low(job.containerReason)];
  const texts = [job.name, job.queue, job.definition, job.image, job.command?.join(' ')].map(low);
  const all = [...texts, ...reasons, ...tagged.flat()];
  const star = (pattern: string, text: string) =>
    new RegExp(`^${low(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(text);
  const ended = job.status === 'FAILED' || job.status === 'SUCCEEDED';
  const lost = !ended && job.lostAt !== undefined && job.lostAt > job.seenAt;
  const broken = job.status === 'FAILED';
  const said = job.statusReason ?? '';
  const hasStatus = (word: string): boolean => {
    if (word === 'active') return !ended && !lost;
    if (word === 'done') return ended;
    if (word === 'lost') return lost;
    if (word === 'cancelled') return broken && (job.cancelled === true || said.includes('cancelled'));
    if (word === 'terminated') return broken && (job.terminated === true || said.startsWith('Terminated'));
    // Docker's word for a lack of memory goes before Batch's for the time that was up.
    if (word === 'timedout') return broken && said.includes('exceeded timeout') && job.containerReason === undefined;
    return low(job.status) === word && !lost;
  };
  const parent = job.id.includes(':') ? job.id.slice(0, job.id.indexOf(':')) : undefined;
  const created = job.createdAt ?? 0;
  const some = <T>(list: T[] | undefined, fits: (value: T) => boolean) => list === undefined || list.some(fits);
  return (
    query.words
      .map(low)
      .every(
        (word) =>
          all.some((text) => text.includes(word)) ||
          (/^[0-9a-f-]+$/.test(word) &&
            ((word.length >= 8 && job.id.indexOf(word) === 0) || (word.length >= 12 && job.id.includes(word)))),
      ) &&
    some(query.statuses, hasStatus) &&
    some(query.queues, (queue) => star(queue, low(job.queue))) &&
    some(query.definitions, (def) => star(def, low(job.definition)) || star(`${def}:*`, low(job.definition))) &&
    some(query.images, (image) => low(job.image).includes(low(image))) &&
    some(query.users, (user) => owner === low(user) || owner?.startsWith(`${low(user)}@`) === true) &&
    some(query.reasons, (reason) => reasons.some((text) => text.includes(low(reason)))) &&
    (query.exits === undefined || (job.exitCode !== undefined && codes(query.exits).has(job.exitCode))) &&
    (query.since === undefined || created >= query.since.at) &&
    (query.until === undefined || created < query.until.at) &&
    (query.array === undefined ||
      (query.array === 'parents' && job.arraySize !== undefined) ||
      (query.array === 'children' && job.arrayIndex !== undefined) ||
      parent?.startsWith(query.array) === true) &&
    tagsByKey(query.tags ?? []).every(([wanted, values]) =>
      tagged.some(([name, held]) => name === wanted && (values.includes(undefined) || values.includes(held))),
    ) &&
    some(query.names, (name) => low(job.name) === low(name))
  );
}

/** Up to three parts: a search by everything at once finds nothing. */
const fewParts: fc.Arbitrary<Query> = fc
  .tuple(anyQuery, fc.infiniteStream(fc.nat()), fc.nat({ max: 3 }))
  .map(([{ words, ...parts }, order, most]) => {
    const entries = Object.entries({ ...parts, words }).map((entry) => ({ entry, at: order.next().value }));
    entries.sort((a, b) => Number(a.at) - Number(b.at));
    return { words: [], ...Object.fromEntries(entries.slice(0, most).map(({ entry }) => entry)) };
  });

test('any search finds what the rules written a second time find', () => {
  let hits = 0;
  fc.assert(
    fc.property(fewParts, anyRow, (query, job) => {
      const expected = naive(query, job);
      if (expected) hits += 1;
      expect(matches(query, job)).toBe(expected);
    }),
    { numRuns: 4_000 },
  );
  expect(hits).toBeGreaterThan(400);
});
