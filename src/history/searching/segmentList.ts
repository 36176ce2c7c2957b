/** What is packed, as this worker knows it: the valid list of segments, their vocabularies, and the rows in them that are hidden. */
import { isDone } from '../../jobs/job';
import { placesInSegments, type StoredRow } from '../jobItem';
import {
  bucketOfHash,
  DigitFilter,
  digitHash,
  type ManifestEntry,
  type Search,
  type SegmentSource,
  type Soon,
  type Vocabulary,
} from '../segments';
import type { DigitBucket } from './digitItems';
import type { LiveLook, LiveRows } from './liveRows';
import { rowInSegment } from './segmentCache';
import type { Digits, Head, SegmentItems } from './segmentItems';

/** How often a packer may be faster than a search before that gives up. */
const MOST_LOOKS = 8;

export type SegmentReads = Pick<SegmentItems, 'head' | 'manifest' | 'part' | 'nameOf' | 'vocabulary' | 'digitsOf'>;

/** Rows of each segment that a live row has taken the place of, and dead ones. */
export type HiddenRows = ReadonlyMap<string, ReadonlySet<number>>;

interface HiddenPlace {
  segment: string;
  row: number;
}

/** A valid list, and what was read of it. */
interface Valid {
  head: Head;
  /** How often the live index had been read whole when its rows were right for this list. */
  whole: number;
  /** Once they are read: a search that is about ids alone needs none. */
  entries?: Promise<readonly ManifestEntry[]>;
  vocabularyOf: ReadonlyMap<string, ManifestEntry['vocabulary']>;
  pending: DigitFilter | undefined;
  buckets: Map<number, DigitBucket>;
  /** What each live row hides in these entries; a row that changes is another object. */
  hiddenBy: WeakMap<StoredRow, readonly HiddenPlace[]>;
  /** Of the rows that were asked for last. */
  hidden?: { of: LiveLook['rows']; rows: HiddenRows };
}

