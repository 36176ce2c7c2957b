/** What is packed, as this worker knows it: the valid list of segments, their vocabularies, and the rows in them that are hidden. */
import { isDone } from '../jobs/job';
import { placesInSegments, type StoredRow } from './jobItem';
import type { LiveRows } from './liveRows';
import { rowInSegment } from './segmentCache';
import type { Head, SegmentItems } from './segmentItems';
import type { ManifestEntry, Search, SegmentSource, Soon, Vocabulary } from './segments';

/** How often a packer may be faster than a search before that gives up. */
const MOST_LOOKS = 8;

export type SegmentReads = Pick<SegmentItems, 'head' | 'manifest' | 'part' | 'nameOf' | 'vocabulary'>;

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
  let entries: readonly ManifestEntry[] = [];
  let vocabularyOf = new Map<string, ManifestEntry['vocabulary']>();
  let vocabularies = new Map<string, Soon<Vocabulary>>();
  /** What each live row hides in these entries; a row that changes is another object. */
  let hiddenBy = new WeakMap<StoredRow, readonly HiddenPlace[]>();
  let hidden: { revision: number; rows: HiddenRows } | undefined;

  function take(latest: Head, list: readonly ManifestEntry[]): void {
    [head, entries] = [latest, list];
    vocabularyOf = new Map(list.map((entry) => [entry.id, entry.vocabulary]));
    const valid = new Set(list.map((entry) => entry.vocabulary?.key));
    vocabularies = new Map([...vocabularies].filter(([key]) => valid.has(key)));
    hiddenBy = new WeakMap();
    hidden = undefined;
  }

  async function refresh(): Promise<void> {
    await live.refresh();
    for (let look = 0; look < MOST_LOOKS; look++) {
      const latest = await items.head();
      if (head?.generation === latest.generation) return;
      const isFirst = head === undefined;
      take(latest, await items.manifest(latest));
      // Jobs that were packed have left the live index; a first look has just read it.
      if (!isFirst) await live.reread();
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
    for (const entry of entries) {
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
    get entries(): readonly ManifestEntry[] {
      return entries;
    },
    async hidden(): Promise<HiddenRows> {
      const { revision } = live;
      if (hidden?.revision === revision) return hidden.rows;
      const rows = new Map<string, Set<number>>();
      for (const { id, dead } of entries) if (dead.length > 0) rows.set(id, new Set(dead));
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
      for (const entry of entries) {
        if (createdAt < entry.oldestAt || createdAt > entry.newestAt) continue;
        const row = await rowInSegment(source, entry, createdAt, id);
        if (row !== undefined) found.push({ entry, row });
      }
      return found;
    },
  };
}
export type SegmentList = ReturnType<typeof segmentList>;
