/** A time of day, or of a week, that comes again and again by the clocks on a zone's walls; read as people type it, and told. */
import * as z from 'zod';
import { instantOf, wallClock } from './time';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export const scheduleSchema = z.object({
  /** From midnight. */
  minute: z.number().int().min(0).max(1_439),
  /** 0 for Sunday; every day where it is absent. */
  weekday: z.number().int().min(0).max(6).optional(),
  /** An IANA name. */
  zone: z.string(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** `09:00`, `9`, `9am`, `17.30` in minutes from midnight; undefined for what is no time of day. */
export function parseMinute(text: string): number | undefined {
  const [, hours, minutes = '00', half] = /^(\d{1,2})(?:[:.h](\d{2}))?\s*([ap]m)?$/i.exec(text.trim()) ?? [];
  if (hours === undefined) return undefined;
  const hour = Number(hours);
  const minute = Number(minutes);
  if (minute > 59) return undefined;
  if (half === undefined) return hour > 23 ? undefined : hour * 60 + minute;
  if (hour < 1 || hour > 12) return undefined;
  return ((hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)) * 60 + minute;
}

/** `mon`, `monday`; undefined for anything else. */
export function parseWeekday(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  const found = WEEKDAYS.findIndex((day) => typed.length >= 3 && day.toLowerCase().startsWith(typed));
  return found < 0 ? undefined : found;
}

/** The zone as Intl writes it; undefined for one that it does not know, or a mere offset, which no summer changes. */
export function zoneNamed(text: string): string | undefined {
  if (!/^[a-z]/i.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Its moment on the wall's day `wallDay` (midnight, as if it were UTC). */
const onDay = (wallDay: number, { minute, zone }: Schedule): number => instantOf(wallDay + minute * MINUTE_MS, zone);

const midnight = (wall: number): number => Math.floor(wall / DAY_MS) * DAY_MS;

/**
 * The last time that it came, `at` itself included. On a day whose clocks skip that minute it comes beside the gap, on one
 * whose clocks show it twice it comes once.
 */
export function lastTime(schedule: Schedule, at: number): number {
  const today = midnight(wallClock(at, schedule.zone));
  // A zone that crosses the date line skips a day; nothing skips two weeks.
  for (let back = 0; back <= 14; back++) {
    const day = today - back * DAY_MS;
    if (schedule.weekday !== undefined && new Date(day).getUTCDay() !== schedule.weekday) continue;
    const time = onDay(day, schedule);
    if (time <= at) return time;
  }
  throw new RangeError(`nothing comes at minute ${schedule.minute} in ${schedule.zone}`);
}

export const timeBefore = (schedule: Schedule, time: number): number => lastTime(schedule, time - 1);

/** The next time that it comes, after `at`. */
export function nextTime(schedule: Schedule, at: number): number {
  const last = lastTime(schedule, at);
  for (let days = 1; days <= 15; days++) {
    const time = lastTime(schedule, last + days * DAY_MS + DAY_MS / 2);
    if (time > at) return time;
  }
  throw new RangeError(`nothing comes at minute ${schedule.minute} in ${schedule.zone}`);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `every day at 09:00 (Europe/Vienna)`, `every Monday at 09:00 (UTC)`. */
export function scheduleTold({ minute, weekday, zone }: Schedule): string {
  const day = weekday === undefined ? 'day' : (WEEKDAYS[weekday] ?? 'day');
  return `every ${day} at ${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)} (${zone})`;
}

/** As it is typed: `09:00 Europe/Vienna`, `mon 09:00 UTC`. */
export function scheduleTyped({ minute, weekday, zone }: Schedule): string {
  const time = `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)} ${zone}`;
  return weekday === undefined ? time : `${WEEKDAYS[weekday]?.slice(0, 3).toLowerCase()} ${time}`;
}
