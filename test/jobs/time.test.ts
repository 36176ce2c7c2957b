/** Points in time as people type them, where they are. */
import fc from 'fast-check';
import { parseTime } from '../../src/jobs/time';

/** A Wednesday. */
const NOW = Date.parse('2026-03-18T02:30:00Z');
const at = (text: string, zone?: string) => {
  const instant = parseTime(text, NOW, zone);
  return instant === undefined ? undefined : new Date(instant).toISOString().replace('.000Z', 'Z');
};

test.each([
  ['now', '2026-03-18T02:30:00Z'],
  ['2h', '2026-03-18T00:30:00Z'],
  ['1d12h', '2026-03-16T14:30:00Z'],
  ['90sec', '2026-03-18T02:28:30Z'],
  ['30MIN', '2026-03-18T02:00:00Z'],
  ['1w', '2026-03-11T02:30:00Z'],
  ['today', '2026-03-18T00:00:00Z'],
  ['Yesterday', '2026-03-17T00:00:00Z'],
  ['monday', '2026-03-16T00:00:00Z'],
  ['wed', '2026-03-18T00:00:00Z'],
  ['thursday', '2026-03-12T00:00:00Z'],
  ['2026-03', '2026-03-01T00:00:00Z'],
  ['2026-03-15', '2026-03-15T00:00:00Z'],
  [' 2026-03-15 09:30 ', '2026-03-15T09:30:00Z'],
  ['2026-03-15T09:30:15Z', '2026-03-15T09:30:15Z'],
  ['2026-03-15T09:30+02:00', '2026-03-15T07:30:00Z'],
])('%s', (text, instant) => {
  expect(at(text)).toBe(instant);
});

test.each([
  ['today', 'America/New_York', '2026-03-17T04:00:00Z'],
  ['yesterday', 'Asia/Tokyo', '2026-03-16T15:00:00Z'],
  ['wed', 'America/New_York', '2026-03-11T04:00:00Z'],
  // Clocks went forward on 8 March 2026 in New York.
  ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00Z'],
  ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00Z'],
  ['2026-03-15', 'Asia/Kolkata', '2026-03-14T18:30:00Z'],
  ['2026-03-15', 'Nowhere/Land', '2026-03-15T00:00:00Z'],
])('%s in %s', (text, zone, instant) => {
  expect(at(text, zone)).toBe(instant);
});

test.each([
  '',
  'soon',
  '2x',
  '-2h',
  '2026',
  '2026-13',
  '2026-02-31',
  '2026-03-15T25:00',
  '15.03.2026',
  `${'9'.repeat(30)}d`,
])('%j is no time', (text) => expect(parseTime(text, NOW)).toBeUndefined());

test('any text is a time that a Date can hold, or none', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^\d{1,6}(?:sec|min|[smhdw])$/),
    fc.stringMatching(/^\d{4}-\d\d-\d\d$/),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('UTC', 'America/New_York', 'Pacific/Auckland'), (typed, zone) => {
      const instant = parseTime(typed, NOW, zone);
      if (instant !== undefined) expect(Number.isNaN(new Date(instant).getTime())).toBe(false);
    }),
  );
});
