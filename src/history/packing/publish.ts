/** Makes a new list of segments the valid one: its items first, which nobody reads yet, then one conditional write. */
import type { Head, SegmentItems } from '../segmentItems';
import {
  extendVocabulary,
  type ManifestEntry,
  type PackedSegment,
  packManifests,
  ROWS_PER_SEGMENT,
  SEGMENTS_PER_VOCABULARY,
  TextPart,
  tokensOf,
} from '../segments';
import { changedBetween, namedBy, type SupersededItems } from './superseded';

/** A segment with fewer living rows is small: it is merged with others sooner or later, and has no vocabulary till then. */
const SMALL_ROWS = (ROWS_PER_SEGMENT * 3) / 4;

export const livingRows = ({ rowCount, dead }: ManifestEntry): number => rowCount - dead.length;
export const isSmall = (entry: ManifestEntry): boolean => livingRows(entry) < SMALL_ROWS;
export const lacksVocabulary = (entry: ManifestEntry): boolean => !isSmall(entry) && entry.vocabulary === undefined;

export interface Change {
  before: readonly ManifestEntry[];
  after: readonly ManifestEntry[];
  /** Those that are new. */
  segments?: readonly PackedSegment[];
  recent: readonly string[];
  forgetting?: readonly string[];
}

/** A list of segments with its items, before they are written. */
interface Prepared {
  entries: ManifestEntry[];
  manifests: string[];
  items: Map<string, Uint8Array>;
}

export function publisher(items: SegmentItems, superseded: SupersededItems) {
  /** Adds segments to the last vocabulary that has a place left, or begins one; some at a time. */
  async function withVocabulary(entries: readonly ManifestEntry[], fresh: readonly PackedSegment[], into: Prepared) {
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
    for (const { id } of adding) {
      const place = taken + more.size;
      const bytes = fresh.find((segment) => segment.id === id)?.parts.text ?? (await items.part(id, 'text'));
      more.set(place, tokensOf(new TextPart(bytes, items.nameOf(id, 'text'))));
      placeOf.set(id, place);
    }
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
    fresh: readonly PackedSegment[] = [],
    isListed = true,
  ): Promise<Prepared> {
    const prepared: Prepared = { entries: [], manifests: [], items: new Map() };
    prepared.entries = isListed ? await withVocabulary(entries, fresh, prepared) : [...entries];
    for (const packed of packManifests(prepared.entries)) {
      const key = items.keyOf(packed);
      prepared.manifests.push(key);
      prepared.items.set(key, packed);
    }
    return prepared;
  }

  /** Writes what a list needs and the table lacks, and notes it first: whatever is cut off here is removed some day. */
  async function write(
    head: Head,
    { before, beforeManifests }: { before: readonly ManifestEntry[]; beforeManifests: readonly string[] },
    { entries, manifests, items: lists }: Prepared,
    segments: readonly PackedSegment[],
    at: number,
  ): Promise<void> {
    const [was, will] = [namedBy({ manifests: [...beforeManifests] }, before), namedBy({ manifests }, entries)];
    await superseded.note(at, head, changedBetween(was, will));
    for (const segment of segments) {
      if (segment.versions.some((version) => version > 0))
        await items.putChore(segment.id, 'versions', segment.versions);
      await items.putSegment(segment);
    }
    for (const [key, packed] of lists) if (!was.lists.includes(key)) await items.putList(key, packed);
  }

  return {
    /** @param isListed whether vocabularies are added where they lack */
    prepare,
    write,
    /** @returns the head and the list that are valid now; undefined when another packer has been faster */
    async publish(
      head: Head,
      change: Change,
      at: number,
    ): Promise<{ head: Head; entries: ManifestEntry[] } | undefined> {
      const { before, after, segments = [], recent, forgetting = [] } = change;
      const prepared = await prepare(after, segments);
      await write(head, { before, beforeManifests: head.manifests }, prepared, segments, at);
      const next = await items.commit(head, {
        manifests: prepared.manifests,
        recent: [...recent],
        forgetting: [...forgetting],
      });
      return next === undefined ? undefined : { head: next, entries: prepared.entries };
    },
  };
}
export type Publisher = ReturnType<typeof publisher>;
