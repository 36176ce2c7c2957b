/** Makes a new list of segments the valid one: its items first, which nobody reads yet, then one conditional write. */
import type { Digits, Head, SegmentItems } from '../searching/segmentItems';
import {
  digitHashes,
  extendVocabulary,
  type ManifestEntry,
  type PackedSegment,
  packManifests,
  ROWS_PER_SEGMENT,
  SEGMENTS_PER_VOCABULARY,
  tokensOf,
} from '../segments';
import { digitFilters, type GrownDigits, noDigits, textOf } from './digits';
import { changedBetween, namedBy, type SupersededItems } from './superseded';

/** A segment with fewer living rows is small: it is merged with others sooner or later, and has no vocabulary till then. */
const FULL_ROWS = (ROWS_PER_SEGMENT * 3) / 4;

export const livingRows = ({ rowCount, dead }: ManifestEntry): number => rowCount - dead.length;

export interface Change {
  before: readonly ManifestEntry[];
  after: readonly ManifestEntry[];
  /** Those that are new. */
  segments?: readonly PackedSegment[];
  recent: readonly string[];
  /** Segments of which the jobs are to be removed that ended before a moment (ms). */
  forgetting?: { segments: readonly string[]; before: number };
  /** The filter of words like ids that a rebuild made; without it the valid one grows. */
  rebuilt?: { digits?: Digits | undefined };
}

/** A list of segments with its items, before they are written. */
interface Prepared {
  entries: ManifestEntry[];
  manifests: string[];
  items: Map<string, Uint8Array>;
  grown: GrownDigits;
}

export function publisher(items: SegmentItems, superseded: SupersededItems, fullRows = FULL_ROWS) {
  const isSmall = (entry: ManifestEntry): boolean => livingRows(entry) < fullRows;
  const lacksVocabulary = (entry: ManifestEntry): boolean => !isSmall(entry) && entry.vocabulary === undefined;
  const filters = digitFilters(items);

  /** Adds segments to the last vocabulary that has a place left, or begins one; some at a time. */
  async function withVocabulary(
    entries: readonly ManifestEntry[],
    fresh: readonly PackedSegment[],
    into: Prepared,
    stamp: number,
  ) {
    const places = new Map<string, number>();
    for (const { vocabulary } of entries) {
      if (vocabulary !== undefined)
        places.set(vocabulary.key, Math.max(places.get(vocabulary.key) ?? 0, vocabulary.place + 1));
    }
    const [open, taken = 0] = [...places].findLast(([, used]) => used < SEGMENTS_PER_VOCABULARY) ?? [];
    const adding = entries.filter(lacksVocabulary).slice(0, SEGMENTS_PER_VOCABULARY - taken);
    if (adding.length === 0) return [...entries];
    const more = new Map<number, Set<string>>();
    const placeOf = new Map<string, number>();
    const hashes = new Set<number>();
    for (const { id } of adding) {
      const place = taken + more.size;
      const text = await textOf(items, id, fresh);
      more.set(place, tokensOf(text));
      if (into.grown.digits !== undefined) digitHashes(text, hashes);
      placeOf.set(id, place);
    }
    if (into.grown.digits !== undefined) into.grown = await filters.withListed(into.grown.digits, hashes, stamp);
    const packed = extendVocabulary(open === undefined ? undefined : await items.vocabulary(open), more);
    const key = items.keyOf(packed);
    into.items.set(key, packed);
    return entries.map((entry): ManifestEntry => {
      const place = placeOf.get(entry.id) ?? (entry.vocabulary?.key === open ? entry.vocabulary?.place : undefined);
      return place === undefined ? entry : { ...entry, vocabulary: { key, place } };
    });
  }

  async function prepare(
    entries: readonly ManifestEntry[],
    fresh: readonly PackedSegment[],
    digits: Digits | undefined,
    stamp: number,
    isListed = true,
  ): Promise<Prepared> {
    const grown = digits === undefined ? { buckets: [] } : { digits, buckets: [] };
    const prepared: Prepared = { entries: [], manifests: [], items: new Map(), grown };
    prepared.entries = isListed ? await withVocabulary(entries, fresh, prepared, stamp) : [...entries];
    for (const packed of packManifests(prepared.entries)) {
      const key = items.keyOf(packed);
      prepared.manifests.push(key);
      prepared.items.set(key, packed);
    }
    return prepared;
  }

  async function addPending({ fence }: Head, { before, segments = [], rebuilt }: Change, { entries, grown }: Prepared) {
    const { digits } = grown;
    if (digits === undefined) return;
    const covered = rebuilt === undefined ? before.filter(({ vocabulary }) => vocabulary === undefined) : [];
    grown.digits = await filters.withPending(digits, entries, segments, new Set(covered.map(({ id }) => id)));
    // Who reads them goes by the fence of this commit: those of a rebuild's portions were not under it.
    if (rebuilt !== undefined && digits.stamp > 0 && digits.stamp < fence) {
      const { digits: listed, buckets } = await filters.withListed(grown.digits, new Set(), fence);
      if (listed === undefined) delete grown.digits;
      else Object.assign(grown, { digits: listed, buckets });
    }
  }

  /** Writes what a list needs and the table lacks, and notes it first: whatever is cut off here is removed some day. */
  async function write(
    head: Head,
    before: Pick<Head, 'manifests' | 'digits'> & { entries: readonly ManifestEntry[] },
    { entries, manifests, items: lists, grown }: Prepared,
    segments: readonly PackedSegment[],
    at: number,
  ): Promise<void> {
    const [was, will] = [namedBy(before, before.entries), namedBy({ manifests, digits: grown.digits }, entries)];
    await superseded.note(at, head, changedBetween(was, will));
    for (const segment of segments) {
      if (segment.versions.some((version) => version > 0))
        await items.putChore(segment.id, 'versions', segment.versions);
      await items.putSegment(segment);
    }
    for (const [key, packed] of lists) if (!was.lists.includes(key)) await items.putList(key, packed);
    if (grown.digits !== undefined) await filters.write(grown.digits, grown.buckets);
  }

  return {
    isSmall,
    lacksVocabulary,
    /** @param isListed whether vocabularies are added where they lack */
    prepare,
    write,
    /** @returns the head and the list that are valid now; undefined when another packer has been faster */
    async publish(
      head: Head,
      change: Change,
      at: number,
    ): Promise<{ head: Head; entries: ManifestEntry[] } | undefined> {
      const { before, after, segments = [], recent, forgetting, rebuilt } = change;
      const known = before.length === 0 ? noDigits(head.fence) : head.digits;
      const prepared = await prepare(after, segments, rebuilt === undefined ? known : rebuilt.digits, head.fence);
      await addPending(head, change, prepared);
      await write(head, { ...head, entries: before }, prepared, segments, at);
      const next = await items.commit(head, {
        manifests: prepared.manifests,
        recent: [...recent],
        forgetting: [...(forgetting?.segments ?? [])],
        forgetBefore: forgetting?.before,
        digits: prepared.grown.digits,
      });
      return next === undefined ? undefined : { head: next, entries: prepared.entries };
    },
  };
}
export type Publisher = ReturnType<typeof publisher>;
