/** Reads a point in time as people type it: `2h`, `7d`, `yesterday`, `monday`, `2026-03-15`, `2026-03-15T09:30`. */

const SECOND_MS = 1000;
const UNIT_MS: Record<string, number> = {
  s: SECOND_MS,
  sec: SECOND_MS,
  m: 60 * SECOND_MS,
  min: 60 * SECOND_MS,
  h: 3600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
  w: 7 * 86_400 * SECOND_MS,
};
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const AGO = /^(?:\d+(?:sec|min|[smhdw]))+$/;
const ISO =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3})\d*)?)?\s*(z|[+-]\d{2}:?\d{2})?)?)?$/;
/** The last moment that a JavaScript Date can hold: ECMA-262, "Time Values and Time Range". */
const LAST_MS = 8.64e15;

/**
 * The moment in ms, or `undefined` when the text is not a time. A length (`2h`, `1d12h`) counts back from `now`; a day,
 * a month or a weekday is its first moment in `timeZone` (an IANA name; UTC when absent or unknown); a weekday is the
 * last one, today included.
 */
export function parseTime(text: string, now: number, timeZone = 'UTC'): number | undefined {
  const typed = text.trim().toLowerCase();
  const zone = knownZone(timeZone);
  if (typed === 'now') return now;
  if (AGO.test(typed)) return inRange(now - lengthOf(typed));
  const today = wallClock(now, zone);
  if (typed === 'today') return startOfDay(today, 0, zone);
  if (typed === 'yesterday') return startOfDay(today, -1, zone);
  const weekday = WEEKDAYS.findIndex((day) => typed === day || typed === day.slice(0, 3));
  if (weekday >= 0) return startOfDay(today, -((new Date(today).getUTCDay() - weekday + 7) % 7), zone);
  return parseIso(typed, zone);
}

/** A length in ms, as `2h`, `90m`, `1d12h`; undefined for a text that is none. */
export function parseSpan(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  return AGO.test(typed) ? lengthOf(typed) : undefined;
}

function lengthOf(typed: string): number {
  let total = 0;
  for (const [, count, unit] of typed.matchAll(/(\d+)(sec|min|[smhdw])/g))
    total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}

function parseIso(typed: string, zone: string): number | undefined {
  const match = ISO.exec(typed);
  if (!match) return undefined;
  const [, year, month, day = '01', hour = '00', minute = '00', second = '00', fraction = '', offset] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`;
  const wall = Date.parse(iso);
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(wall) || new Date(wall).toISOString() !== iso) return undefined;
  if (offset === undefined) return instantOf(wall, zone);
  return offset === 'z' ? wall : wall - offsetOf(offset);
}

function offsetOf(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith('-') ? -minutes : minutes) * 60 * SECOND_MS;
}

function startOfDay(wall: number, daysLater: number, zone: string): number {
  const day = new Date(wall);
  day.setUTCHours(0, 0, 0, 0);
  day.setUTCDate(day.getUTCDate() + daysLater);
  return instantOf(day.getTime(), zone);
}

/** What the clock on the wall shows at an instant, written as if it were UTC. */
export function wallClock(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  const whole = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return whole + (((instant % SECOND_MS) + SECOND_MS) % SECOND_MS);
}

/** The instant at which the wall's clock shows `wall`. Where the clock skips that time, an instant beside the gap. */
export function instantOf(wall: number, zone: string): number {
  const firstGuess = wall - (wallClock(wall, zone) - wall);
  return firstGuess - (wallClock(firstGuess, zone) - wall);
}

function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

function inRange(instant: number): number | undefined {
  return Math.abs(instant) <= LAST_MS ? instant : undefined;
}
