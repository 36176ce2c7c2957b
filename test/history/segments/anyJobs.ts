/** Arbitrary finished jobs and searches for the properties of the search index: small alphabets, so that they meet often. */
import * as fc from 'fast-check';
import { type Job, jobSchema } from '../../../src/jobs/job';
import { type Query, SORTS, STATUS_WORDS } from '../../../src/jobs/query';

const WORDS = [
  'align',
  'Align',
  'sort',
  'S',
  'É',
  'ß',
  'İ',
  'ΑΣ',
  '火',
  '😀',
  'x\ny',
  '\u0000',
  '\u0001',
  '\u0003',
  '@',
  ' ',
];
/** Batch's longest name. */
const LONG_NAME = `${'sample-12_'.repeat(12)}-017-end`.slice(0, 128).padEnd(128, 'z');
const DIGITS = ['0', '1', '7', '17', '017', '2026', '00000000', '12345678901234567', 'abc12'];
/** Parts of ids, as texts tell them. */
const ID_PARTS = ['20a9ceeb', '20a9ceeb-d29b', 'abcdef12-0000-4', '6640a5c1-d'];
const SIGNS = ['-', '_', ':', '/', '.'];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 3, arbitrary: fc.constantFrom(...DIGITS) },
  { weight: 2, arbitrary: fc.constantFrom(...SIGNS) },
  { weight: 1, arbitrary: fc.constantFrom(...ID_PARTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }) },
);
export const anyText = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const UUIDS = [
  '20a9ceeb-d29b-4088-96c3-ecbb8eee3bc1',
  '20a9ceeb-d29b-4088-96c3-ecbb8eee3bc2',
  '6640a5c1-d29b-4088-8a9b-f3ecb8eee3bc',
  'abcdef12-0000-4000-8000-000000000000',
  '00000000-0000-4000-8000-000000000001',
];
export const anyId = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...UUIDS) },
  { weight: 4, arbitrary: fc.uuid({ version: 4 }) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...UUIDS), fc.integer({ min: 0, max: 12 })).map(([id, n]) => `${id}:${n}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...UUIDS), fc.integer({ min: 0, max: 3 })).map(([id, n]) => `${id}#${n}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('job-1', 'ABCDEF12-0000', '20a9ceeb-d29b-4088-96c3-ecbb8eee3bc1:01', 'deadbeefdeadbeef'),
  },
);

const REASONS = [
  'Essential container in task exited',
  'Terminated by ada: cost',
  'Cancelled by Kofi',
  'Job attempt duration exceeded timeout',
  'Host EC2 (instance i-01345665633f74490) terminated.',
  'CannotPullContainerError: line 1\nline 2 of 17\n\tat İstanbul ΟΔΟΣ',
];
const anyReason = fc.oneof(fc.constantFrom(...REASONS), anyText);
const at = fc.integer({ min: 0, max: 40 });

export const anyFinishedJob: fc.Arbitrary<Job> = fc
  .record(
    {
      id: anyId,
      name: maybe(fc.oneof({ weight: 6, arbitrary: anyText }, { weight: 1, arbitrary: fc.constant(LONG_NAME) })),
      queue: maybe(fc.constantFrom('Prod', 'prod', 'spot-1', 'spot-2')),
      definition: maybe(fc.oneof(fc.constantFrom('align:1', 'align:12', 'Sort:1'), anyText)),
      image: maybe(fc.oneof(fc.constantFrom('ecr/align:1.0'), anyText)),
      command: maybe(fc.array(anyText, { maxLength: 3 })),
      createdAt: maybe(at),
      arraySize: maybe(fc.constant(3)),
      arrayIndex: maybe(fc.constant(1)),
      status: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const, 'FAILED' as const),
      statusReason: maybe(anyReason),
      containerReason: maybe(anyReason),
      exitCode: maybe(fc.constantFrom(0, 1, 137)),
      startedAt: maybe(at),
      stoppedAt: maybe(at),
      seenAt: at,
      cancelled: maybe(fc.boolean()),
      terminated: maybe(fc.boolean()),
      tags: maybe(
        fc.record({
          seenAt: at,
          values: fc.dictionary(
            fc.oneof(fc.constantFrom('user', 'Submitter', 'team'), anyText),
            fc.oneof(fc.constantFrom('Ada', 'ada@example.com', 'GEN'), anyText),
            { maxKeys: 3 },
          ),
        }),
      ),
      maxAttempts: maybe(fc.constant(2)),
      vcpus: maybe(fc.constantFrom(1, 0.25)),
    },
    { requiredKeys: ['id', 'status', 'seenAt'] },
  )
  .map((fields) =>
    jobSchema.parse({
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      whole: true,
      attempts: [],
      entered: {},
    }),
  );

