/** A packed history in memory that counts what each read of an item would cost in DynamoDB. */
import {
  idPrefixes,
  type ManifestEntry,
  manifestEntry,
  memorySource,
  PARTS,
  type PackedSegment,
  packManifest,
  packSegments,
  packVocabulary,
  questionOf,
  readManifest,
  SEGMENTS_PER_VOCABULARY,
  type Search,
  SegmentAnswer,
  searchSegments,
  segmentRow,
  TextPart,
  type TimePlace,
  tokensOf,
  type VersionedRow,
  Vocabulary,
} from '../../src/history/segments';
import type { Query } from '../../src/jobs/query';
import { type CorpusJob, placedJob } from './corpus';

type Packed = Pick<PackedSegment, 'id' | 'parts'>;

/** Read units of an item, eventually consistent: half a unit for each 4 KB begun. */
const readUnits = (bytes: number): number => Math.ceil(bytes / 4096) / 2;
/** A job item is one to two KB. */
const JOB_READ_UNITS = 0.5;
const ROWS_AT_ONCE = 16_384;

export class PackedHistory {
  readonly segments: Packed[] = [];
  readonly entries: ManifestEntry[] = [];
  readonly vocabularies: Buffer[] = [];
  manifest: Buffer = Buffer.alloc(0);
  jobs = 0;
  packMs = 0;
  #waiting: VersionedRow[] = [];
  #tokens: Set<string>[] = [];
  /** The first eight digits of every id, and which job has them, sorted: what the table's own keys do. */
  #prefixes = new Float64Array(0);
  #order = new Uint32Array(0);
  readonly #ids: number[] = [];

