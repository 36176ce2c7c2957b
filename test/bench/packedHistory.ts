/** A packed history in memory, asked by the search of production; counts what each read would cost in DynamoDB. */
import type { StoredJob } from '../../src/history/jobItem';
import type { LiveRows } from '../../src/history/searching/liveRows';
import { type JobReads, type JobSearch, jobSearch } from '../../src/history/searching/search';
import type { SegmentReads } from '../../src/history/searching/segmentList';
import {
  bucketOfHash,
  DigitFilter,
  digitHashes,
  growBuckets,
  type ManifestEntry,
  manifestEntry,
  memorySource,
  PARTS,
  type PackableJob,
  type PackedSegment,
  packManifests,
  packSegments,
  packVocabulary,
  readManifest,
  SEGMENTS_PER_VOCABULARY,
  segmentRow,
  TextPart,
  tokensOf,
  unpackRow,
  type VersionedRow,
  Vocabulary,
} from '../../src/history/segments';
import { type CorpusJob, placedJob } from './corpus';
import { jobOfRow } from './jobOfRow';

type Packed = Pick<PackedSegment, 'id' | 'parts'>;

/** Read units of an item, eventually consistent: half a unit for each 4 KB begun. */
const readUnits = (bytes: number): number => Math.ceil(bytes / 4096) / 2;
/** The head is read consistently. */
const HEAD_UNITS = 1;
/** A job's item is one to two KB. */
const JOB_UNITS = 0.5;
/** The key and the names of a bucket of the filter. */
const BUCKET_NAMES_BYTES = 80;
const NOTHING_PENDING = DigitFilter.empty.pack();
/** As many as a segment holds. */
const ROWS_AT_ONCE = 16_384;
const SAMPLE_EVERY = 1_000;
/** No search may be cut off by its budget here. */
const UNLIMITED = { ms: Number.POSITIVE_INFINITY, readUnits: Number.POSITIVE_INFINITY };

export class PackedHistory {
  readonly segments = new Map<string, Packed>();
  readonly entries: ManifestEntry[] = [];
  readonly vocabularies = new Map<string, Buffer>();
  manifests: Buffer[] = [];
  /** The filter of words like ids, packed; none when the texts hold too many. */
  digits: Buffer[] = [];
  #digits: readonly DigitFilter[] | undefined = [DigitFilter.empty];
  jobs = 0;
  /** Some jobs, to see how large their items are. */
  readonly samples: PackableJob[] = [];
  packMs = 0;
  #waiting: VersionedRow[] = [];
  #tokens: Set<string>[] = [];
  /** The first eight digits of every id, and where it is packed, sorted: what the table's own keys do. */
  #prefixes = new Float64Array(0);
  #order = new Uint32Array(0);
  readonly #ids: number[] = [];
  /** The segments of each group of jobs that were packed at once. */
  readonly #groups: ManifestEntry[][] = [];

  readonly #rowsAtOnce: number;

  constructor(rowsAtOnce = ROWS_AT_ONCE) {
    this.#rowsAtOnce = rowsAtOnce;
  }

