/** What is packed, as this worker knows it: the valid list of segments, their vocabularies, and the rows in them that are hidden. */
import { isDone } from '../jobs/job';
import type { DigitBucket } from './digitItems';
import { placesInSegments, type StoredRow } from './jobItem';
import type { LiveRows } from './liveRows';
import { rowInSegment } from './segmentCache';
import type { Digits, Head, SegmentItems } from './segmentItems';
import {
  bucketOfHash,
  DigitFilter,
  digitHash,
  type ManifestEntry,
  type Search,
  type SegmentSource,
  type Soon,
  type Vocabulary,
} from './segments';

/** How often a packer may be faster than a search before that gives up. */
const MOST_LOOKS = 8;

export type SegmentReads = Pick<SegmentItems, 'head' | 'manifest' | 'part' | 'nameOf' | 'vocabulary' | 'digitsOf'>;

/** Rows of each segment that a live row has taken the place of, and dead ones. */
export type HiddenRows = ReadonlyMap<string, ReadonlySet<number>>;

interface HiddenPlace {
  segment: string;
  row: number;
}

/** @param onRead told how many packed bytes were read of an item */
export function segmentList(
  items: SegmentReads,
  live: LiveRows,
  source: SegmentSource,
  onRead: (bytes: number) => void,
) {
  let head: Head | undefined;
  /** Of this head, once they are read: a search that is about ids alone needs none. */
  let entries: readonly ManifestEntry[] | undefined;
  let pending: DigitFilter | undefined;
  const buckets = new Map<number, DigitBucket>();
  let vocabularyOf = new Map<string, ManifestEntry['vocabulary']>();
  let vocabularies = new Map<string, Soon<Vocabulary>>();
  /** What each live row hides in these entries; a row that changes is another object. */
  let hiddenBy = new WeakMap<StoredRow, readonly HiddenPlace[]>();
  let hidden: { revision: number; rows: HiddenRows } | undefined;

  function take(latest: Head): void {
    [head, entries] = [latest, undefined];
    buckets.clear();
    const packed = latest.digits?.pending;
    pending = packed === undefined ? undefined : DigitFilter.read(packed, 'SEGMENTS / -');
    hiddenBy = new WeakMap();
    hidden = undefined;
  }

  async function load(): Promise<readonly ManifestEntry[]> {
    const of = head;
    if (entries !== undefined || of === undefined) return entries ?? [];
    const list = await items.manifest(of);
    // Another search may have seen a newer head meanwhile.
    if (head !== of) return await load();
    entries = list;
    vocabularyOf = new Map(list.map((entry) => [entry.id, entry.vocabulary]));
    const valid = new Set(list.map((entry) => entry.vocabulary?.key));
    vocabularies = new Map([...vocabularies].filter(([key]) => valid.has(key)));
    return list;
  }

  async function refresh(): Promise<void> {
    await live.refresh();
    for (let look = 0; look < MOST_LOOKS; look++) {
      const latest = await items.head();
      if (head?.generation === latest.generation) return;
      const isFirst = head === undefined;
      take(latest);
      // A first look has just read the live index.
      if (isFirst) return;
      // Jobs that were packed have left the live index.
      await live.reread();
    }
    throw new Error('the search index changed again and again while it was read');
  }

  async function readVocabulary(key: string): Promise<Vocabulary> {
    try {
      const read = await items.vocabulary(key);
      onRead(read.packedBytes);
      vocabularies.set(key, read);
      return read;
    } catch (error) {
      vocabularies.delete(key);
      throw error;
    }
  }

  async function digitsOf(digits: Digits, hash: number): Promise<DigitBucket | undefined> {
    const n = bucketOfHash(hash, digits.buckets);
    const known = buckets.get(n) ?? (await items.digitsOf(digits, hash));
    if (known === undefined || buckets.has(n)) return known;
    onRead(known.packedBytes);
    if (head?.digits === digits) buckets.set(n, known);
    return known;
  }

  /** Without a vocabulary nothing is ruled out. */
  const vocabulary: NonNullable<Search['vocabulary']> = ({ id }, question, isIdKnown) => {
    const known = vocabularyOf.get(id);
    if (known === undefined) return true;
    const mayHold = (read: Vocabulary) => (read.mask(question, isIdKnown) & (1 << known.place)) !== 0;
    const soon = vocabularies.get(known.key) ?? readVocabulary(known.key);
    vocabularies.set(known.key, soon);
    return soon instanceof Promise ? soon.then(mayHold) : mayHold(soon);
  };

  async function hiddenPlaces({ row, packed }: StoredRow): Promise<HiddenPlace[]> {
    if (!isDone(row) && packed === undefined) return [];
    const found: HiddenPlace[] = [];
    for (const entry of await load()) {
      if (packed === undefined && head?.recent.includes(entry.id) !== true) continue;
      for (const place of placesInSegments(row.createdAt, packed)) {
        const at = await rowInSegment(source, entry, place, row.id);
        if (at !== undefined) found.push({ segment: entry.id, row: at });
      }
    }
    return found;
  }

  return {
    refresh,
    /** What was valid is not so any more: the next look reads all anew. */
    forget(): void {
      head = undefined;
    },
    vocabulary,
    /** Nothing is packed. */
    get isEmpty(): boolean {
      return (head?.manifests.length ?? 0) === 0;
    },
    entries: load,
    /** Whether no text of any packed job holds a word that looks like an id; told for the price of half a read unit. */
    async isInNoText(word: string): Promise<boolean> {
      const digits = head?.digits;
      const hash = digitHash(word);
      if (digits === undefined || pending === undefined || pending.mayHold(hash)) return false;
      if (digits.stamp === 0) return true;
      const bucket = await digitsOf(digits, hash);
      return bucket !== undefined && !bucket.filter.mayHold(hash);
    },
    async hidden(): Promise<HiddenRows> {
      const { revision } = live;
      if (hidden?.revision === revision) return hidden.rows;
      const rows = new Map<string, Set<number>>();
      for (const { id, dead } of await load()) if (dead.length > 0) rows.set(id, new Set(dead));
      for (const stored of live.rows.values()) {
        let found = hiddenBy.get(stored);
        if (found === undefined) {
          found = await hiddenPlaces(stored);
          hiddenBy.set(stored, found);
        }
        for (const { segment, row } of found) {
          const of = rows.get(segment) ?? new Set();
          rows.set(segment, of.add(row));
        }
      }
      hidden = { revision, rows };
      return rows;
    },
    /** The segments that hold a job of this place in time, each with its row; dead and hidden rows too. */
    async rowsOf(createdAt: number, id: string): Promise<{ entry: ManifestEntry; row: number }[]> {
      const found: { entry: ManifestEntry; row: number }[] = [];
      for (const entry of await load()) {
        if (createdAt < entry.oldestAt || createdAt > entry.newestAt) continue;
        const row = await rowInSegment(source, entry, createdAt, id);
        if (row !== undefined) found.push({ entry, row });
      }
      return found;
    },
  };
}
export type SegmentList = ReturnType<typeof segmentList>;