/** Jobs with different ids. */
export const anyFinishedJobs = (maxLength: number): fc.Arbitrary<Job[]> =>
  fc.uniqueArray(anyFinishedJob, { selector: ({ id }) => id, maxLength });

const anyWord = fc.oneof(
  { weight: 6, arbitrary: anyText },
  {
    weight: 2,
    arbitrary: fc.constantFrom('a', '1', '7', '-', '17', 'align', 'user', 'i-0134', 'terminated', '20', '26-1'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ss', 'SS', 'i̇', 'I', 'ΟΔΟΣ', 'οδος', 'οδοσ', 'é', 'e\u0301', '火', 'e', '\n', ' '),
  },
  /** A fragment of a reason, a name or a tag's value. */
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...REASONS, LONG_NAME, 'align:12', 'ada@example.com'),
        fc.nat({ max: 120 }),
        fc.nat({ max: 40 }),
      )
      .map(([text, from, length]) => text.slice(from % text.length, (from % text.length) + length + 1)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...UUIDS), fc.nat({ max: 30 }), fc.nat({ max: 36 }))
      .map(([id, from, length]) => id.slice(from, from + length) || 'a'),
  },
);
const someOf = <T>(arbitrary: fc.Arbitrary<T>) => maybe(fc.array(arbitrary, { minLength: 1, maxLength: 2 }));
const moment = maybe(at.map((ms) => ({ at: ms, typed: String(ms) })));

export const anyQuery: fc.Arbitrary<Query> = fc
  .record({
    words: fc.array(anyWord, { maxLength: 2 }),
    statuses: rarely(someOf(fc.constantFrom(...STATUS_WORDS))),
    queues: rarely(someOf(fc.constantFrom('prod', 'spot-*', '*', ''))),
    definitions: rarely(someOf(fc.constantFrom('align', 'ALIGN:1', '*:1', 'sort'))),
    images: rarely(someOf(anyWord)),
    users: rarely(someOf(fc.oneof(fc.constantFrom('ada', 'a@b'), anyWord))),
    reasons: rarely(someOf(fc.oneof(fc.constantFrom('ec2', 'TIMEOUT'), anyWord))),
    exits: rarely(
      someOf(
        fc.constantFrom(
          { from: 0, to: 0 },
          { from: 0, to: 0, not: true as const },
          { from: 137, to: 137, not: true as const },
          { from: 1, to: 200 },
        ),
      ),
    ),
    since: rarely(moment),
    until: rarely(moment),
    array: rarely(maybe(fc.constantFrom('parents', 'children', '20a9', '2', UUIDS[0] ?? '', 'job'))),
    tags: rarely(
      someOf(
        fc.record(
          {
            key: fc.oneof(fc.constantFrom('user', 'USER', 'team', 'submitter'), anyText),
            value: fc.oneof(fc.constantFrom('ada', 'ada@example.com', 'gen'), anyText),
          },
          { requiredKeys: ['key'] },
        ),
      ),
    ),
    names: rarely(someOf(anyText)),
    sort: rarely(maybe(fc.constantFrom(...SORTS))),
  })
  .map(
    (query) => Object.fromEntries(Object.entries(query).filter(([, part]) => part !== undefined)) as unknown as Query,
  );

function rarely<T>(arbitrary: fc.Arbitrary<T | undefined>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}