  add(corpusJob: CorpusJob): void {
    const { job, placement } = placedJob(corpusJob);
    this.#ids.push(Number.parseInt(job.id.slice(0, 8), 16));
    const began = performance.now();
    this.#waiting.push({ row: segmentRow(job, placement), version: 1 });
    if (this.#waiting.length === this.#rowsAtOnce) this.#pack();
    this.packMs += performance.now() - began;
    if (this.jobs % SAMPLE_EVERY === 0) this.samples.push(job);
    this.jobs++;
  }

  #pack(): void {
    const group: ManifestEntry[] = [];
    for (const segment of packSegments(this.#waiting)) {
      group.push(manifestEntry(segment));
      this.segments.set(segment.id, { id: segment.id, parts: segment.parts });
      const text = new TextPart(segment.parts.text, segment.id);
      this.#tokens.push(tokensOf(text));
      this.#digits = this.#digits && growBuckets(this.#digits, digitHashes(text));
    }
    this.digits = (this.#digits ?? []).map((bucket) => bucket.pack());
    this.entries.push(...group);
    this.#groups.push(group);
    while (this.#tokens.length >= SEGMENTS_PER_VOCABULARY) this.#packVocabulary();
    this.#waiting = [];
  }

  #packVocabulary(): void {
    const key = `vocabulary ${this.vocabularies.size}`;
    const first = this.vocabularies.size * SEGMENTS_PER_VOCABULARY;
    const tokens = this.#tokens.splice(0, SEGMENTS_PER_VOCABULARY);
    this.vocabularies.set(key, packVocabulary(tokens));
    for (const place of tokens.keys()) {
      const entry = this.entries[first + place];
      if (entry !== undefined) entry.vocabulary = { key, place };
    }
  }

  finish(): void {
    const began = performance.now();
    if (this.#waiting.length > 0) this.#pack();
    if (this.#tokens.length > 0) this.#packVocabulary();
    this.manifests = packManifests(this.entries);
    this.packMs += performance.now() - began;
    this.#order = Uint32Array.from(this.#ids.keys()).sort((a, b) => (this.#ids[a] ?? 0) - (this.#ids[b] ?? 0));
    this.#prefixes = Float64Array.from(this.#order, (job) => this.#ids[job] ?? 0);
    this.#ids.length = 0;
  }

  /** Bytes of each kind of item. */
  bytes(): Record<string, number> {
    const sum = (buffers: Iterable<Buffer>) => [...buffers].reduce((all, { length }) => all + length, 0);
    const segments = [...this.segments.values()];
    const parts = PARTS.map((part) => [part, sum(segments.map(({ parts }) => parts[part]))]);
    return {
      ...Object.fromEntries(parts),
      manifest: sum(this.manifests),
      vocabulary: sum(this.vocabularies.values()),
      digits: sum(this.digits),
    };
  }

  /** A worker that has read nothing yet. */
  worker(): Worker {
    return new Worker(this);
  }

  readonly #found = new Map<string, readonly StoredJob[]>();

  /** The jobs whose id begins so, as the table's job items would tell. */
  async withPrefix(prefix: string): Promise<readonly StoredJob[]> {
    const known = this.#found.get(prefix);
    if (known !== undefined) return known;
    const found: StoredJob[] = [];
    for (const entry of new Set(this.#nearPrefix(prefix.slice(0, 8)))) {
      const source = memorySource([this.segments.get(entry.id) as Packed]);
      const [text, ids] = [await source.text(entry), await source.ids(entry)];
      for (let row = 0; row < ids.size; row++) {
        if (!ids.id(row).startsWith(prefix)) continue;
        found.push({ job: jobOfRow(unpackRow(row, text, ids, await source.metrics(entry))), version: 1 });
      }
    }
    this.#found.set(prefix, found);
    return found;
  }

  /** Segments of the jobs whose id begins so. */
  *#nearPrefix(prefix: string): Generator<ManifestEntry> {
    const wanted = Number.parseInt(prefix, 16);
    let [low, high] = [0, this.#prefixes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#prefixes[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    for (; this.#prefixes[low] === wanted; low++) {
      yield* this.#groups[Math.floor((this.#order[low] ?? 0) / this.#rowsAtOnce)] ?? [];
    }
  }
}

const NO_ROWS: LiveRows['rows'] = new Map();
/** Nothing is live: all is packed. */
const NOTHING_LIVE: LiveRows = {
  rows: NO_ROWS,
  refresh: async () => ({ rows: NO_ROWS, whole: 0 }),
  reread: async () => ({ rows: NO_ROWS, whole: 0 }),
};

export class Worker {
  readUnits = 0;
  readonly #search: JobSearch;

  constructor(history: PackedHistory) {
    const read = <T>(units: number, value: T): T => {
      this.readUnits += units;
      return value;
    };
    const items: SegmentReads = {
      head: async () =>
        read(HEAD_UNITS, {
          generation: 1,
          manifests: [...history.manifests.keys()].map(String),
          recent: [],
          forgetting: [],
          ...(history.digits.length === 0
            ? {}
            : { digits: { id: '1', buckets: history.digits.length, stamp: 1, pending: NOTHING_PENDING } }),
          fence: 1,
          leaseUntil: 0,
        }),
      manifest: async ({ manifests }) =>
        manifests.flatMap((key) => {
          const bytes = history.manifests[Number(key)] ?? Buffer.alloc(0);
          return read(readUnits(bytes.length), readManifest(bytes, key));
        }),
      part: async (id, part) => {
        const bytes = history.segments.get(id)?.parts[part] ?? Buffer.alloc(0);
        return read(readUnits(bytes.length), bytes);
      },
      nameOf: (id, part) => `${id} / ${part}`,
      vocabulary: async (key) => {
        const bytes = history.vocabularies.get(key) ?? Buffer.alloc(0);
        return read(readUnits(bytes.length), new Vocabulary(bytes, key));
      },
      digitsOf: async ({ buckets }, hash) => {
        const bytes = history.digits[bucketOfHash(hash, buckets)] ?? Buffer.alloc(0);
        const filter = DigitFilter.read(bytes, 'digits');
        return read(readUnits(bytes.length + BUCKET_NAMES_BYTES), { filter, packedBytes: bytes.length });
      },
    };
    const jobs: JobReads = {
      getMany: async (ids) => {
        const found: StoredJob[] = [];
        for (const id of ids) found.push(...(await history.withPrefix(id)).filter(({ job }) => job.id === id));
        return read(JOB_UNITS * found.length, found) as Awaited<ReturnType<JobReads['getMany']>>;
      },
      findByPrefix: async (prefix, limit) => {
        const found = (await history.withPrefix(prefix)).slice(0, limit);
        return read(Math.max(JOB_UNITS, JOB_UNITS * found.length), found) as StoredJob[];
      },
    };
    this.#search = jobSearch(jobs, NOTHING_LIVE, items, Date.now, UNLIMITED);
  }

  get search(): JobSearch['search'] {
    return this.#search.search;
  }
}
