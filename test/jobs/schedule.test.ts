import fc from 'fast-check';
import {
  lastTime,
  nextTime,
  parseMinute,
  parseWeekday,
  type Schedule,
  scheduleTold,
  scheduleTyped,
  timeBefore,
  zoneNamed,
} from '../../src/jobs/schedule';

const at = (iso: string): number => Date.parse(iso);
const iso = (time: number): string => new Date(time).toISOString();
const VIENNA: Schedule = { minute: 9 * 60, zone: 'Europe/Vienna' };

test('comes at the same time on the wall when the clocks change, on days of 23 and of 25 hours', () => {
  // 2026-03-29 and 2026-10-25 are the days on which Vienna changes its clocks.
  expect(iso(lastTime(VIENNA, at('2026-03-28T12:00:00Z')))).toBe('2026-03-28T08:00:00.000Z');
  expect(iso(lastTime(VIENNA, at('2026-03-29T12:00:00Z')))).toBe('2026-03-29T07:00:00.000Z');
  expect(iso(timeBefore(VIENNA, at('2026-03-29T07:00:00Z')))).toBe('2026-03-28T08:00:00.000Z');
  expect(iso(lastTime(VIENNA, at('2026-10-25T07:59:59Z')))).toBe('2026-10-24T07:00:00.000Z');
  expect(iso(lastTime(VIENNA, at('2026-10-25T08:00:00Z')))).toBe('2026-10-25T08:00:00.000Z');
});

test('comes once on a night that has its hour twice, and once on one that skips it', () => {
  const night: Schedule = { minute: 2 * 60 + 30, zone: 'Europe/Vienna' };
  const times = (from: string, until: string) => {
    const found: string[] = [];
    for (let time = nextTime(night, at(from)); time < at(until); time = nextTime(night, time)) found.push(iso(time));
    return found;
  };
  expect(times('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toHaveLength(2);
  expect(times('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toHaveLength(2);
});

test('of a week comes on its day there, also where that is another day than in UTC', () => {
  const auckland: Schedule = { minute: 8 * 60, weekday: 1, zone: 'Pacific/Auckland' };
  expect(iso(lastTime(auckland, at('2026-07-15T00:00:00Z')))).toBe('2026-07-12T20:00:00.000Z');
  expect(scheduleTold(auckland)).toBe('every Monday at 08:00 (Pacific/Auckland)');
});

const anySchedule = fc
  .record({
    minute: fc.integer({ min: 0, max: 1_439 }),
    weekday: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    zone: fc.constantFrom(
      'UTC',
      'Europe/Vienna',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Australia/Lord_Howe',
    ),
  })
  .map(({ weekday, ...rest }): Schedule => (weekday === undefined ? rest : { ...rest, weekday }));

test('whatever the zone: the last time is not after now, the next one is, and nothing lies between', () => {
  fc.assert(
    fc.property(anySchedule, fc.integer({ min: at('2024-01-01'), max: at('2030-01-01') }), (schedule, now) => {
      const [last, next] = [lastTime(schedule, now), nextTime(schedule, now)];
      expect(last).toBeLessThanOrEqual(now);
      expect(next).toBeGreaterThan(now);
      expect(timeBefore(schedule, next)).toBe(last);
      const day = 86_400_000;
      const most = schedule.weekday === undefined ? day : 7 * day;
      expect(next - last).toBeLessThanOrEqual(most + 3_600_000);
      expect(next - last).toBeGreaterThanOrEqual(most - 3_600_000);
    }),
    { numRuns: 60 },
  );
});

test('what is told as typed reads back', () => {
  fc.assert(
    fc.property(anySchedule, (schedule) => {
      const words = scheduleTyped(schedule).split(' ');
      const [day, time, zone] = schedule.weekday === undefined ? [undefined, ...words] : words;
      expect(parseMinute(time ?? '')).toBe(schedule.minute);
      expect(zoneNamed(zone ?? '')).toBeDefined();
      if (schedule.weekday !== undefined) expect(parseWeekday(day ?? '')).toBe(schedule.weekday);
    }),
    { numRuns: 60 },
  );
});

test('times of day are read as people type them, and nothing else is', () => {
  expect(['09:00', '9', '9am', '17.30', '12am', '12pm', '5PM', '23:59'].map(parseMinute)).toEqual([
    540, 540, 540, 1_050, 0, 720, 1_020, 1_439,
  ]);
  expect(['24', '9:60', '13pm', '0am', 'noon', '', '9:5', '+01:00'].map(parseMinute)).toEqual(Array(8).fill(undefined));
  expect(['mon', 'Tuesday', 'SUN', 'we', 'monkey'].map(parseWeekday)).toEqual([1, 2, 0, undefined, undefined]);
  expect(['europe/vienna', 'UTC', 'Mars/Base', '+02:00', ''].map(zoneNamed)).toEqual([
    'Europe/Vienna',
    'UTC',
    undefined,
    undefined,
    undefined,
  ]);
});
