/** Why a job failed or waits, as people are told it. */
import { type Cause, causeOf, type Explained, exitMeaning } from '../../src/jobs/causes';
import { jobFromDetail } from '../../src/jobs/fromBatch';
import { payloadJobs, payloadText } from './payload';

const failed = (fields: Partial<Explained>): Explained => ({ status: 'FAILED', ...fields });
const keyOf = (fields: Partial<Explained>): string | undefined => causeOf(failed(fields))?.key;
const EXITED = 'Essential container in task exited';
const OOM = 'OutOfMemoryError: Container killed due to memory usage';

/** In the order of the lines of the file. */
const OBSERVED: [beginning: string, key: string][] = [
  [EXITED, 'unknown'],
  ['Host EC2 (instance i-04b17daec78ef4a0b) terminated.', 'hostTerminated'],
  ['Host EC2 (instance i-0282b396e52b4c95d) terminated', 'hostTerminated'],
  ['Host EC2 (instance i-06aab15feb4568492) stopped.', 'hostTerminated'],
  ['Task failed to start', 'startFailed'],
  ['OutOfMemoryError: Container', 'outOfMemory'],
  ['OutOfMemoryError: container', 'outOfMemory'],
  ['CannotInspectContainerError', 'dockerTimeout'],
  ['CannotPullContainerError', 'imageNotFound'],
  ['Job attempt duration exceeded timeout', 'timeout'],
  ['Array Child Job failed', 'arrayChildFailed'],
  ['JobQueue deleted', 'queueDeleted'],
  ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 'resourceRequirement'],
  ['UNDETERMINED', 'undetermined'],
  ['CLIENT_ERROR', 'misconfiguration'],
  ['ECS was unable to assume the role', 'role'],
  ['Task failed ELB health checks', 'unknown'],
  ['Error executing request', 'quota'],
];
const lines = payloadText('batch-status-reasons-observed.txt').trim().split('\n');

const isToldWell = (cause: Cause | undefined) => {
  expect(cause?.headline).toMatch(/^\S.{2,50}$/);
  expect(cause?.sentence).toMatch(/^[A-Z“].{10,}/s);
  if (cause?.key !== 'terminated' && cause?.key !== 'cancelledFromSlack')
    expect(cause?.nextStep).toMatch(/^[A-Z].+\.$/);
};

describe('every reason that was seen', () => {
  test('is in the table', () => expect(lines).toHaveLength(OBSERVED.length));

  test.each(OBSERVED.map(([beginning, key], n) => [lines[n] ?? '', beginning, key]))('%s', (line, beginning, key) => {
    expect(line).toContain(beginning);
    for (const fields of [{ statusReason: line }, { statusReason: EXITED, containerReason: line }]) {
      const cause = causeOf(failed(fields));
      expect(cause?.key).toBe(key);
      isToldWell(cause);
    }
  });
});

test('a blocked job is told why it waits, a job that is well is not', () => {
  const blocked = payloadJobs('batch-api-describe-jobs-runnable-blocked-gpu.json').map((job) => jobFromDetail(job, 1));
  expect(blocked.map((job) => causeOf(job)?.key)).toEqual(['resourceRequirement']);
  expect(causeOf({ status: 'RUNNING' })).toBeUndefined();
  expect(causeOf({ status: 'RUNNING', statusReason: 'what nobody knows' })).toBeUndefined();
  expect(causeOf({ status: 'SUCCEEDED', statusReason: OOM })).toBeUndefined();
});

