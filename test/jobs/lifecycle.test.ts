/** Where a job stands in its life, how long each stage took, and what stops it. */
import { BATCH_STATUSES, type Job } from '../../src/jobs/job';
import {
  attemptNumber,
  chooseStop,
  chooseStopIn,
  neverStarted,
  runMs,
  startingMs,
  waitMs,
} from '../../src/jobs/lifecycle';

const HOUR_MS = 3_600_000;
const T = 1_700_000_000_000;
const NOW = T + 30 * HOUR_MS;
const job = (fields: Partial<Job>): Job => ({
  ...{ id: 'a', status: 'RUNNING', seenAt: T, whole: true, attempts: [], entered: {}, createdAt: T },
  ...fields,
});

test.each<[Partial<Job>, number]>([
  [{ status: 'SUBMITTED' }, 1],
  [{ status: 'RUNNING' }, 1],
  [{ status: 'FAILED' }, 1],
  [{ status: 'FAILED', attempts: [{}] }, 1],
  [{ status: 'RUNNABLE', attempts: [{}] }, 2],
  [{ status: 'RUNNING', attempts: [{}, {}] }, 3],
  [{ status: 'SUCCEEDED', attempts: [{}, {}] }, 2],
  [{ status: 'RUNNING', endedAttempts: 2 }, 3],
  [{ status: 'FAILED', attempts: [{}], endedAttempts: 3 }, 3],
])('%j is in attempt %d', (fields, attempt) => {
  expect(attemptNumber(job(fields))).toBe(attempt);
});

test('it waits from submission to STARTING, and on while it waits', () => {
  expect(waitMs(job({ status: 'RUNNABLE' }), NOW)).toBe(30 * HOUR_MS);
  expect(waitMs(job({ status: 'RUNNABLE', entered: { '1.RUNNABLE': T + HOUR_MS } }), NOW)).toBe(29 * HOUR_MS);
  expect(waitMs(job({ entered: { '1.STARTING': T + 5_000, '1.RUNNING': T + 9_000 } }), NOW)).toBe(5_000);
  expect(waitMs(job({ startedAt: T + 7_000 }), NOW)).toBe(7_000);
  expect(waitMs(job({ startedAt: T + 7_000, entered: { '1.RUNNING': T + HOUR_MS } }), NOW)).toBe(7_000);
  expect(waitMs(job({ status: 'FAILED', stoppedAt: T + 8_000 }), NOW)).toBe(8_000);
});

test('a retry waits from its own turn in the queue', () => {
  const entered = { '1.RUNNABLE': T, '1.STARTING': T + 1_000, '2.RUNNABLE': T + 2 * HOUR_MS };
  expect(waitMs(job({ status: 'RUNNABLE', attempts: [{}], entered }), NOW)).toBe(28 * HOUR_MS);
});

test('it starts from STARTING to RUNNING', () => {
  const entered = { '1.STARTING': T + 1_000 };
  expect(startingMs(job({ status: 'STARTING', entered }), NOW)).toBe(30 * HOUR_MS - 1_000);
  expect(startingMs(job({ startedAt: T + 4_000, entered }), NOW)).toBe(3_000);
  expect(startingMs(job({ status: 'FAILED', entered }), NOW)).toBeUndefined();
  expect(startingMs(job({}), NOW)).toBeUndefined();
});

test('it runs for longer than a day', () => {
  expect(runMs(job({ startedAt: T }), NOW)).toBe(30 * HOUR_MS);
  expect(runMs(job({ status: 'SUCCEEDED', startedAt: T, stoppedAt: T + 49 * HOUR_MS }), NOW)).toBe(49 * HOUR_MS);
  expect(runMs(job({ status: 'FAILED', startedAt: T }), NOW)).toBeUndefined();
  expect(runMs(job({ status: 'FAILED', stoppedAt: T }), NOW)).toBeUndefined();
});

