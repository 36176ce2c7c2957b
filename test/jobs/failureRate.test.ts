/** When failures are well above their usual number: the bound holds, certainty grows with what is known, and little is no alarm. */
import * as fc from 'fast-check';
import { chanceOf, isStillAbove, isWellAbove, mostUsual, type Outcomes } from '../../src/jobs/failureRate';

const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const anyOutcomes = (most: number): fc.Arbitrary<Outcomes> =>
  fc.integer({ min: 0, max: most }).chain((ended) => fc.record({ ended: fc.constant(ended), failed: fc.nat(ended) }));

/** The chance itself, added up term by term. */
function exactly({ failed, ended }: Outcomes, p: number): number {
  let sum = 0;
  for (let k = failed; k <= ended; k++) {
    let term = 0;
    for (let n = 1; n <= k; n++) term += Math.log(ended - k + n) - Math.log(n);
    sum += Math.exp(term + k * Math.log(p) + (ended - k) * Math.log(1 - p));
  }
  return sum;
}

test('the bound is never below the chance of so many failures', async () => {
  await fc.assert(
    fc.property(anyOutcomes(60), rate, (outcomes, p) => {
      expect(chanceOf(outcomes, p)).toBeGreaterThanOrEqual(exactly(outcomes, p) * (1 - 1e-9));
    }),
  );
});

test('the most that may be usual is above what was seen, and comes nearer the more is known', async () => {
  await fc.assert(
    fc.property(anyOutcomes(5_000), fc.integer({ min: 2, max: 50 }), ({ failed, ended }, times) => {
      const most = mostUsual({ failed, ended });
      expect(most).toBeLessThanOrEqual(1);
      if (ended === 0) return;
      expect(most).toBeGreaterThanOrEqual(failed / ended - 1e-9);
      expect(mostUsual({ failed: failed * times, ended: ended * times })).toBeLessThanOrEqual(most + 1e-9);
    }),
  );
});

test('more failures of as many jobs never end an alarm, and what is well above is above', async () => {
  await fc.assert(
    fc.property(
      anyOutcomes(300),
      anyOutcomes(2_000),
      fc.double({ min: 1.1, max: 10, noNaN: true }),
      (now, usual, times) => {
        if (!isWellAbove(now, usual, times)) return;
        expect(isStillAbove(now, usual)).toBe(true);
        if (now.failed < now.ended) expect(isWellAbove({ ...now, failed: now.failed + 1 }, usual, times)).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ['most of a few dozen fail where hardly any did', { failed: 12, ended: 15 }, { failed: 1, ended: 31 }, true],
  ['ten of ten fail where none of twenty did', { failed: 10, ended: 10 }, { failed: 0, ended: 20 }, true],
  ['a hundredth more of very many', { failed: 60, ended: 1_000 }, { failed: 100, ended: 10_000 }, true],
  ['four failures are read one by one', { failed: 4, ended: 10 }, { failed: 0, ended: 5_000 }, false],
  ['what is usual is not known', { failed: 10, ended: 10 }, { failed: 0, ended: 19 }, false],
  ['twice as often as usual', { failed: 40, ended: 100 }, { failed: 200, ended: 1_000 }, false],
  ['it always fails', { failed: 50, ended: 50 }, { failed: 900, ended: 1_000 }, false],
])('%s', (_, lately, usual, isAlarm) => {
  expect(isWellAbove(lately, usual, 3)).toBe(isAlarm);
});
