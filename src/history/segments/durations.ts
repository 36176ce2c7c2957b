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
/** So many lengths are kept one by one, in fewer bytes than the counts of all buckets. */
const MOST_KEPT = 4_096;
const FIRST_KEPT = 64;

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

/** Where quantiles of lengths that were kept one by one are counted; all zero in between. */
const scratch = new Uint32Array(BUCKETS + 1);

/** How the lengths of one stage are spread in one group; quantiles are within 0.8 % of the exact ones, means are exact. */
export class Distribution {
  #sumMs = 0;
  /** How many are known. */
  #jobs = 0;
  /** The bucket of each, until they are too many. */
  #kept: Uint16Array | undefined = new Uint16Array(0);
  #counts: Uint32Array | undefined;

  add(ms: number): void {
    this.#reserve(1);
    const bucket = bucketOf(ms);
    if (this.#kept !== undefined) this.#kept[this.#jobs] = bucket;
    else if (this.#counts !== undefined) this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#jobs++;
    this.#sumMs += ms;
  }

  /** @param rows numbers of rows; those from `first` to before `end` count */
  addRows({ ms, bucket }: DurationColumn, rows: Uint16Array, first: number, end: number): void {
    this.#reserve(end - first);
    const [kept, counts] = [this.#kept, this.#counts];
    let [sum, jobs] = [0, this.#jobs];
    if (kept !== undefined) {
      for (let at = first; at < end; at++) {
        const row = rows[at] as number;
        const place = bucket[row] as number;
        if (place === UNKNOWN) continue;
        kept[jobs++] = place;
        sum += ms[row] as number;
      }
    } else if (counts !== undefined) {
      counts[UNKNOWN] = 0;
      for (let at = first; at < end; at++) {
        const row = rows[at] as number;
        const place = bucket[row] as number;
        counts[place] = (counts[place] as number) + 1;
        sum += ms[row] as number;
      }
      jobs += end - first - counts[UNKNOWN];
    }
    this.#sumMs += sum;
    this.#jobs = jobs;
  }

  /** Makes room for so many lengths more. */
  #reserve(more: number): void {
    const kept = this.#kept;
    if (kept === undefined || this.#jobs + more <= kept.length) return;
    if (this.#jobs + more > MOST_KEPT) {
      this.#counts = new Uint32Array(BUCKETS + 1);
      countUp(this.#counts, kept, this.#jobs);
      this.#kept = undefined;
    } else {
      this.#kept = new Uint16Array(Math.max(FIRST_KEPT, 2 * kept.length, this.#jobs + more));
      this.#kept.set(kept);
    }
  }

  /** Undefined when no length is known. */
  spread(): Spread | undefined {
    const jobs = this.#jobs;
    if (jobs === 0) return undefined;
    if (this.#kept !== undefined) countUp(scratch, this.#kept, jobs);
    const counts = this.#counts ?? scratch;
    const found: number[] = [];
    let [bucket, seen] = [UNKNOWN, 0];
    for (const share of [0.5, 0.9]) {
      const rank = Math.ceil(share * jobs);
      while (seen < rank) seen += counts[++bucket] as number;
      found.push(middleOf(bucket) / 1000);
    }
    for (let at = 0; this.#kept !== undefined && at < jobs; at++) scratch[this.#kept[at] as number] = 0;
    const [p50Seconds = 0, p90Seconds = 0] = found;
    return { jobs, meanSeconds: this.#sumMs / jobs / 1000, p50Seconds, p90Seconds };
  }
}

function countUp(counts: Uint32Array, buckets: Uint16Array, length: number): void {
  for (let at = 0; at < length; at++) {
    const bucket = buckets[at] as number;
    counts[bucket] = (counts[bucket] as number) + 1;
  }
}
