/** Texts come out of their bytes as they went in, in order. */
import fc from 'fast-check';
import { sortedTexts } from '../../../src/history/records/sortedTexts';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function sorted(texts: readonly string[], size: number): string[][] {
  const all = sortedTexts();
  for (const text of texts) all.add(text);
  return [...all.parts(size)];
}

test('any texts come out whole, each as often as it went in, in order, in parts of the size asked for', () => {
  // A lone half of a pair is no text that UTF-8 can hold.
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^job:[0-9]{1,4}$/));
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const parts = sorted(texts, size);
      expect(parts.flat()).toEqual([...texts].sort(byBytes));
      for (const part of parts.slice(0, -1)) expect(part).toHaveLength(size);
      expect(parts.every((part) => part.length > 0)).toBe(true);
    }),
  );
});

test('texts of many pages are as much in order as those of one', () => {
  const texts = Array.from(
    { length: 20_000 },
    (_, n) => `5f12c493-2cba-4278-96a6-529fe4f20074:${(n * 7_919) % 20_000}`,
  );
  expect(sorted(texts, 1_000).flat()).toEqual([...texts].sort());
});

test('a text that fills a page comes out whole, a longer one is refused', () => {
  const longest = 'x'.repeat(65_534);
  expect(sorted(['b', longest, 'a'], 10)).toEqual([['a', 'b', longest]]);
  expect(() => sortedTexts().add(`${longest}x`)).toThrow(RangeError);
});
