/** One of our own rules on how long jobs may take: what it is, and how it is typed. */
import * as z from 'zod';

const patterns = z.array(z.string().min(1)).min(1).optional();

export const timeoutRuleSchema = z.object({
  /** The number that people call it by; never given twice. */
  n: z.number().int().min(1),
  /** Each a name, `*` allowed; a job fits when it fits one of each that is given. */
  queues: patterns,
  /** With or without the revision. */
  definitions: patterns,
  names: patterns,
  /** `ada` is also who signs as ada@example.com. */
  users: patterns,
  /** From submission to the end. */
  totalSeconds: z.number().positive().optional(),
  /** Of one attempt, from the start of its container. */
  runningSeconds: z.number().positive().optional(),
  /** When it was set (ms): what was over before that is not late. */
  at: z.number().optional(),
});
export type TimeoutRule = z.infer<typeof timeoutRuleSchema>;

/** The conditions of a rule from the widest to the narrowest. */
export const CONDITIONS = ['queues', 'users', 'definitions', 'names'] as const;

/** Whether two rules are about the very same jobs by the very same words. */
export const sameConditions = (a: Omit<TimeoutRule, 'n'>, b: Omit<TimeoutRule, 'n'>): boolean =>
  CONDITIONS.every((condition) => {
    const [ofA, ofB] = [a, b].map((rule) =>
      rule[condition]
        ?.map((one) => one.toLowerCase())
        .sort()
        .join('\n'),
    );
    return ofA === ofB;
  });

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
  [1, 's'],
] as const;

/** A length as people type it: `6h`, `1d12h`, `90s`. */
export function typedLength(seconds: number): string {
  let left = Math.round(seconds);
  let typed = '';
  for (const [size, unit] of UNITS) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) typed += `${whole}${unit}`;
  }
  return typed === '' ? '0s' : typed;
}

const KEYS = { queues: 'queue', users: 'user', definitions: 'def', names: 'name' } as const;

/** A rule as it is typed: `queue:spot-* def:align total:6h running:2h`. */
export function ruleText(rule: Omit<TimeoutRule, 'n'>): string {
  const value = (some: readonly string[]) => (/\s/.test(some.join()) ? `"${some.join()}"` : some.join());
  return [
    ...CONDITIONS.flatMap((condition) => {
      const given = rule[condition];
      return given === undefined ? [] : [`${KEYS[condition]}:${value(given)}`];
    }),
    ...(rule.totalSeconds === undefined ? [] : [`total:${typedLength(rule.totalSeconds)}`]),
    ...(rule.runningSeconds === undefined ? [] : [`running:${typedLength(rule.runningSeconds)}`]),
  ].join(' ');
}