  add(corpusJob: CorpusJob): void {
    const { job, placement } = placedJob(corpusJob);
    this.#ids.push(Number.parseInt(job.id.slice(0, 8), 16));
    const began = performance.now();
    this.#waiting.push({ row: segmentRow(job, placement), version: 1 });
    if (this.#waiting.length === ROWS_AT_ONCE) this.#pack();
    this.packMs += performance.now() - began;
    this.jobs++;
  }

  #pack(): void {
    for (const segment of packSegments(this.#waiting)) {
      this.entries.push(manifestEntry(segment));
      this.segments.push({ id: segment.id, parts: segment.parts });
      this.#tokens.push(tokensOf(new TextPart(segment.parts.text, segment.id)));
      if (this.#tokens.length === SEGMENTS_PER_VOCABULARY) this.#packVocabulary();
    }
    this.#waiting = [];
  }

  #packVocabulary(): void {
    this.vocabularies.push(packVocabulary(this.#tokens));
    this.#tokens = [];
  }

  finish(): void {
    const began = performance.now();
    if (this.#waiting.length > 0) this.#pack();
    if (this.#tokens.length > 0) this.#packVocabulary();
    this.manifest = packManifest(this.entries);
    this.packMs += performance.now() - began;
    this.#order = Uint32Array.from(this.#ids.keys()).sort((a, b) => (this.#ids[a] ?? 0) - (this.#ids[b] ?? 0));
    this.#prefixes = Float64Array.from(this.#order, (job) => this.#ids[job] ?? 0);
    this.#ids.length = 0;
  }

  /** Bytes of each kind of item. */
  bytes(): Record<string, number> {
    const parts = PARTS.map((part) => [part, this.segments.reduce((sum, { parts }) => sum + parts[part].length, 0)]);
    return {
      ...Object.fromEntries(parts),
      manifest: this.manifest.length,
      vocabulary: this.vocabularies.reduce((sum, { length }) => sum + length, 0),
    };
  }

  /** A worker that has read nothing yet. */
  worker(): Worker {
    return new Worker(this);
  }

  readonly #found = new Map<string, { n: number; row: number }[]>();
  /** Reads what the table would give: none of it is the worker's. */
  #table: ReturnType<typeof memorySource> | undefined;

  /** Matches that only their id makes match, as the table's jobs would tell. */
  async matchesById(prefix: string, question: ReturnType<typeof questionOf>): Promise<TimePlace[]> {
    const places: TimePlace[] = [];
    const known = this.#found.get(prefix);
    const found: { n: number; row: number }[] = known ?? [];
    this.#found.set(prefix, found);
    if (known === undefined) {
      for (const n of new Set(this.withPrefix(prefix))) {
        const entry = this.entries[n];
        if (entry === undefined) continue;
        const ids = await this.#source().ids(entry);
        for (let row = 0; row < ids.size; row++) if (ids.id(row).startsWith(prefix)) found.push({ n, row });
      }
    }
    for (const { n, row } of found) {
      const entry = this.entries[n];
      if (entry === undefined) continue;
      const [text, ids] = [await this.#source().text(entry), await this.#source().ids(entry)];
      if (!new SegmentAnswer(question, text, ids).matches(row)) continue;
      if (new SegmentAnswer(question, text).matches(row)) continue;
      places.push({ key: text.columns.createdAt[row] ?? 0, id: ids.id(row) });
    }
    return places;
  }

  #source() {
    this.#table ??= memorySource(this.segments);
    return this.#table;
  }

  /** Segments of the jobs whose id begins so. */
  *withPrefix(prefix: string): Generator<number> {
    const wanted = Number.parseInt(prefix.slice(0, 8), 16);
    let [low, high] = [0, this.#prefixes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#prefixes[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    for (; this.#prefixes[low] === wanted; low++) {
      const job = this.#order[low] ?? 0;
      yield Math.floor(job / ROWS_AT_ONCE);
    }
  }
}

export class Worker {
  readUnits = 0;
  readonly #history: PackedHistory;
  readonly #source: ReturnType<typeof memorySource>;
  readonly #seen = new Set<string>();
  #entries: ManifestEntry[] | undefined;
  readonly #vocabularies: (Vocabulary | undefined)[] = [];
  readonly #place = new Map<string, number>();

  constructor(history: PackedHistory) {
    this.#history = history;
    const plain = memorySource(history.segments);
    const count = (id: string, part: (typeof PARTS)[number]) => {
      const key = `${id}/${part}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
      const bytes = history.segments[this.#place.get(id) ?? 0]?.parts[part].length ?? 0;
      this.readUnits += readUnits(bytes);
    };
    this.#source = {
      text: (segment) => {
        count(segment.id, 'text');
        return plain.text(segment);
      },
      ids: (segment) => {
        count(segment.id, 'ids');
        return plain.ids(segment);
      },
      metrics: (segment) => {
        count(segment.id, 'metrics');
        return plain.metrics(segment);
      },
    };
  }

  async search(query: Query, limit: number, pageOnly: boolean): Promise<{ ids: string[]; total: number }> {
    if (this.#entries === undefined) {
      // The list of segments is read consistently, at twice the price.
      this.readUnits += 2 * readUnits(this.#history.manifest.length);
      this.#entries = readManifest(this.#history.manifest, 'manifest');
      this.#entries.forEach(({ id }, n) => void this.#place.set(id, n));
    }
    const question = questionOf(query);
    const prefixes = idPrefixes(question);
    const others: TimePlace[] = [];
    for (const prefix of prefixes ?? []) {
      this.readUnits += JOB_READ_UNITS;
      others.push(...(await this.#history.matchesById(prefix, question)));
    }
    const vocabulary: Search['vocabulary'] = ({ id }, asked, isIdKnown) => {
      const n = this.#place.get(id) ?? 0;
      const group = Math.floor(n / SEGMENTS_PER_VOCABULARY);
      let known = this.#vocabularies[group];
      if (known === undefined) {
        const bytes = this.#history.vocabularies[group] ?? Buffer.alloc(0);
        this.readUnits += readUnits(bytes.length);
        known = new Vocabulary(bytes, `vocabulary ${group}`);
        this.#vocabularies[group] = known;
      }
      return (known.mask(asked, isIdKnown) & (1 << (n % SEGMENTS_PER_VOCABULARY))) !== 0;
    };
    const page = await searchSegments({
      question,
      segments: this.#entries,
      source: this.#source,
      vocabulary,
      others,
      isIdKnown: prefixes !== undefined,
      order: 'newest',
      page: { limit },
      pageOnly,
    });
    this.readUnits += page.found.length * JOB_READ_UNITS;
    return { ids: page.found.map(({ id }) => id), total: page.total };
  }
}
