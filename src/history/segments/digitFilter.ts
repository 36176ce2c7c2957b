/**
 * Whether a word that looks like an id may stand in any text. A word of 8 or more characters of `0-9a-f-` means the beginning
 * of an id, or a part of a text; when the filter tells that no text holds it, the table's own keys have the whole answer.
 *
 * Of every stretch of such characters in the texts all parts of 8 are kept, as the first bits of their hashes. Whatever is
 * added or left out of the bits, the filter only ever tells "may be" more often: it is never wrong about "in none".
 */
import { ByteWriter } from './bytes';
import { guard, readPart, writePart } from './part';
import { piecesOf } from './pieces';
import type { TextPart } from './segment';

/** As long as the shortest word that is taken for the beginning of an id. */
const WINDOW = 8;
/** With 26 bits, one of 500 words is taken for one of 130,000 parts, which a million jobs have. */
const MOST_BITS = 26;
/** Past one wrong "may be" in four words a filter is of little use. */
const FULLEST = 1 / 4;
/** What a packed filter has beside its bits: its frame, and the frame of brotli, which finds nothing to save in hashes. */
const FRAME_BYTES = 32;
/** Half a read unit is for 4 KB, of which the names of the item's attributes, its key and its numbers take some. */
const BYTES_PER_BUCKET = 3_900;
/** All are written for each full segment, at four write units: with so many, a sixteenth of a unit for each job. */
const MOST_BUCKETS = 256;

/** A hash of 32 bits (FNV-1a, its bits mixed once more as MurmurHash3 does at its end). */
export function digitHash(word: string, from = 0): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + WINDOW; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The hashes of everything in a segment's texts that a word may be. */
export function digitHashes(text: TextPart, into = new Set<number>()): Set<number> {
  for (const piece of piecesOf(text, '0-9a-f\\-')) {
    for (let at = 0; at + WINDOW <= piece.length; at++) into.add(digitHash(piece, at));
  }
  return into;
}

/** Of so many buckets the one that a hash is in: by its first bits. */
export const bucketOfHash = (hash: number, buckets: number): number => Math.floor((hash / 2 ** 32) * buckets);

export class DigitFilter {
  static readonly empty = new DigitFilter(MOST_BITS, new Uint32Array(0));
  /** How many bits of each hash are kept. */
  readonly #bits: number;
  /** In order, each once. */
  readonly #hashes: Uint32Array;

  private constructor(bits: number, hashes: Uint32Array) {
    this.#bits = bits;
    this.#hashes = hashes;
  }

  /** @throws DamagedPartError */
  static read(packed: Uint8Array, item: string): DigitFilter {
    const [stream] = readPart('digits', packed, item);
    return guard(item, () => {
      const from = stream?.();
      if (from === undefined) throw new RangeError('it is empty');
      const [bits, size, low, first] = [from.count(), from.count(), from.count(), from.count()];
      const codes = from.bytes(from.count());
      const hashes = new Uint32Array(size);
      let [at, hash] = [0, first];
      const bit = (): number => {
        const byte = codes[at >> 3];
        if (byte === undefined) throw new RangeError('it ends in the middle of a hash');
        return (byte >> (at++ & 7)) & 1;
      };
      for (let index = 0; index < size; index++) {
        let high = 0;
        while (bit() === 1) high++;
        let gap = 0;
        for (let n = 0; n < low; n++) gap |= bit() << n;
        hash += high * 2 ** low + gap;
        hashes[index] = hash;
      }
      return new DigitFilter(bits, hashes);
    });
  }

  get size(): number {
    return this.#hashes.length;
  }

