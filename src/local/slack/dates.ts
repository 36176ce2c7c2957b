/** Slack's date tokens (`{date_short_pretty}`, `{time}`, `{ago}`…) written out for a reader's zone. */

const DAY_MS = 86_400_000;

/** Kept, since making one takes hundreds of times as long as using it, and a waiting test looks at every message again and again. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function inZone(ms: number, zone: string, options: Intl.DateTimeFormatOptions, locale = 'en-US'): string {
  const key = JSON.stringify([zone, options, locale]);
  const formatter = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  formatters.set(key, formatter);
  return formatter.format(ms);
}

const numeric = (ms: number, zone: string): string =>
  inZone(ms, zone, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');

function relativeDay(ms: number, zone: string, now: number): string | undefined {
  const day = numeric(ms, zone);
  if (day === numeric(now, zone)) return 'today';
  if (day === numeric(now - DAY_MS, zone)) return 'yesterday';
  return day === numeric(now + DAY_MS, zone) ? 'tomorrow' : undefined;
}

function ago(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  const size = Math.abs(seconds);
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  const [unit, name] = units.find(([length]) => size >= length) ?? [1, 'second'];
  const count = Math.floor(size / unit);
  const words = `${count} ${name}${count === 1 ? '' : 's'}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

const TIME: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
const LONG: Intl.DateTimeFormatOptions = { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' };
const SHORT: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', year: 'numeric' };

const TOKENS: Record<string, (ms: number, zone: string) => string> = {
  date_num: numeric,
  date_slash: (ms, zone) => inZone(ms, zone, { day: '2-digit', month: '2-digit', year: 'numeric' }),
  date_long: (ms, zone) => inZone(ms, zone, LONG),
  date_long_full: (ms, zone) => inZone(ms, zone, { month: 'long', day: 'numeric', year: 'numeric' }),
  date: (ms, zone) => inZone(ms, zone, { month: 'long', day: 'numeric' }),
  date_short: (ms, zone) => inZone(ms, zone, SHORT),
  day_divider: (ms, zone) => inZone(ms, zone, { weekday: 'long', month: 'long', day: 'numeric' }),
  time: (ms, zone) => inZone(ms, zone, TIME),
  time_secs: (ms, zone) => inZone(ms, zone, { ...TIME, second: '2-digit' }),
};

/** `seconds` is a Unix time; a token that Slack does not know stays as it is written. */
export function formatDate(seconds: number, format: string, zone: string, now: number): string {
  const ms = seconds * 1000;
  return format.replace(/\{(\w+)\}/g, (whole, token: string) => {
    if (token === 'ago') return ago(ms, now);
    const pretty = token.endsWith('_pretty') ? token.slice(0, -'_pretty'.length) : undefined;
    const plainly = TOKENS[pretty ?? token];
    if (!plainly) return whole;
    return (pretty && relativeDay(ms, zone, now)) || plainly(ms, zone);
  });
}