describe('the first cause that fits', () => {
  const ours = 'cancelled from Slack by ada (op 01J)';
  test.each<[string, Partial<Explained>, string]>([
    [
      'ours beats anything',
      { statusReason: ours, containerReason: OOM, exitCode: 137, terminated: true },
      'cancelledFromSlack',
    ],
    [
      'the queue’s limit beats what blocked it',
      {
        statusReason: 'Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
        cancelled: true,
      },
      'stateTimeLimit',
    ],
    ['memory beats exit 137', { statusReason: EXITED, containerReason: OOM, exitCode: 137 }, 'outOfMemory'],
    ['a timeout beats exit 137', { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137 }, 'timeout'],
    [
      'a lost host beats its exit code',
      { statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.', exitCode: 1 },
      'hostTerminated',
    ],
    [
      'an image beats a start that failed',
      { statusReason: 'Task failed to start', containerReason: 'CannotPullContainerError: not found' },
      'imageNotFound',
    ],
    [
      'a role beats a start that failed',
      { statusReason: 'Task failed to start', containerReason: 'ECS was unable to assume the role x' },
      'role',
    ],
    ['a request beats an exit code', { statusReason: 'no more', terminated: true, exitCode: 143 }, 'terminated'],
    ['a request without words', { terminated: true, exitCode: 137 }, 'terminated'],
    [
      'Batch’s own end beats a request that came too late',
      { statusReason: EXITED, containerReason: OOM, terminated: true },
      'outOfMemory',
    ],
    ['exit 127', { statusReason: EXITED, exitCode: 127 }, 'commandNotFound'],
    ['exit 137 alone', { statusReason: EXITED, exitCode: 137 }, 'killed'],
    ['another exit code', { statusReason: EXITED, exitCode: 3 }, 'commandFailed'],
    ['a dependency', { statusReason: 'Dependent Job failed' }, 'dependencyFailed'],
    ['no capacity', { statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none' }, 'noCapacity'],
    [
      'more than the maximum',
      { statusReason: 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - no' },
      'maxResource',
    ],
    [
      'another misconfiguration',
      { statusReason: 'MISCONFIGURATION:WHATEVER_COMES_NEXT - no' },
      'misconfiguration',
    ],
    ['nothing known', {}, 'unknown'],
    ['success of the container, failure of the job', { exitCode: 0 }, 'unknown'],
  ])('%s', (_what, fields, key) => {
    const cause = causeOf(failed(fields));
    expect(cause?.key).toBe(key);
    isToldWell(cause);
  });
});

describe('what somebody typed when they stopped a job', () => {
  const typed = [
    'hit our timeout, cancelled',
    'timeout',
    'timeout exceeded, terminated by hand',
    'waiting for: timeout',
    'out of memory again, see #42',
    'OutOfMemoryError was fixed in 1.2',
    'the dependency failed anyway',
    'Host EC2 was wrong, terminated',
    'job dependency changed',
    'over quota exceeded last month',
    'retry of CannotPullContainerError',
    'my_reason',
  ];
  test.each(typed)('%s', (statusReason) => {
    expect(causeOf(failed({ statusReason, terminated: true, exitCode: 143 }))).toMatchObject({
      ...{ key: 'terminated', headline: 'terminated on request', nextStep: '' },
      sentence: `Somebody terminated it: “${statusReason}”.`,
    });
    expect(causeOf(failed({ statusReason, cancelled: true }))?.headline).toBe('cancelled on request');
  });

  test.each(['Terminated by ada: timeout', 'Killed by bo, out of memory', 'User terminated', 'Canceled by cy'])(
    '%s, where Batch doesn’t say that it was asked',
    (statusReason) => expect(keyOf({ statusReason, exitCode: 137 })).toBe('terminated'),
  );

  test.each(typed)('%s is no timeout, whatever Batch says of it', (statusReason) => {
    expect(keyOf({ statusReason, exitCode: 143 })).not.toBe('timeout');
    expect(keyOf({ statusReason, terminated: true })).not.toBe('timeout');
  });
});

test('sentences tell what is known', () => {
  const sentence = (fields: Partial<Explained>) => causeOf(failed(fields))?.sentence;
  expect(sentence({ containerReason: OOM, exitCode: 137, memoryMiB: 2_048 })).toBe(
    'Out of memory: killed at 2 GiB, exit 137.',
  );
  expect(sentence({ containerReason: OOM })).toBe('Out of memory: killed.');
  expect(sentence({ statusReason: 'Job attempt duration exceeded timeout', timeoutSeconds: 60 })).toContain('of 60 s');
  expect(sentence({ statusReason: 'Host EC2 (instance i-06aab15feb4568492) stopped.' })).toContain(
    'i-06aab15feb4568492',
  );
  expect(sentence({ containerReason: 'CannotPullContainerError: x', image: 'busybox:2' })).toContain('busybox:2');
  expect(sentence({ statusReason: 'Dependent Job failed', dependsOn: ['a', 'b'] })).toContain('one of 2');
  expect(sentence({ statusReason: 'CLIENT_ERROR - A group is missing' })).toBe(
    'Batch says that a setting is wrong: A group is missing.',
  );
  expect(sentence({ statusReason: 'MISCONFIGURATION:NEW_ONE' })).toContain('MISCONFIGURATION:NEW_ONE');
  expect(sentence({ statusReason: 'odd', containerReason: 'odder' })).toBe('It failed. AWS says: odd / odder.');
  expect(sentence({})).toBe('It failed, and AWS gave no reason.');
  expect(sentence({ statusReason: EXITED })).toBe('It failed. AWS says: Essential container in task exited.');
  expect(sentence({ statusReason: 'Went away!' })).toBe('It failed. AWS says: Went away!');
});

test('a cause that nobody knows has a headline that reads on after “failed:”', () => {
  const headline = (fields: Partial<Explained>) => causeOf(failed(fields))?.headline;
  expect(headline({})).toBe('no cause given');
  expect(headline({ statusReason: EXITED })).toBe('no cause given');
  expect(headline({ statusReason: 'Task failed ELB health checks.' })).toBe('Task failed ELB health checks');
  expect(headline({ statusReason: `${'long '.repeat(30)}` })).toMatch(/^long .{40,44}…$/);
});

test.each([
  [0, 'success'],
  [1, 'itself'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
  [143, 'SIGTERM'],
  [193, 'own error code'],
  [160, 'ended by signal 32'],
  [255, 'own error code'],
])('exit %d', (code, words) => {
  expect(exitMeaning(code)).toContain(words);
});
