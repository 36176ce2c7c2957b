/**
 * Brings what a new list of segments adds into the filter of words like ids, before that list becomes valid: the words of
 * segments that have a vocabulary are in its buckets, those of the others ride in the head until they are merged.
 */
import { bucketKeys } from '../searching/digitItems';
import type { Digits, SegmentItems } from '../searching/segmentItems';
import { DigitFilter, digitHashes, growBuckets, type ManifestEntry, type PackedSegment, TextPart } from '../segments';

/** The head is read by every search: with this it stays below 4 KB. */
const PENDING_BYTES = 2_700;
/** Of more segments at once than this the words are not looked up, and may be any. */
const MOST_PENDING = 16;
const AT_ONCE = 16;

/** A filter with its buckets, before these are written. */
export interface GrownDigits {
  digits?: Digits;
  /** All of them, if they are to be written. */
  buckets: readonly DigitFilter[];
}

/** A filter that holds nothing. @param fence of who begins it */
export const noDigits = (fence: number): Digits => ({
  id: String(fence),
  buckets: 1,
  stamp: 0,
  pending: DigitFilter.empty.pack(),
});

export const textOf = async (
  items: SegmentItems,
  id: string,
  fresh: readonly PackedSegment[] = [],
): Promise<TextPart> => {
  const bytes = fresh.find((segment) => segment.id === id)?.parts.text ?? (await items.part(id, 'text'));
  return new TextPart(bytes, items.nameOf(id, 'text'));
};

async function eachSome<T>(all: readonly T[], work: (one: T, n: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE)
    await Promise.all(all.slice(at, at + AT_ONCE).map((one, n) => work(one, at + n)));
}

export function digitFilters(items: SegmentItems) {
  /** Undefined when one of them is missing: then nothing is known of any word. */
  async function held(digits: Digits): Promise<DigitFilter[] | undefined> {
    if (digits.stamp === 0) return Array.from({ length: digits.buckets }, () => DigitFilter.empty);
    const buckets: (DigitFilter | undefined)[] = [];
    await eachSome(bucketKeys(digits), async (_, n) => {
      buckets[n] = await items.digitBucket(digits, n);
    });
    const known = buckets.filter((bucket) => bucket !== undefined);
    return known.length === digits.buckets ? known : undefined;
  }

  return {
    /** With the words of segments that get a vocabulary. @param stamp the fence of who adds them */
    async withListed(digits: Digits, hashes: ReadonlySet<number>, stamp: number): Promise<GrownDigits> {
      const known = await held(digits);
      const buckets = known === undefined ? undefined : growBuckets(known, hashes);
      if (buckets === undefined) return { buckets: [] };
      return { digits: { ...digits, buckets: buckets.length, stamp }, buckets };
    },

    /**
     * With the words of segments that have no vocabulary.
     * @param covered ids of segments whose words are pending already
     */
    async withPending(
      { pending, ...digits }: Digits,
      entries: readonly ManifestEntry[],
      fresh: readonly PackedSegment[],
      covered: ReadonlySet<string>,
    ): Promise<Digits> {
      const waiting = entries.filter(({ vocabulary }) => vocabulary === undefined);
      const uncovered = waiting.filter(({ id }) => !covered.has(id));
      const isAnyCovered = uncovered.length < waiting.length;
      if ((isAnyCovered && pending === undefined) || uncovered.length > MOST_PENDING) return digits;
      const hashes = new Set<number>();
      for (const { id } of uncovered) digitHashes(await textOf(items, id, fresh), hashes);
      const before =
        isAnyCovered && pending !== undefined ? DigitFilter.read(pending, 'SEGMENTS / -') : DigitFilter.empty;
      const filter = before.with(hashes).within(PENDING_BYTES);
      return filter.isTooFull() ? digits : { ...digits, pending: filter.pack() };
    },

    async write(digits: Digits, buckets: readonly DigitFilter[]): Promise<void> {
      await eachSome(buckets, (bucket, n) => items.growBucket(digits, n, bucket, digits.stamp));
    },
  };
}
