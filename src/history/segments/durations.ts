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
/** So few buckets are counted in two steps: which of these blocks, and then which bucket of it. */
const FEW = 4_096;
const BLOCK_BITS = 6;
const BLOCK = 1 << BLOCK_BITS;

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

/** The known lengths of a segment's rows, group by group. */
export interface GroupedLengths {
  /** The buckets of the first group, then those of the second, and so on. */
  buckets: Uint16Array;
  /** Where each group begins, and the end of the last. */
  starts: Uint32Array;
  /** Of each group. */
  sumMs: Float64Array;
  /** Of each group the buckets of its quantiles, once they were asked for: most groups are in one segment. */
  quantiles: Uint16Array;
}

/** @param groupStarts where each group begins in `rows`, and the end of the last */
export function groupLengths(column: DurationColumn, rows: Uint16Array, groupStarts: Uint32Array): GroupedLengths {
  const { ms, bucket } = column;
  const size = groupStarts.length - 1;
  const buckets = new Uint16Array(rows.length);
  const starts = new Uint32Array(size + 1);
  const sumMs = new Float64Array(size);
  let known = 0;
  for (let group = 0; group < size; group++) {
    const end = groupStarts[group + 1] as number;
    let sum = 0;
    for (let at = groupStarts[group] as number; at < end; at++) {
      const row = rows[at] as number;
      const place = bucket[row] as number;
      if (place === UNKNOWN) continue;
      buckets[known++] = place;
      sum += ms[row] as number;
    }
    sumMs[group] = sum;
    starts[group + 1] = known;
  }
  return {
    buckets: known === rows.length ? buckets : buckets.slice(0, known),
    starts,
    sumMs,
    quantiles: new Uint16Array(QUANTILES.length * size),
  };
}

/** Of `Spread`: in ascending order. */
const QUANTILES = [0.5, 0.9, 0.95] as const;

/** One for each of them. */
type Buckets = [number, number, number];

const few = new Uint16Array(FEW);
const counts = new Uint32Array(BUCKETS + 1);
const ofBlock = new Uint32Array((BUCKETS >> BLOCK_BITS) + 1);
const inBlock = new Uint32Array(BLOCK);

/** How the lengths of one stage are spread in one group; quantiles are within 0.8 % of the exact ones, means are exact. */
export class Distribution {
  #sumMs = 0;
  /** How many are known. */
  #jobs = 0;
  /** Those that were added one by one. */
  readonly #single: number[] = [];
  readonly #parts: GroupedLengths[] = [];
  /** The group of each part. */
  readonly #groups: number[] = [];

  add(ms: number): void {
    this.#single.push(bucketOf(ms));
    this.#jobs++;
    this.#sumMs += ms;
  }

  addGroup(lengths: GroupedLengths, group: number): void {
    const { starts, sumMs } = lengths;
    this.#parts.push(lengths);
    this.#groups.push(group);
    this.#jobs += (starts[group + 1] as number) - (starts[group] as number);
    this.#sumMs += sumMs[group] as number;
  }

  /** Undefined when no length is known. */
  spread(): Spread | undefined {
    const jobs = this.#jobs;
    if (jobs === 0) return undefined;
    const [p50, p90, p95] = this.#quantiles();
    return {
      jobs,
      meanSeconds: this.#sumMs / jobs / 1000,
      p50Seconds: middleOf(p50) / 1000,
      p90Seconds: middleOf(p90) / 1000,
      p95Seconds: middleOf(p95) / 1000,
    };
  }

  #quantiles(): Buckets {
    const only = this.#parts.length === 1 && this.#single.length === 0 ? this.#parts[0]?.quantiles : undefined;
    const place = QUANTILES.length * (this.#groups[0] ?? 0);
    if (only !== undefined && only[place] !== UNKNOWN)
      return [only[place] as number, only[place + 1] as number, only[place + 2] as number];
    const rank = (share: number) => Math.ceil(share * this.#jobs);
    const [half, most, nearlyAll] = QUANTILES;
    const ranks: Buckets = [rank(half), rank(most), rank(nearlyAll)];
    const found = this.#jobs <= FEW ? this.#ofFew(ranks) : this.#ofMany(ranks);
    only?.set(found, place);
    return found;
  }

  /** The buckets of these ranks, from 1 on. */
  #ofFew([half, most, nearlyAll]: Buckets): Buckets {
    let length = 0;
    for (const bucket of this.#single) few[length++] = bucket;
    for (let part = 0; part < this.#parts.length; part++) {
      const { buckets, starts } = this.#parts[part] as GroupedLengths;
      const group = this.#groups[part] as number;
      const end = starts[group + 1] as number;
      for (let at = starts[group] as number; at < end; at++) few[length++] = buckets[at] as number;
    }
    ofBlock.fill(0);
    for (let at = 0; at < length; at++) {
      const block = (few[at] as number) >> BLOCK_BITS;
      ofBlock[block] = (ofBlock[block] as number) + 1;
    }
    return [bucketOfRank(half, length), bucketOfRank(most, length), bucketOfRank(nearlyAll, length)];
  }

  #ofMany(ranks: Buckets): Buckets {
    counts.fill(0);
    for (const bucket of this.#single) counts[bucket] = (counts[bucket] as number) + 1;
    for (let part = 0; part < this.#parts.length; part++) {
      const { buckets, starts } = this.#parts[part] as GroupedLengths;
      const group = this.#groups[part] as number;
      const end = starts[group + 1] as number;
      for (let at = starts[group] as number; at < end; at++) {
        const bucket = buckets[at] as number;
        counts[bucket] = (counts[bucket] as number) + 1;
      }
    }
    let [bucket, seen] = [UNKNOWN, 0];
    const found: Buckets = [UNKNOWN, UNKNOWN, UNKNOWN];
    for (let n = 0; n < ranks.length; n++) {
      while (seen < (ranks[n] as number)) seen += counts[++bucket] as number;
      found[n] = bucket;
    }
    return found;
  }
}

/** Of the first `length` of `few`, whose blocks are counted. */
function bucketOfRank(rank: number, length: number): number {
  let [block, seen] = [0, ofBlock[0] as number];
  while (seen < rank) seen += ofBlock[++block] as number;
  seen -= ofBlock[block] as number;
  inBlock.fill(0);
  for (let at = 0; at < length; at++) {
    const bucket = few[at] as number;
    if (bucket >> BLOCK_BITS === block) inBlock[bucket % BLOCK] = (inBlock[bucket % BLOCK] as number) + 1;
  }
  let place = 0;
  seen += inBlock[0] as number;
  while (seen < rank) seen += inBlock[++place] as number;
  return (block << BLOCK_BITS) + place;
}