  mayHold(hash: number): boolean {
    const wanted = hash >>> (32 - this.#bits);
    const hashes = this.#hashes;
    let [low, high] = [0, hashes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((hashes[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return hashes[low] === wanted;
  }

  with(more: Iterable<number>): DigitFilter {
    return this.#and(Uint32Array.from(more, (hash) => hash >>> (32 - this.#bits)));
  }

  /** All that any of both holds, in as few bits as one of them has. */
  or(other: DigitFilter): DigitFilter {
    const bits = Math.min(this.#bits, other.#bits);
    return this.#cut(bits).#and(other.#cut(bits).#hashes);
  }

  #and(more: Uint32Array): DigitFilter {
    const all = new Uint32Array(this.size + more.length);
    all.set(this.#hashes);
    all.set(more, this.size);
    return DigitFilter.#of(this.#bits, all.sort());
  }

  #cut(bits: number): DigitFilter {
    const dropped = this.#bits - bits;
    return dropped === 0
      ? this
      : DigitFilter.#of(
          bits,
          this.#hashes.map((hash) => hash >>> dropped),
        );
  }

  static #of(bits: number, sorted: Uint32Array): DigitFilter {
    return new DigitFilter(
      bits,
      sorted.filter((hash, index) => hash !== sorted[index - 1]),
    );
  }

  /** The same in fewer bits, if it would not fit in so many bytes. */
  within(bytes: number): DigitFilter {
    let fitting: DigitFilter = this;
    while (fitting.packedBytes > bytes && fitting.#bits > 0) fitting = fitting.#cut(fitting.#bits - 1);
    return fitting;
  }

  /** Whether it says "may be" too often to be of use. @param buckets it is one of so many */
  isTooFull(buckets = 1): boolean {
    return this.size > (FULLEST * 2 ** this.#bits) / buckets;
  }

  /** Of a bucket the two that take its place when there are twice as many. @param buckets as many as there are */
  halves(bucket: number, buckets: number): [DigitFilter, DigitFilter] {
    const middle = ((2 * bucket + 1) * 2 ** this.#bits) / (2 * buckets);
    const [low, high] = [this.#hashes.filter((hash) => hash < middle), this.#hashes.filter((hash) => hash >= middle)];
    return [new DigitFilter(this.#bits, low), new DigitFilter(this.#bits, high)];
  }

  /** How many low bits of each gap are best written as they are. */
  get #low(): number {
    const { length } = this.#hashes;
    const span = (this.#hashes[length - 1] ?? 0) - (this.#hashes[0] ?? 0);
    return length < 2 ? 0 : Math.max(0, Math.floor(Math.log2((span / length) * Math.LN2)));
  }

  /** At most so much it takes. */
  get packedBytes(): number {
    const low = this.#low;
    let bits = 0;
    this.#hashes.forEach((hash, index) => {
      bits += Math.floor((hash - (this.#hashes[index - 1] ?? this.#hashes[0] ?? 0)) / 2 ** low) + 1 + low;
    });
    return Math.ceil(bits / 8) + FRAME_BYTES;
  }

  /** Golomb-Rice codes of the gaps: a gap's high bits as so many ones and a zero, then its low bits. */
  pack(): Buffer {
    const low = this.#low;
    const codes = Buffer.alloc(this.packedBytes);
    let at = 0;
    this.#hashes.forEach((hash, index) => {
      const gap = hash - (this.#hashes[index - 1] ?? this.#hashes[0] ?? 0);
      for (let high = Math.floor(gap / 2 ** low); high > 0; high--, at++)
        codes[at >> 3] = (codes[at >> 3] ?? 0) | (1 << (at & 7));
      at++;
      for (let n = 0; n < low; n++, at++) codes[at >> 3] = (codes[at >> 3] ?? 0) | (((gap >>> n) & 1) << (at & 7));
    });
    const into = new ByteWriter();
    for (const count of [this.#bits, this.size, low, this.#hashes[0] ?? 0, Math.ceil(at / 8)]) into.count(count);
    into.bytes(codes.subarray(0, Math.ceil(at / 8)));
    return writePart('digits', [into.finish()]);
  }
}

/** A bucket so small that its item is read for half a unit. */
export const fittingBucket = (bucket: DigitFilter): DigitFilter => bucket.within(BYTES_PER_BUCKET);

/**
 * Adds hashes to the buckets of a filter, and doubles their number as often as they need it.
 * @returns undefined when the texts hold too many such words for any filter of this kind
 */
export function growBuckets(
  buckets: readonly DigitFilter[],
  hashes: Iterable<number>,
): readonly DigitFilter[] | undefined {
  const of = buckets.map((): number[] => []);
  for (const hash of hashes) of[bucketOfHash(hash, buckets.length)]?.push(hash);
  let grown = buckets.map((bucket, n) => bucket.with(of[n] ?? []));
  while (grown.length < MOST_BUCKETS && grown.some(({ packedBytes }) => packedBytes > BYTES_PER_BUCKET)) {
    const { length } = grown;
    grown = grown.flatMap((bucket, n) => bucket.halves(n, length));
  }
  const fitting = grown.map(fittingBucket);
  return fitting.some((bucket) => bucket.isTooFull(fitting.length)) ? undefined : fitting;
}
