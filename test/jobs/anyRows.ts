/** Arbitrary rows and searches over a small world of names, so that searches hit often and rows tie in every order. */
import fc from 'fast-check';
import { BATCH_STATUSES, type JobRow } from '../../src/jobs/job';
import { type Query, SORTS, STATUS_WORDS } from '../../src/jobs/query';

const SOON = 1_700_000_000_000;
export const NAMES = ['align-1', 'Align-22', 'sort-20260315', 'ALIGN'];
const UUIDS = [
  '4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
  '20260315-0a82-49aa-ba5a-4727fcce14a8',
  'cafecafe-1111-4222-8333-444455556666',
];

const moment = fc.integer({ min: SOON, max: SOON + 6 });
const id = fc
  .tuple(fc.constantFrom(...UUIDS), fc.constantFrom('', ':', '#'), fc.nat({ max: 30 }))
  .map(([uuid, mark, n]) => (mark === '' ? uuid : `${uuid}${mark}${n}`));
const reason = fc.constantFrom(
  'Essential container in task exited',
  'Job attempt duration exceeded timeout',
  'Terminated by bo: cancelled, too slow',
  'cancelled from Slack by ada (op 01J)',
);

export const anyRow: fc.Arbitrary<JobRow> = fc.record(
  {
    id,
    name: fc.constantFrom(...NAMES),
    queue: fc.constantFrom('prod', 'prod-gpu', 'Dev'),
    definition: fc.constantFrom('align:1', 'align:12', 'sort:1'),
    image: fc.constantFrom('ghcr.io/Team/align:7', 'busybox'),
    command: fc.constantFrom(['sleep', '60'], ['align', '--fast']),
    createdAt: moment,
    arraySize: fc.constantFrom(2, 30),
    arrayIndex: fc.nat({ max: 3 }),
    status: fc.constantFrom(...BATCH_STATUSES),
    statusReason: reason,
    containerReason: fc.constant('OutOfMemoryError: Container killed due to memory usage'),
    exitCode: fc.constantFrom(0, 1, 127, 137),
    startedAt: moment,
    stoppedAt: moment,
    seenAt: moment,
    cancelled: fc.boolean(),
    terminated: fc.boolean(),
    tags: fc.record({
      seenAt: moment,
      values: fc.dictionary(fc.constantFrom('User', 'project'), fc.constantFrom('Ada', 'bo@example.com'), {
        noNullPrototype: true,
      }),
    }),
    lostAt: moment,
    attemptCount: fc.nat({ max: 3 }),
  },
  { requiredKeys: ['id', 'status', 'seenAt', 'attemptCount'] },
);

/** No two of one id. */
export const anyRows = fc.uniqueArray(anyRow, { maxLength: 40, selector: (row) => row.id });

const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const when = moment.map((at) => ({ at, typed: String(at) }));

export const anyQuery: fc.Arbitrary<Query> = fc.record(
  {
    words: fc.array(
      fc.constantFrom(
        'align',
        'ALIGN-2',
        'prod',
        '20260315',
        '-0a82-49aa-b',
        'cafe',
        'ada',
        'sleep 60',
        'memory',
        '22',
      ),
      { maxLength: 2 },
    ),
    statuses: fc.uniqueArray(fc.constantFrom(...STATUS_WORDS), { minLength: 1, maxLength: 4 }),
    queues: some('PROD', 'prod*', 'd*v'),
    definitions: some('align', 'align:1', 'sort:*'),
    images: some('team', 'busybox'),
    users: some('ada', 'BO', 'bo@example.com'),
    reasons: some('timeout', 'MEMORY'),
    exits: some<NonNullable<Query['exits']>[number]>(
      { from: 0, to: 0, not: true },
      { from: 1, to: 127 },
      { from: 0, to: 0 },
    ),
    since: when,
    until: when,
    array: fc.constantFrom('parents', 'children', '4c7599ae', '20260315-0a82-49aa-ba5a-4727fcce14a8'),
    tags: some<NonNullable<Query['tags']>[number]>({ key: 'PROJECT' }, { key: 'user', value: 'ada' }),
    names: some('align', 'sort-20260315'),
    sort: fc.constantFrom(...SORTS),
  },
  { requiredKeys: ['words'] },
);

/** Mostly wide searches, so that there is something to page through. */
export const wideQuery: fc.Arbitrary<Query> = fc.record(
  { words: fc.constantFrom([], [], ['align']), sort: fc.constantFrom(...SORTS) },
  { requiredKeys: ['words'] },
);
