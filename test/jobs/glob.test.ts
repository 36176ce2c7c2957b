/** Names with stars. */
import fc from 'fast-check';
import { globMatcher } from '../../src/jobs/glob';

test.each([
  ['prod', 'prod', true],
  ['prod', 'PROD', true],
  ['prod', 'prod-gpu', false],
  ['prod*', 'prod-gpu', true],
  ['*gpu', 'prod-gpu', true],
  ['p*-g*u', 'prod-gpu', true],
  ['*', '', true],
  ['a*a', 'a', false],
  ['ab*ba', 'aba', false],
  ['a**b', 'ab', true],
  ['a.c', 'abc', false],
  ['(x|y)*', 'x', false],
])('%s and %s: %s', (pattern, name, fits) => {
  expect(globMatcher([pattern])(name)).toBe(fits);
});

test('any of several fits; none of none', () => {
  expect(globMatcher(['dev', 'prod*'])('prod-1')).toBe(true);
  expect(globMatcher([])('')).toBe(false);
});

test('a star stands for any text, as in an expression', () => {
  const part = fc.stringMatching(/^[ab*]{0,6}$/);
  fc.assert(
    fc.property(part, fc.stringMatching(/^[ab]{0,8}$/), (pattern, name) => {
      expect(globMatcher([pattern])(name)).toBe(new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`).test(name));
    }),
    { numRuns: 1_000 },
  );
});

test('many stars are no more work than their letters', () => {
  // Tried one way after another, these would keep any machine for years.
  expect(globMatcher([`${'*a'.repeat(60)}*b`])('a'.repeat(128))).toBe(false);
});
