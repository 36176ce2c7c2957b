/** Quantiles of measured times. */

/** The value that the given share of the values does not exceed (nearest rank). @throws RangeError when there are none */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values were measured');
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** To a tenth: more digits than that are noise. */
export const tenths = (value: number): number => Math.round(value * 10) / 10;
