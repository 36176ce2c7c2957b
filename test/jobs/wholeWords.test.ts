import fc from 'fast-check';
import { isLonger, standsIn, trapIn } from '../../src/jobs/wholeWords';

test.each([
  ['preregA', 'preregA', 'whole'],
  ['preregA', 'PREREGa-17', 'whole'],
  ['preregA', 'nightly_preregA.x', 'whole'],
  ['preregA', 'preregA2', 'inside'],
  ['align', 'realign-3', 'inside'],
  ['align', 'realign-align', 'whole'],
  ['bulk-', 'bulk-12', 'whole'],
  ['x', 'preregA', 'nowhere'],
  ['', 'preregA', 'nowhere'],
] as const)('%s in %s is %s', (word, name, expected) => {
  expect(standsIn(word, name)).toBe(expected);
});

test('a trap is told only where some jobs have the word by itself and others do not', () => {
  const jobs = ['preregA', 'preregA-1', 'preregA2-1'].map((name) => ({ name }));
  expect(trapIn(['preregA'], jobs)).toEqual({ word: 'preregA', longer: [{ name: 'preregA2-1' }], isName: true });
  expect(trapIn(['prereg'], jobs)).toBeUndefined();
  expect(trapIn(['preregA'], jobs.slice(0, 2))).toBeUndefined();
  expect(trapIn(['preregA'], [{}])).toBeUndefined();
});

test('without the longer ones, no trap is left', () => {
  const name = fc.stringMatching(/^[ab2-]{1,8}$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), name, (names, word) => {
      const jobs = names.map((text) => ({ name: text }));
      expect(
        trapIn(
          [word],
          jobs.filter((job) => !isLonger([word], job)),
        ),
      ).toBeUndefined();
    }),
  );
});
