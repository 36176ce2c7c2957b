/** A threshold's value in words, and as somebody would type it. */
import { duration } from './time';

export type ThresholdUnit = 'span' | 'times';

/** `2 h`, `3 times`; `never` where it was switched off. */
export function thresholdTold(value: number | null, unit: ThresholdUnit): string {
  if (value === null || value === Number.POSITIVE_INFINITY) return 'never';
  if (unit === 'span') return duration(value);
  return `${value} times`;
}

/** `2h`, `3`; `never`. */
export function thresholdText(value: number | null, unit: ThresholdUnit): string {
  if (value === null || value === Number.POSITIVE_INFINITY) return 'never';
  if (unit !== 'span') return String(value);
  const [size, name] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1_000, 's'],
  ].find(([ms]) => value % Number(ms) === 0) ?? [1_000, 's'];
  return `${Math.round(value / Number(size))}${name}`;
}
