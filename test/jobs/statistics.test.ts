/** What each figure of statistics means, job by job. */
import { rowOf } from '../../src/history/jobs';
import type { Job } from '../../src/jobs/job';
import { type StatisticsRequest, statisticsOf, successRate } from '../../src/jobs/statistics';

const NOON = Date.UTC(2026, 2, 15, 12);
const SECOND = 1_000;
let jobs = 0;
const job = (fields: Partial<Job>): Job => ({
  id: `00000000-0000-4000-8000-${String(++jobs).padStart(12, '0')}`,
  createdAt: NOON,
  status: 'SUCCEEDED',
  seenAt: NOON,
  whole: true,
  attempts: [],
  entered: {},
  ...fields,
});
const all: StatisticsRequest = { query: { words: [] }, groupBy: [] };
const figures = (...some: Job[]) => {
  const [group] = statisticsOf(some.map(rowOf), all).groups;
  if (group === undefined) throw new Error('there is no group');
  return group;
};
const one = (seconds: number) => ({
  jobs: 1,
  meanSeconds: seconds,
  p50Seconds: seconds,
  p90Seconds: seconds,
  p95Seconds: seconds,
});

test('a retried job waits, starts and runs as its last attempt did, and has run and cost what all attempts did', () => {
  const retried = job({
    vcpus: 2,
    memoryMiB: 4_096,
    attempts: [
      { startedAt: NOON, stoppedAt: NOON + 1_800 * SECOND },
      { startedAt: NOON + 3_600 * SECOND, stoppedAt: NOON + 5_400 * SECOND },
    ],
    entered: {
      '1.RUNNABLE': NOON - 500 * SECOND,
      '1.STARTING': NOON - 100 * SECOND,
      '2.RUNNABLE': NOON + 3_500 * SECOND,
      '2.STARTING': NOON + 3_560 * SECOND,
    },
    startedAt: NOON + 3_600 * SECOND,
    stoppedAt: NOON + 5_400 * SECOND,
  });
  expect(figures(retried)).toMatchObject({
    runnable: one(60),
    starting: one(40),
    running: one(1_800),
    run: one(3_600),
    vcpuHours: 2,
    gibHours: 4,
  });
});

test('a running job counts, with what it waited; how long it runs is not known before it ends', () => {
  const running = job({
    status: 'RUNNING',
    vcpus: 2,
    startedAt: NOON + 90 * SECOND,
    entered: { '1.RUNNABLE': NOON, '1.STARTING': NOON + 60 * SECOND },
  });
  const found = figures(running);
  expect(found).toMatchObject({
    count: 1,
    succeeded: 0,
    failed: 0,
    runnable: one(60),
    starting: one(30),
    vcpuHours: 0,
  });
  expect(found).not.toHaveProperty('running');
  expect(found).not.toHaveProperty('run');
  expect(successRate(found)).toBeUndefined();
});

test('an array’s parent counts as a job, and what its children ran is not counted twice', () => {
  const times = { vcpus: 1, startedAt: NOON, stoppedAt: NOON + 3_600 * SECOND };
  const found = figures(
    job({ ...times, arraySize: 2 }),
    job({ ...times, arrayIndex: 0 }),
    job({ ...times, arrayIndex: 1 }),
  );
  expect(found).toMatchObject({ count: 3, vcpuHours: 2, run: { jobs: 2, meanSeconds: 3_600 } });
});

test('jobs without a figure are left out of its mean and quantiles, and clocks that disagree make no length negative', () => {
  const ran = (seconds: number) => job({ startedAt: NOON, stoppedAt: NOON + seconds * SECOND });
  const found = figures(...[10, 20, 30, 40, 50, 60, 70, 80, 90, -5].map(ran), job({ status: 'FAILED' }));
  expect(found.run).toEqual({ jobs: 10, meanSeconds: 45, p50Seconds: 40, p90Seconds: 80, p95Seconds: 90 });
  expect(successRate(found)).toBeCloseTo(10 / 11);
});

test('groups stand in the order of their keys, by day and hour in UTC, by user whatever the case, and lost jobs apart', () => {
  const tags = (user: string) => ({ seenAt: NOON, values: { user } });
  const rows = [
    job({ createdAt: NOON + 12 * 3_600 * SECOND, tags: tags('Ada') }),
    job({ createdAt: NOON + 12 * 3_600 * SECOND - 1, tags: tags('ada'), status: 'FAILED' }),
    job({ status: 'RUNNING', lostAt: NOON + 1 }),
  ].map(rowOf);
  const keys = (...groupBy: ['day' | 'hour' | 'user' | 'status', ('day' | 'hour' | 'user' | 'status')?]) =>
    statisticsOf(rows, { query: { words: [] }, groupBy: groupBy as ['day'] }).groups.map(({ key, count }) => [
      ...key,
      count,
    ]);
  expect(keys('user')).toEqual([
    ['', 1],
    ['ada', 2],
  ]);
  expect(keys('day', 'status')).toEqual([
    ['2026-03-15', 'FAILED', 1],
    ['2026-03-15', 'LOST', 1],
    ['2026-03-16', 'SUCCEEDED', 1],
  ]);
  expect(keys('hour')).toEqual([
    ['2026-03-15T12', 1],
    ['2026-03-15T23', 1],
    ['2026-03-16T00', 1],
  ]);
});

test('the hour in which jobs ended is another than that of their creation, and none of those that run', () => {
  const rows = [job({ stoppedAt: NOON + 3_600 * SECOND }), job({ stoppedAt: NOON - 1 }), job({ status: 'RUNNING' })];
  const { groups } = statisticsOf(rows.map(rowOf), { query: { words: [] }, groupBy: ['hour', 'endHour'] });
  expect(groups.map(({ key }) => key)).toEqual([
    ['2026-03-15T12', ''],
    ['2026-03-15T12', '2026-03-15T11'],
    ['2026-03-15T12', '2026-03-15T13'],
  ]);
});