test('clocks that disagree never make a time negative, and what is unknown stays so', () => {
  expect(runMs(job({ startedAt: NOW + 5_000 }), NOW)).toBe(0);
  expect(waitMs(job({ startedAt: T - 5_000 }), NOW)).toBe(0);
  expect(startingMs(job({ startedAt: T, entered: { '1.STARTING': T + 9_000 } }), NOW)).toBe(0);
  const { createdAt: _, ...unknown } = job({ status: 'RUNNABLE' });
  expect(waitMs(unknown, NOW)).toBeUndefined();
  expect(waitMs(job({ status: 'FAILED' }), NOW)).toBeUndefined();
});

test('what stops a job', () => {
  const stops = Object.fromEntries(BATCH_STATUSES.map((status) => [status, chooseStop(status)]));
  // Never CancelJob, which says yes to a job that has started since it was looked at, and lets it run.
  expect(stops).toEqual({
    SUBMITTED: 'terminate',
    PENDING: 'terminate',
    RUNNABLE: 'terminate',
    STARTING: 'terminate',
    RUNNING: 'terminate',
    SUCCEEDED: 'skip',
    FAILED: 'skip',
  });
});

describe('that a container never started', () => {
  const pull = 'CannotPullContainerError: not found';
  test.each<[string, Partial<Job>]>([
    ['of which nothing else is known', {}],
    ['whose image could not be pulled', { containerReason: pull, attempts: [{ containerReason: pull, stoppedAt: T }] }],
  ])('is said of a failed job %s', (_, fields) => {
    expect(neverStarted(job({ status: 'FAILED', ...fields }))).toBe(true);
  });

  test.each<[string, Partial<Job>]>([
    ['has a start', { startedAt: T }],
    ['has an attempt with a start', { attempts: [{ startedAt: T }, {}] }],
    ['has an exit code', { exitCode: 1 }],
    ['has an attempt with an exit code', { attempts: [{ exitCode: 0 }, {}] }],
    ['has a log', { logStream: 'a/default/b' }],
    ['has an attempt with a log', { attempts: [{ logStream: 'a/default/b' }] }],
    ['was out of memory', { attempts: [{ containerReason: 'OutOfMemoryError: Container killed' }, {}] }],
    ['exited', { statusReason: 'Essential container in task exited' }],
    ['has nodes', { nodes: 2 }],
    ['has children', { arraySize: 2 }],
    ['is known by a fragment alone', { whole: false }],
    ['still waits', { status: 'RUNNABLE' }],
    ['succeeded', { status: 'SUCCEEDED' }],
  ])('is not said of one that %s', (_, fields) => {
    expect(neverStarted(job({ status: 'FAILED', ...fields }))).toBe(false);
  });
});

describe('of jobs that are meant in some states only', () => {
  const WAITING = ['SUBMITTED', 'PENDING', 'RUNNABLE'] as const;

  test('one that waits is cancelled, so that Batch leaves it alone should it start before the call', () => {
    expect(chooseStopIn(WAITING, 'SUBMITTED', undefined)).toBe('cancel');
    expect(chooseStopIn(WAITING, 'RUNNABLE', undefined)).toBe('cancel');
    expect(chooseStopIn(['RUNNABLE'], 'RUNNABLE', undefined)).toBe('cancel');
    expect(chooseStopIn(WAITING, 'PENDING', { opened: true })).toBe('cancel');
  });

  test('one that waits for others is terminated, which takes no waiting', () => {
    expect(chooseStopIn(WAITING, 'PENDING', undefined)).toBe('terminate');
    expect(chooseStopIn(WAITING, 'PENDING', { opened: false })).toBe('terminate');
  });

  test('where started ones are meant too, or no state is named, it is as for any job', () => {
    for (const status of BATCH_STATUSES)
      for (const array of [undefined, { opened: true }])
        for (const states of [undefined, ['RUNNING', 'RUNNABLE'] as const])
          expect(chooseStopIn(states, status, array)).toBe(chooseStop(status));
  });
});
