/** Times and durations in words: short in lists, in the reader's own zone where a moment matters. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `40 s`, `12 min`, `3 h 12 min`, `2 d 4 h`: the two largest units, the smaller one only where it says something. */
export function duration(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < MINUTE) return `${Math.round(positive / SECOND)} s`;
  const [unit, name, small, smallName] =
    positive < HOUR
      ? ([MINUTE, 'min', SECOND, 's'] as const)
      : positive < DAY
        ? ([HOUR, 'h', MINUTE, 'min'] as const)
        : ([DAY, 'd', HOUR, 'h'] as const);
  const whole = Math.floor(positive / unit);
  const rest = Math.floor((positive % unit) / small);
  return rest === 0 || whole >= 10 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${smallName}`;
}

/** `2 h ago`, `just now`; one unit only. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 10 * SECOND) return 'just now';
  const [unit, name] =
    ms < MINUTE ? [SECOND, 's'] : ms < HOUR ? [MINUTE, 'min'] : ms < 2 * DAY ? [HOUR, 'h'] : [DAY, 'd'];
  return `${Math.floor(ms / (unit as number))} ${name} ago`;
}

/** A moment in the reader's own time zone, by Slack's date token; UTC where a client can't. */
export function moment(at: number): string {
  const utc = new Date(at).toISOString();
  return `<!date^${Math.floor(at / SECOND)}^{date_short_pretty} {time_secs}|${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC>`;
}

/** The same to the minute, where a second says nothing. */
export function minuteOf(at: number): string {
  const utc = new Date(at).toISOString();
  return `<!date^${Math.floor(at / SECOND)}^{date_short_pretty} {time}|${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC>`;
}

/** `09:41:07`, in UTC: for lines of logs, where a token can't stand. */
export const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** The same to the minute, for a moment to come. */
export function minute(at: number): string {
  const utc = new Date(at).toISOString();
  return `<!date^${Math.floor(at / SECOND)}^{date_short_pretty} {time}|${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC>`;
}
