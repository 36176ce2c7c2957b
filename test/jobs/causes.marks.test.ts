/** What a search for jobs of one cause is narrowed by stands in every reason of that cause. */
import fc from 'fast-check';
import { CAUSES, causeOf } from '../../src/jobs/causes';
import { marksOf } from '../../src/jobs/causes/marks';

test.each([
  [
    /OutOfMemory|OOMKilled|(?:container|process) killed due to memory/i,
    ['OutOfMemory', 'OOMKilled', 'killed due to memory'],
  ],
  [/^Host EC2 .*(?:terminated|stopped)/im, ['Host EC2']],
  [/^(?:MISCONFIGURATION:|CLIENT_ERROR)/m, ['MISCONFIGURATION:', 'CLIENT_ERROR']],
  [/^(?:Unable to find )?job ?definition\b.*(?:not found|inactive)/im, ['definition']],
  [/i\/o time|Canno[tT]Pull\w+/, ['i/o time', 'Canno']],
  [/[abc]{3,5}|longer/, undefined],
  [/a?b*/, undefined],
])('%s is narrowed by %s', (pattern, marks) => {
  expect(marksOf(pattern)).toEqual(marks);
});

test.each(CAUSES.map((row) => [row.key, row] as const))('%s holds its own marks', (_key, { example }) => {
  const job = { status: 'FAILED' as const, ...example };
  const { reasons, exit } = causeOf(job)?.marks ?? {};
  const both = `${job.statusReason}\n${job.containerReason}`.toLowerCase();
  if (reasons !== undefined) expect(reasons.some((mark) => both.includes(mark.toLowerCase()))).toBe(true);
  if (exit !== undefined) expect(exit).toBe(job.exitCode);
});

test('words of nobody’s are narrowed by what does not differ from job to job', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (statusReason) => {
      const cause = causeOf({ status: 'FAILED', statusReason });
      if (cause?.key !== 'unknown') return;
      for (const mark of cause.marks.reasons ?? []) expect(statusReason).toContain(mark);
    }),
  );
});
