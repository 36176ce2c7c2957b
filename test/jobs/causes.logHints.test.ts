/** What the end of a log gives away. */
import { hintIn } from '../../src/jobs/causes/logHints';

const JOB = { status: 'FAILED', memoryMiB: 1_024 } as const;
const told = (key: string, ...lines: string[]) => hintIn(key, lines, JOB)?.told;

test.each([
  ['OSError: [Errno 28] No space left on device', 'disk is full'],
  ['exec /entry.sh: exec format error', 'another kind of processor'],
  ['RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB', 'GPU’s own memory'],
  ['java.lang.OutOfMemoryError: Java heap space', 'memory ran out'],
  ['Killed', 'memory ran out'],
  ['botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation', 'refused'],
  ['An error occurred (NoSuchKey) when calling the GetObject operation', 'no such object'],
  ['An error occurred (SlowDown) when calling the PutObject operation', 'slowed it down'],
  ['curl: (6) Could not resolve host: example.org', 'no way to a host'],
  ['ModuleNotFoundError: No module named ‘pysam’', 'Python module'],
])('%s', (line, words) => expect(told('commandFailed', 'begin', line, 'bye')).toContain(words));

test('the newest line that tells something counts, and a line that only mentions it does not', () => {
  expect(told('commandFailed', 'Killed', 'ENOSPC')).toContain('disk');
  expect(told('commandFailed', 'nobody was Killed today', 'all fine')).toBeUndefined();
});

test('where AWS has said the cause, the log is not asked', () => {
  expect(told('timeout', 'ENOSPC')).toBeUndefined();
  expect(told('cancelledFromSlack', 'Killed')).toBeUndefined();
});

test('memory that ran out may be doubled', () => {
  expect(hintIn('commandFailed', ['MemoryError'], JOB)?.remedy?.words).toBe('memory:2048');
});
