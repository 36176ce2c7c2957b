/** Times as Slack writes them: date tokens, the clock beside a message, day dividers; all in the viewer's time zone. */

import { formatDate } from '../slack/dates';

/** Making a formatter costs far more than using it, and a long channel asks for thousands of times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, tz: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${name} ${tz}`;
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: tz });
  formatters.set(key, known);
  return known;
}

/** The calendar day in the zone, as `2026-11-30`. */
export function dayKey(ms: number, tz = 'UTC'): string {
  // Canada's short date is the ISO 8601 one.
  return formatter('day', tz, 'en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
}

/** The time beside a message: `9:41 AM`. */
export function clock(ms: number, tz = 'UTC'): string {
  return formatter('clock', tz, 'en-US', { hour: 'numeric', minute: '2-digit' }).format(ms);
}

/** A day's divider: Today, Yesterday, or the weekday and date. */
export function dayName(ms: number, now: number, tz?: string): string {
  return formatSlackDate(ms / 1000, '{day_divider_pretty}', now, tz);
}

/** How long ago or ahead, in one unit. */
export function ago(ms: number, now: number): string {
  return formatSlackDate(ms / 1000, '{ago}', now);
}

/**
 * Fills the tokens of a date's format, as in `{date_short_pretty} at {time}`. Slack's client writes a relative day
 * that opens the format with a capital.
 *
 * @param seconds since 1970, as in `<!date^seconds^…>`
 */
export function formatSlackDate(seconds: number, format: string, now: number, tz = 'UTC'): string {
  if (!Number.isFinite(new Date(seconds * 1000).getTime())) return '';
  const filled = formatDate(seconds, format, tz, now);
  return /^\{\w+_pretty\}/.test(format) ? filled.charAt(0).toUpperCase() + filled.slice(1) : filled;
}

/** The full moment, for a tooltip. */
export function moment(ms: number, tz?: string): string {
  return formatSlackDate(ms / 1000, '{date_long} at {time_secs}', ms, tz);
}

/** The epoch seconds at which clocks in `tz` show `local` (`2026-11-30T09:15`). */
export function epochSeconds(local: string, tz?: string): number {
  const asUtc = Date.parse(`${local}Z`);
  const shownAt = (ms: number): number => Date.parse(`${wallClock(ms / 1000, tz)}Z`);
  // Near a change of the clocks the offset at the answer can differ from the one at the first guess.
  const guess = asUtc - (shownAt(asUtc) - asUtc);
  return Math.round((guess - (shownAt(guess) - asUtc)) / 1000);
}

/** What clocks in `tz` show then, as `2026-11-30T09:15`. */
export function wallClock(seconds: number, tz = 'UTC'): string {
  const time = formatter('wall', tz, 'en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${dayKey(seconds * 1000, tz)}T${time.format(seconds * 1000)}`;
}
