/** Times on the page stand in the viewer's own zone. */
import * as fc from 'fast-check';
import { dayKey, epochSeconds, formatSlackDate, wallClock } from '../../../src/local/page/slackDate';

const NOW = Date.UTC(2026, 10, 30, 9, 41);

test('a relative day has a capital where it opens the text, and only there', () => {
  const seconds = NOW / 1000 - 60;
  expect(formatSlackDate(seconds, '{date_short_pretty} at {time}', NOW, 'Europe/Berlin')).toBe('Today at 10:40 AM');
  expect(formatSlackDate(seconds, 'failed {date_pretty}', NOW, 'Europe/Berlin')).toBe('failed today');
});

test('near midnight the day is the one of the zone', () => {
  const late = Date.UTC(2026, 10, 30, 23, 30);
  expect(dayKey(late, 'UTC')).toBe('2026-11-30');
  expect(dayKey(late, 'Europe/Berlin')).toBe('2026-12-01');
});

test('a moment picked by the clocks of a zone is shown as picked', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland');
  const minutes = fc.integer({ min: 0, max: 30_000_000 });
  void fc.assert(
    fc.property(zones, minutes, (zone, minute) => {
      const local = wallClock(minute * 60, zone);
      expect(wallClock(epochSeconds(local, zone), zone)).toBe(local);
    }),
  );
});
