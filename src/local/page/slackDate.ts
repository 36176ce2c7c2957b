/** Times as Slack writes them: date tokens, the clock beside a message, day dividers; all in the viewer's time zone. */

const DAY_MS = 86_400_000;

function parts(ms: number, tz: string | undefined, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-US', { ...options, ...(tz ? { timeZone: tz } : {}) }).format(ms);
}

function ordinal(day: number): string {
  const teen = day % 100 >= 11 && day % 100 <= 13;
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${suffix}`;
}

/** The calendar day in the zone, as `2026-11-30`. */
export function dayKey(ms: number, tz?: string): string {
  const field = (options: Intl.DateTimeFormatOptions): string => parts(ms, tz, options);
  return `${field({ year: 'numeric' })}-${field({ month: '2-digit' })}-${field({ day: '2-digit' })}`;
}

export function clock(ms: number, tz?: string, seconds = false): string {
  return parts(ms, tz, { hour: 'numeric', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) }).replace(
    /\u202f/g,
    ' ',
  );
}

function longDate(ms: number, tz: string | undefined, weekday: boolean): string {
  const month = parts(ms, tz, { month: 'long' });
  const day = ordinal(Number(parts(ms, tz, { day: 'numeric' })));
  const name = weekday ? `${parts(ms, tz, { weekday: 'long' })}, ` : '';
  return `${name}${month} ${day}, ${parts(ms, tz, { year: 'numeric' })}`;
}

function shortDate(ms: number, tz: string | undefined): string {
  return parts(ms, tz, { month: 'short', day: 'numeric', year: 'numeric' });
}

/** `today`, `yesterday` or `tomorrow`, where one of them is right. */
function nearDay(ms: number, now: number, tz?: string): string | undefined {
  const key = dayKey(ms, tz);
  if (key === dayKey(now, tz)) return 'today';
  if (key === dayKey(now - DAY_MS, tz)) return 'yesterday';
  return key === dayKey(now + DAY_MS, tz) ? 'tomorrow' : undefined;
}

export function ago(ms: number, now: number): string {
  const seconds = Math.round(Math.abs(now - ms) / 1000);
  const say = (count: number, unit: string): string => {
    const amount = `${count} ${unit}${count === 1 ? '' : 's'}`;
    return ms > now ? `in ${amount}` : `${amount} ago`;
  };
  if (seconds < 45) return ms > now ? 'in a moment' : 'just now';
  if (seconds < 3570) return say(Math.max(1, Math.round(seconds / 60)), 'minute');
  if (seconds < 84_600) return say(Math.round(seconds / 3600), 'hour');
  if (seconds < 30 * 86_400) return say(Math.round(seconds / 86_400), 'day');
  if (seconds < 360 * 86_400) return say(Math.round(seconds / (30 * 86_400)), 'month');
  return say(Math.max(1, Math.round(seconds / (365 * 86_400))), 'year');
}

/** "today" at the start of a sentence is "Today". */
export function dayName(ms: number, now: number, tz?: string): string {
  const near = nearDay(ms, now, tz);
  return near
    ? near.charAt(0).toUpperCase() + near.slice(1)
    : parts(ms, tz, { weekday: 'long', month: 'long', day: 'numeric' });
}

/**
 * Fills the tokens of a date's format, as in `{date_short_pretty} at {time}`. The tokens are those of Slack's page
 * "Formatting text for app surfaces"; an unknown one stays as it is.
 *
 * @param seconds since 1970, as in `<!date^seconds^…>`
 */
export function formatSlackDate(seconds: number, format: string, now: number, tz?: string): string {
  const ms = seconds * 1000;
  if (!Number.isFinite(new Date(ms).getTime())) return '';
  const filled = format.replace(/\{(\w+)\}/g, (token, name: string) => {
    const pretty = name.endsWith('_pretty') ? nearDay(ms, now, tz) : undefined;
    if (pretty) return pretty;
    switch (name.replace(/_pretty$/, '')) {
      case 'date_num':
        return dayKey(ms, tz);
      case 'date':
        return longDate(ms, tz, false);
      case 'date_short':
        return shortDate(ms, tz);
      case 'date_long':
        return longDate(ms, tz, true);
      case 'time':
        return clock(ms, tz);
      case 'time_secs':
        return clock(ms, tz, true);
      case 'ago':
        return ago(ms, now);
      default:
        return token;
    }
  });
  return /^\{\w+_pretty\}/.test(format) ? filled.charAt(0).toUpperCase() + filled.slice(1) : filled;
}

/** The full moment, for a tooltip. */
export function moment(ms: number, tz?: string): string {
  return `${longDate(ms, tz, true)} at ${clock(ms, tz, true)}`;
}

/** The epoch seconds at which clocks in `tz` show `local` (`2026-11-30T09:15`). */
export function epochSeconds(local: string, tz?: string): number {
  const asUtc = Date.parse(`${local}Z`);
  const shownAt = (ms: number): number => Date.parse(`${wallClock(ms / 1000, tz)}Z`);
  return Math.round((asUtc - (shownAt(asUtc) - asUtc)) / 1000);
}

/** What clocks in `tz` show then, as `2026-11-30T09:15`. */
export function wallClock(seconds: number, tz?: string): string {
  const ms = seconds * 1000;
  return `${dayKey(ms, tz)}T${parts(ms, tz, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;
}
