import fc from 'fast-check';
import { GrepError, parseGrep } from '../../src/jobs/grep';
import { linesThatMatch } from '../../src/local/aws/logs/filterPattern';

/** What CloudWatch would give back of a line, and we would then show. */
const finds = (typed: string, line: string): boolean => {
  const { pattern, matches } = parseGrep(typed);
  return (pattern === undefined || linesThatMatch(pattern)(line)) && matches(line);
};

test('any text is found in any line that has it, in whatever case, and in no other', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((typed) => {
    const [first, last] = [typed[0] ?? '', typed.at(-1) ?? ''];
    return typed.trim() !== '' && !(typed.length > 1 && first === last && '/%'.includes(first));
  });
  fc.assert(
    fc.property(text, fc.string(), fc.string(), fc.boolean(), (typed, before, after, isUpper) => {
      const written = isUpper ? typed.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : typed;
      expect(finds(typed, before + written + after)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(text, fc.string(), (typed, line) => {
      if (!line.toLowerCase().includes(typed.toLowerCase())) expect(finds(typed, line)).toBe(false);
    }),
  );
});

test('what CloudWatch is asked for has only characters that it takes, and is not longer than it takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (typed) => {
      let pattern: string | undefined;
      try {
        ({ pattern } = parseGrep(typed));
      } catch (error) {
        expect(error).toBeInstanceOf(GrepError);
        return;
      }
      if (pattern === undefined) return;
      expect(pattern.length).toBeLessThanOrEqual(1_024);
      expect(pattern).toMatch(/^%[A-Za-z0-9:_#=@/;,^$?[\]{}|\\*+.-]+%$/);
    }),
  );
});

test.each([
  ['/colou?r|gr[ae]y/', ['COLOR', 'my colour', 'Grey', 'GRAY'], ['colr', 'gry']],
  ['/exit [1-9]\\d*/', ['Exit 137', 'EXIT 1'], ['exit 0', 'exit code']],
  ['/^[a-c]x/', ['Bx', 'ax'], ['dx', ' ax']],
  ['/[^a-z]!/', ['1!', '-!'], ['a!', 'A!']],
  ['/\\(oom\\)/', ['killed (OOM)'], ['oom']],
  ['%a\\tb%', ['A\tb'], ['a b']],
])('%s is a regular expression in any case', (typed, those, others) => {
  for (const line of those) expect([line, finds(typed, line)]).toEqual([line, true]);
  for (const line of others) expect([line, finds(typed, line)]).toEqual([line, false]);
});

test.each(['/a(/', '/(a|b)/', '/[/', '/*/', '/é/', '/\\bword/', '/\\1/', '//', '%%', '', ' ', `/${'a'.repeat(199)}/`])(
  '%p is told to be none',
  (typed) => {
    expect(() => parseGrep(typed)).toThrow(GrepError);
  },
);