/** @param onRead told how many packed bytes were read of an item */
export function segmentList(
  items: SegmentReads,
  live: LiveRows,
  source: SegmentSource,
  onRead: (bytes: number) => void,
) {
  let current: Valid | undefined;
  let vocabularies = new Map<string, Soon<Vocabulary>>();

  function validOf(head: Head, whole: number): Valid {
    const packed = head.digits?.pending;
    const pending = packed === undefined ? undefined : DigitFilter.read(packed, 'SEGMENTS / -');
    return { head, whole, vocabularyOf: new Map(), pending, buckets: new Map(), hiddenBy: new WeakMap() };
  }

  async function read(valid: Valid): Promise<readonly ManifestEntry[]> {
    const list = await items.manifest(valid.head);
    valid.vocabularyOf = new Map(list.map((entry) => [entry.id, entry.vocabulary]));
    if (valid === current) {
      const keys = new Set(list.map((entry) => entry.vocabulary?.key));
      vocabularies = new Map([...vocabularies].filter(([key]) => keys.has(key)));
    }
    return list;
  }

  function load(valid: Valid): Promise<readonly ManifestEntry[]> {
    valid.entries ??= read(valid).catch((error: unknown) => {
      delete valid.entries;
      throw error;
    });
    return valid.entries;
  }

  async function readVocabulary(key: string): Promise<Vocabulary> {
    try {
      const found = await items.vocabulary(key);
      onRead(found.packedBytes);
      vocabularies.set(key, found);
      return found;
    } catch (error) {
      vocabularies.delete(key);
      throw error;
    }
  }

  async function bucketOf({ buckets }: Valid, digits: Digits, hash: number): Promise<DigitBucket | undefined> {
    const n = bucketOfHash(hash, digits.buckets);
    const known = buckets.get(n) ?? (await items.digitsOf(digits, hash));
    if (known === undefined || buckets.has(n)) return known;
    onRead(known.packedBytes);
    buckets.set(n, known);
    return known;
  }

  async function hiddenPlaces(valid: Valid, { row, packed }: StoredRow): Promise<HiddenPlace[]> {
    if (!isDone(row) && packed === undefined) return [];
    const found: HiddenPlace[] = [];
    for (const entry of await load(valid)) {
      if (packed === undefined && !valid.head.recent.includes(entry.id)) continue;
      for (const place of placesInSegments(row.createdAt, packed)) {
        const at = await rowInSegment(source, entry, place, row.id);
        if (at !== undefined) found.push({ segment: entry.id, row: at });
      }
    }
    return found;
  }

  async function hiddenRows(valid: Valid, live: LiveLook['rows']): Promise<HiddenRows> {
    if (valid.hidden?.of === live) return valid.hidden.rows;
    const rows = new Map<string, Set<number>>();
    for (const { id, dead } of await load(valid)) if (dead.length > 0) rows.set(id, new Set(dead));
    for (const stored of live.values()) {
      let found = valid.hiddenBy.get(stored);
      if (found === undefined) {
        found = await hiddenPlaces(valid, stored);
        valid.hiddenBy.set(stored, found);
      }
      for (const { segment, row } of found) {
        const of = rows.get(segment) ?? new Set();
        rows.set(segment, of.add(row));
      }
    }
    valid.hidden = { of: live, rows };
    return rows;
  }

  /** What one search sees from its beginning to its end, whatever others find to be valid meanwhile. */
  const viewOf = (valid: Valid, rows: LiveLook['rows']) => ({
    /** The live rows. */
    rows,
    /** Nothing is packed. */
    isEmpty: valid.head.manifests.length === 0,
    entries: () => load(valid),
    hidden: () => hiddenRows(valid, rows),
    /** Without a vocabulary nothing is ruled out. */
    vocabulary: ((segment, question, isIdKnown) => {
      const known = valid.vocabularyOf.get(segment.id);
      if (known === undefined) return true;
      const mayHold = (found: Vocabulary) => (found.mask(question, isIdKnown) & (1 << known.place)) !== 0;
      const soon = vocabularies.get(known.key) ?? readVocabulary(known.key);
      vocabularies.set(known.key, soon);
      return soon instanceof Promise ? soon.then(mayHold) : mayHold(soon);
    }) satisfies NonNullable<Search['vocabulary']>,
    /** Whether no text of any packed job holds a word that looks like an id; told for the price of half a read unit. */
    async isInNoText(word: string): Promise<boolean> {
      const { digits } = valid.head;
      const hash = digitHash(word);
      if (digits === undefined || valid.pending === undefined || valid.pending.mayHold(hash)) return false;
      if (digits.stamp === 0) return true;
      const bucket = await bucketOf(valid, digits, hash);
      return bucket !== undefined && !bucket.filter.mayHold(hash);
    },
    /** The segments that hold a job of this place in time, each with its row; dead and hidden rows too. */
    async rowsOf(createdAt: number, id: string): Promise<{ entry: ManifestEntry; row: number }[]> {
      const found: { entry: ManifestEntry; row: number }[] = [];
      for (const entry of await load(valid)) {
        if (createdAt < entry.oldestAt || createdAt > entry.newestAt) continue;
        const row = await rowInSegment(source, entry, createdAt, id);
        if (row !== undefined) found.push({ entry, row });
      }
      return found;
    },
  });

  return {
    /** What is valid now. */
    async refresh(): Promise<ReturnType<typeof viewOf>> {
      let look = await live.refresh();
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        // After the live rows, always: a job that leaves these is in the list by then.
        const latest = await items.head();
        // A first look has just read the live index.
        current ??= validOf(latest, look.whole);
        const known = current;
        if (known.head.generation !== latest.generation) {
          // Jobs that were packed have left the live index.
          look = await live.reread();
          if (current === known) current = validOf(latest, look.whole);
        } else if (look.whole >= known.whole) return viewOf(known, look.rows);
        else look = await live.refresh();
      }
      throw new Error('the search index changed again and again while it was read');
    },
    /** As of the last look. */
    get view(): ReturnType<typeof viewOf> | undefined {
      return current === undefined ? undefined : viewOf(current, live.rows);
    },
  };
}
export type SegmentList = ReturnType<typeof segmentList>;
export type ListView = Awaited<ReturnType<SegmentList['refresh']>>;
