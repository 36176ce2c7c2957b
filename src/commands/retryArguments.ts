/** What may be changed in a retry, as people type it. */
import * as z from 'zod';

const MIB_PER: Readonly<Record<string, number>> = { '': 1, m: 1, g: 1_024, t: 1_024 * 1_024 };

/** The largest instances, u7inh-32tb, have 32 TiB (https://aws.amazon.com/ec2/instance-types/high-memory/). */
const MOST_MEMORY_MIB = 32 * 1_024 * 1_024;

/** `2x`, `1.5x`; `16384`, `16g`, `16GiB`, `512MB`. */
export const memory = z.string().transform((text, context) => {
  const typed = text.trim().toLowerCase();
  const [, times] = /^(\d+(?:\.\d+)?)x$/.exec(typed) ?? [];
  if (times !== undefined && Number(times) > 0 && Number(times) <= 100) return { memoryTimes: Number(times) };
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(m|g|t|)(?:i?b)?$/.exec(typed) ?? [];
  const memoryMiB = Math.ceil(Number(amount) * (MIB_PER[unit] ?? 1));
  if (memoryMiB > MOST_MEMORY_MIB) {
    context.addIssue({ code: 'custom', message: 'it is at most 32t, as much as the largest instances have' });
    return z.NEVER;
  }
  // Batch wants 4 MiB at least (API reference, ResourceRequirement).
  if (memoryMiB >= 4) return { memoryMiB };
  context.addIssue({ code: 'custom', message: 'say 2x for twice as much, or an amount: 16384 (MiB) or 16g' });
  return z.NEVER;
});

export const vcpus = z.coerce
  .number('it is a number')
  .positive('it is more than 0')
  .refine((n) => Number.isInteger(n) || n === 0.25 || n === 0.5, 'it is a whole number, or on Fargate 0.25 or 0.5');

export const attempts = z.coerce
  .number('it is a number')
  .int('it is a whole number')
  .min(1, 'it is 1 to 10')
  .max(10, 'it is 1 to 10');

const SECONDS_PER: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** Batch itself has no most, and Fargate 14 days; more than a year is a slip. */
const MOST_TIMEOUT_SECONDS = 365 * 86_400;

/** Seconds, or `90m`, `2h`, `1d12h`. */
export const timeout = z.string().transform((text, context) => {
  const typed = text.trim().toLowerCase();
  const parts = [...typed.matchAll(/(\d+)(min|[smhd]|)/g)];
  // `2h30` may mean minutes or seconds.
  const isClear = parts.length === 1 || parts.every(([, , unit]) => unit !== '');
  const isWhole = parts.map(([part]) => part).join('') === typed && typed !== '' && isClear;
  const seconds = parts.reduce((sum, [, n, unit = '']) => sum + Number(n) * (SECONDS_PER[unit] ?? 0), 0);
  // Batch's own least (API reference, JobTimeout).
  if (isWhole && seconds >= 60 && seconds <= MOST_TIMEOUT_SECONDS) return seconds;
  context.addIssue({
    code: 'custom',
    message:
      seconds > MOST_TIMEOUT_SECONDS
        ? 'it is at most 365d'
        : isClear
          ? 'it is at least 60 seconds: 7200, 90m or 2h'
          : 'each number needs its unit: 2h30m',
  });
  return z.NEVER;
});
