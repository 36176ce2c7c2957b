import fc from 'fast-check';
import { BATCH_STATUSES, type JobRow } from '../../src/jobs/job';
import { type Entry, endedOf, endOf, endOfArray, isOver, isSame, leftMs, standingOf } from '../../src/jobs/progress';

const row = (more: Partial<JobRow>): JobRow => ({ id: 'a', status: 'RUNNING', seenAt: 10, attemptCount: 1, ...more });

const anyRow: fc.Arbitrary<JobRow> = fc
  .record({
    status: fc.constantFrom(...BATCH_STATUSES),
    isLost: fc.boolean(),
    array: fc.option(fc.record({ size: fc.integer({ min: 2, max: 20 }), failed: fc.nat(20), succeeded: fc.nat(20) }), {
      nil: undefined,
    }),
    exitCode: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ status, isLost, array, exitCode }) => {
    if (array === undefined) return row({ status, exitCode, ...(isLost ? { lostAt: 20 } : {}) });
    const failed = Math.min(array.failed, array.size);
    const counts = { FAILED: failed, SUCCEEDED: Math.min(array.succeeded, array.size - failed) };
    return row({
      status,
      arraySize: array.size,
      children: { countedAt: 1, counts },
      ...(isLost ? { lostAt: 20 } : {}),
    });
  });

const entryOf = (known: JobRow): Entry => ({
  id: known.id,
  row: known,
  end: known.arraySize === undefined ? endOf(known) : endOfArray(known, []),
});

test('every job is counted once: the states of a standing add up to its size', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 20 }), (rows) => {
      const size = rows.reduce((sum, { arraySize = 1 }) => sum + arraySize, 0);
      const entries = rows.map(entryOf);
      const { succeeded, failed, lost, running, waiting, causes } = standingOf(entries, size, 0);
      expect(succeeded + failed + lost + running + waiting).toBe(size);
      expect(isOver(entries)).toBe(
        running + waiting === 0 && entries.every(({ row: known, end }) => end || known?.lostAt),
      );
      const ended = entries.reduce((sum, { end }) => sum + (end?.failed ?? 0), 0);
      expect(Object.values(causes).reduce((sum, n) => sum + n, 0)).toBe(ended);
    }),
  );
});

test('what ended keeps what became of it, whatever is known of it later', () => {
  const end = endOf(row({ status: 'FAILED', exitCode: 137, startedAt: 1_000, stoppedAt: 61_000 }));
  const later = standingOf([{ id: 'a', row: undefined, end }], 1, 5);
  expect(later).toMatchObject({ failed: 1, lost: 0, runs: { halfSeconds: 60, longestSeconds: 60, longest: 'a' } });
  expect(isSame(later, { ...later, at: 99 })).toBe(true);
  expect(isSame(later, { ...later, failed: 2 })).toBe(false);
});

test('an array counts its children, and names the causes of those that are known', () => {
  const failed = [1, 2].map((index) => row({ id: `a:${index}`, arrayIndex: index, status: 'FAILED', exitCode: 3 }));
  const counts = (FAILED: number, SUCCEEDED: number) => ({ countedAt: 1, counts: { FAILED, SUCCEEDED } });
  expect(endOfArray(row({ arraySize: 5, children: counts(2, 1) }), failed)).toBeUndefined();
  expect(endOfArray(row({ status: 'FAILED', arraySize: 5, children: counts(3, 2) }), failed)).toEqual({
    ...{ succeeded: 2, failed: 3 },
    causes: { 'exit 3': 2, 'no cause known': 1 },
  });
  // Batch did not count them to the end.
  expect(endOfArray(row({ status: 'FAILED', arraySize: 5, children: counts(0, 1) }), failed)).toMatchObject({
    failed: 4,
  });
  expect(endOfArray(row({ status: 'SUCCEEDED', arraySize: 5 }), [])).toEqual({ succeeded: 5 });
});

test('a pace is told once there is one', () => {
  const at = (ms: number, succeeded: number) => ({ ...standingOf([], 100, ms), succeeded });
  expect(leftMs(at(0, 0), at(60_000, 2))).toBeUndefined();
  expect(leftMs(at(0, 0), at(10_000, 50))).toBeUndefined();
  expect(leftMs(at(0, 20), at(60_000, 60))).toBe(60_000);
  expect(endedOf(at(0, 20))).toBe(20);
});
