/** When a queue that is never quiet is: told no sooner than its own longest gap allows, and not of one that is quiet at times. */
import * as fc from 'fast-check';
import { hourNumber, quietOf } from '../../src/jobs/quiet';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 2, 15, 12, 20);
const present = hourNumber(NOON);
/** Every so many hours, from so many days ago until so many hours ago. */
const every = (hours: number, days: number, until: number): number[] => {
  const found: number[] = [];
  for (let hour = present - days * 24; hour <= present - until; hour += hours) found.push(hour);
  return found;
};

test('a queue with jobs in every hour is quiet after three empty ones, and since the end of the last that was not', () => {
  expect(quietOf(every(1, 8, 3), NOON, 3)).toBeUndefined();
  expect(quietOf(every(1, 8, 4), NOON, 3)).toEqual({ since: (present - 3) * HOUR, longestUsual: 0 });
});

test('less than a week tells nothing, nor does a queue that is quiet every night', () => {
  expect(quietOf(every(1, 6, 20), NOON, 3)).toBeUndefined();
  expect(quietOf(every(14, 14, 13), NOON, 3)).toBeUndefined();
  expect(quietOf([present - 200], NOON, 3)).toBeUndefined();
  expect(quietOf([], NOON, 3)).toBeUndefined();
});

test('it is never told within as long as it was quiet before, whatever the order of the hours', async () => {
  const anyHours = fc.array(fc.integer({ min: present - 14 * 24, max: present }), { maxLength: 400 });
  await fc.assert(
    fc.property(anyHours, fc.double({ min: 1.1, max: 10, noNaN: true }), (hours, times) => {
      const quiet = quietOf(hours, NOON, times);
      expect(quietOf([...hours].reverse(), NOON, times)).toEqual(quiet);
      if (quiet === undefined) return;
      const gap = present - Math.max(...hours) - 1;
      expect(gap).toBeGreaterThan(quiet.longestUsual);
      expect(gap).toBeGreaterThanOrEqual(2);
      expect(quietOf([...hours, present], NOON, times)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
