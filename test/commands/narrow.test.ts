import fc from 'fast-check';
import { askedOf, fitsWords } from '../../src/commands/narrow';

test('a word fits a part of a name, a pattern the whole of one; all words must fit', () => {
  const facets = ['genomics-prod-spot', undefined, 'c6i.8xlarge'];
  expect(fitsWords(['PROD', 'c6i'], facets)).toBe(true);
  expect(fitsWords(['prod*'], facets)).toBe(false);
  expect(fitsWords(['*prod*', 'c6i.*'], facets)).toBe(true);
  expect(fitsWords(['prod', 'm5'], facets)).toBe(false);
  expect(fitsWords([], [])).toBe(true);
});

test('a name fits any part of itself, and any pattern that one makes of it', () => {
  const name = fc.stringMatching(/^[a-z0-9_-]{1,30}$/);
  fc.assert(
    fc.property(name, fc.nat(30), fc.nat(30), (text, a, b) => {
      const [from, to] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
      expect(fitsWords([text.slice(from, to)], [text])).toBe(true);
      expect(fitsWords([`${text.slice(0, from)}*${text.slice(to)}`], [text])).toBe(true);
    }),
  );
});

test('what was asked is asked again without its page and without sharing it', () => {
  expect(askedOf('queues', 'prod page:3')).toBe('queues prod');
  expect(askedOf('queues', 'page:3 prod state:busy —share')).toBe('queues prod state:busy');
  expect(askedOf('envs', 'share')).toBe('envs');
  expect(askedOf('defs', 'homepage:2')).toBe('defs homepage:2');
});
