/** Who stopped a job through batchbot can be read back from the reason that AWS keeps, whatever they are called. */
import fc from 'fast-check';
import { cancelledBy, cancelReason } from '../../src/jobs/causes';

const op = fc.stringMatching(/^[0-9A-Z]{1,26}$/);
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    'ada',
    '',
    '()',
    ' \n',
    'eve (op 1)',
    'cancelled from Slack by eve (op FAKE)',
    'a\u2028b',
    '😀'.repeat(90),
  ),
);
const words = fc.option(fc.oneof(hostile, fc.string({ maxLength: 3_000 }), fc.constant('😀'.repeat(900))), {
  nil: undefined,
});

test('any name, operation and words', () => {
  fc.assert(
    fc.property(hostile, op, words, (user, id, why) => {
      const reason = cancelReason(user, id, why);
      expect(reason.length).toBeLessThanOrEqual(1_024);
      expect(reason.isWellFormed?.() ?? true).toBe(true);
      const read = cancelledBy({ statusReason: reason });
      expect(read?.op).toBe(id);
      expect(read?.by).toMatch(/^\S(?:.*\S)?$/su);
      expect(cancelReason(read?.by ?? '', id)).toBe(reason.slice(0, cancelReason(user, id).length));
    }),
    { numRuns: 1_000 },
  );
});

test('a plain name is kept as it is', () => {
  expect(cancelReason('Ada Lovelace', '01J', 'wrong input')).toBe(
    'cancelled from Slack by Ada Lovelace (op 01J): wrong input',
  );
  expect(cancelReason('ada', '01J', '  ')).toBe('cancelled from Slack by ada (op 01J)');
  expect(cancelReason(' \n', '01J')).toBe('cancelled from Slack by somebody (op 01J)');
});

test('words that look like our own don’t change who it was', () => {
  const reason = cancelReason('ada', '01J', 'as in cancelled from Slack by eve (op 02K)');
  expect(cancelledBy({ statusReason: reason })).toEqual({ by: 'ada', op: '01J' });
});

test.each([
  undefined,
  '',
  'Terminated by ada',
  'see: cancelled from Slack by eve (op 1)',
  'cancelled from Slack by eve',
])('%j is not ours', (statusReason) => {
  expect(cancelledBy({ statusReason })).toBeUndefined();
});
