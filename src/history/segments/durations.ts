/** Lengths of time by the thousand: how they are spread, told from counts of buckets that are 1.6 % wide at most. */
import type { Spread } from '../../jobs/statistics';

/** Bucket of a row whose length is not known. */
export const UNKNOWN = 0;
/** Lengths below 128 ms have a bucket each, and each doubling after that has 64. */
const STEPS = 64;
const INT32 = 2 ** 31;
/** Buckets of the lengths whose bits are all in an int32. */
const STEPS_OF_INT32 = 24 * STEPS;
const BUCKETS = 48 * STEPS;
/** So many lengths are kept one by one before they are counted by bucket: most groups of an hour have no more. */
const MOST_KEPT = 512;

/** The bucket of a length in whole ms, 1 or more. */
export function bucketOf(ms: number): number {
  if (ms < 2 * STEPS) return ms + 1;
  if (ms >= INT32) return bucketOf(Math.floor(ms / 2 ** 24)) + STEPS_OF_INT32;
  const shift = 25 - Math.clz32(ms);
  return shift * STEPS + (ms >>> shift) + 1;
}

/** The middle of a bucket: within 0.8 % of every length in it. */
export function middleOf(bucket: number): number {
  const place = bucket - 1;
  if (place < 2 * STEPS) return place;
  const width = 2 ** (Math.floor(place / STEPS) - 1);
  return (STEPS + (place % STEPS)) * width + (width - 1) / 2;
}

/** The lengths of a segment's rows. */
export interface DurationColumn {
  /** 0 where it is not known. */
  ms: Uint32Array | Float64Array;
  /** `UNKNOWN` where it is not known. */
  bucket: Uint16Array;
}

/** How the lengths of one stage are spread in one group; quantiles are within 0.8 % of the exact ones, means are exact. */
export class Distribution {
  #sumMs = 0;
  #kept: number[] | undefined = [];
  #counts: Uint32Array | undefined;

  add(ms: number): void {
    this.#sumMs += ms;
    this.#reserve(1);
    const bucket = bucketOf(ms);
    if (this.#kept !== undefined) this.#kept.push(bucket);
    else if (this.#counts !== undefined) this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
  }

  /** @param rows numbers of rows; those from `first` to before `end` count */
  addRows({ ms, bucket }: DurationColumn, rows: Uint16Array, first: number, end: number): void {
    this.#reserve(end - first);
    let sum = 0;
    const [kept, counts] = [this.#kept, this.#counts];
    if (kept !== undefined) {
      for (let at = first; at < end; at++) {
        const row = rows[at] as number;
        const place = bucket[row] as number;
        if (place === UNKNOWN) continue;
        kept.push(place);
        sum += ms[row] as number;
      }
    } else if (counts !== undefined) {
      for (let at = first; at < end; at++) {
        const row = rows[at] as number;
        const place = bucket[row] as number;
        counts[place] = (counts[place] as number) + 1;
        sum += ms[row] as number;
      }
    }
    this.#sumMs += sum;
  }

  #reserve(more: number): void {
    if (this.#kept === undefined || this.#kept.length + more <= MOST_KEPT) return;
    this.#counts = new Uint32Array(BUCKETS + 1);
    for (const bucket of this.#kept) this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#kept = undefined;
  }

  /** Undefined when no length is known. */
  spread(): Spread | undefined {
    const counts = this.#bucketCounts();
    const jobs = counts.reduce((sum, [, count]) => sum + count, 0);
    if (jobs === 0) return undefined;
    const quantile = (share: number): number => {
      let left = Math.ceil(share * jobs);
      for (const [bucket, count] of counts) {
        left -= count;
        if (left <= 0) return middleOf(bucket) / 1000;
      }
      return 0;
    };
    return { jobs, meanSeconds: this.#sumMs / jobs / 1000, p50Seconds: quantile(0.5), p90Seconds: quantile(0.9) };
  }

  /** In the order of the lengths. */
  #bucketCounts(): [bucket: number, count: number][] {
    if (this.#kept !== undefined) return this.#kept.sort((a, b) => a - b).map((bucket) => [bucket, 1]);
    const found: [number, number][] = [];
    this.#counts?.forEach((count, bucket) => {
      if (count > 0 && bucket !== UNKNOWN) found.push([bucket, count]);
    });
    return found;
  }
}
