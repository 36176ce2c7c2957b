/** The figures of a segment's rows that statistics add up: where each job ran, and how long it was in each stage. */
import type { Stage } from '../../jobs/statistics';
import { areBelow, ByteReader, ByteWriter, type ColumnReader } from './bytes';
import { bucketOf, type DurationColumn } from './durations';
import { Hosts, writeHosts } from './hosts';
import { guard, readPart } from './part';
import { FLAGS, type JobMetrics, type SegmentRow } from './row';
import type { TextPart } from './segment';

/** In the order in which a job passes through them; each is kept as its distance from the one before that is known. */
const TIMES = ['runnableAt', 'startingAt', 'startedAt', 'stoppedAt'] as const;
const [RUNNABLE, STARTING, STARTED, STOPPED] = [1, 2, 4, 8];
const EARLIER = 16;
/** An array's parent, whose times are not those of a container. */
const PARENT = 32;
const UINT32 = 0xffffffff;

/** Of the rows that have it, how far a time is from the one before that is known. */
function distancesOf(rows: readonly SegmentRow[], n: number): number[] {
  const time = TIMES[n] ?? 'stoppedAt';
  const distances: number[] = [];
  for (const { createdAt, metrics } of rows) {
    const at = metrics[time];
    if (at === undefined) continue;
    let before: number | undefined;
    for (let earlier = n - 1; earlier >= 0 && before === undefined; earlier--) before = metrics[TIMES[earlier] ?? time];
    distances.push(at - (before ?? createdAt));
  }
  return distances;
}

function knownOf({ metrics, flags }: SegmentRow): number {
  const { runnableAt, startingAt, startedAt, stoppedAt, earlierRunMs } = metrics;
  return (
    (runnableAt === undefined ? 0 : RUNNABLE) |
    (startingAt === undefined ? 0 : STARTING) |
    (startedAt === undefined ? 0 : STARTED) |
    (stoppedAt === undefined ? 0 : STOPPED) |
    (earlierRunMs === undefined ? 0 : EARLIER) |
    ((flags & FLAGS.arrayParent) === 0 ? 0 : PARENT)
  );
}

/** A job without both times needs its duration told. */
const hasDuration = (known: number): boolean => (known & (STARTED | STOPPED)) === (STARTED | STOPPED);

/** The streams of a part, in this order. */
const STREAMS = ['groups', 'lengths', 'lowest', 'rest'] as const;
type Stream = (typeof STREAMS)[number];

/** What jobs are grouped by, the lengths that statistics add up, their lowest bytes, and what statistics don't need. */
export function writeMetrics(rows: readonly SegmentRow[]): ByteWriter[] {
  const [groups, lengths, lowest, rest] = [new ByteWriter(), new ByteWriter(), new ByteWriter(), new ByteWriter()];
  const hostOf = writeHosts(
    groups,
    rows.map(({ metrics }) => metrics),
  );
  groups.pairs(hostOf);
  const known = rows.map(knownOf);
  for (const bits of known) groups.byte(bits);
  for (const n of [1, 2, 3]) lengths.column(distancesOf(rows, n), lowest);
  const earlier: number[] = [];
  for (const { metrics } of rows) if (metrics.earlierRunMs !== undefined) earlier.push(metrics.earlierRunMs);
  lengths.column(earlier, lowest);
  rest.column(distancesOf(rows, 0));
  rows.forEach(({ durationMs }, row) => {
    if (!hasDuration(known[row] ?? 0)) rest.signed(durationMs);
  });
  return [groups, lengths, lowest, rest];
}

/** What statistics don't need; NaN where it is not known. */
interface Times {
  stages: Readonly<Record<(typeof TIMES)[number], Float64Array>>;
  earlierRunMs: Float64Array;
  durationMs: Float64Array;
}

export class MetricsColumns {
  readonly hosts: Hosts;
  /** The host of each row. */
  readonly hostOf: Uint16Array;
  readonly #known: Uint8Array;
  readonly #streams: readonly (() => ByteReader)[];
  readonly #text: TextPart;
  readonly #item: string;
  readonly #packedBytes: number;
  #lengths: Readonly<Record<Stage, DurationColumn>> | undefined;
  #times: Times | undefined;

  /** @param item names the item in an error */
  constructor(bytes: Uint8Array, text: TextPart, item: string) {
    this.#streams = readPart('metrics', bytes, item);
    this.#packedBytes = bytes.length;
    this.#text = text;
    this.#item = item;
    const from = this.#stream('groups');
    const { hosts, hostOf, known } = guard(item, () => {
      const read = { hosts: new Hosts(from), hostOf: from.pairs(text.rowCount), known: from.bytes(text.rowCount) };
      if (!areBelow(read.hostOf, read.hosts.size)) throw new RangeError('a row has no such host');
      ended(from);
      return read;
    });
    this.hosts = hosts;
    this.hostOf = hostOf;
    this.#known = new Uint8Array(known);
  }

  /** About what it takes in memory, with all that is unpacked when it is first needed. */
  get memoryBytes(): number {
    const rowCount = this.#known.length;
    const lengths = new Set(Object.values(this.#lengths ?? {}));
    const times = this.#times === undefined ? 0 : 6 * rowCount * Float64Array.BYTES_PER_ELEMENT;
    const unpacked = [...lengths].reduce((sum, { ms, bucket }) => sum + ms.byteLength + bucket.byteLength, times);
    return this.#packedBytes + 3 * rowCount + unpacked;
  }

  #stream(name: Stream): ByteReader {
    return this.#streams[STREAMS.indexOf(name)]?.() ?? new ByteReader(Buffer.alloc(0));
  }

  /** How long each row was in each stage. */
  get lengths(): Readonly<Record<Stage, DurationColumn>> {
    this.#lengths ??= guard(this.#item, () => this.#toLengths());
    return this.#lengths;
  }

  /** When each row entered each stage, in ms; NaN where it is not known. */
  get stages(): Times['stages'] {
    return this.#allTimes().stages;
  }

  /** What `sort:duration` sorts by. */
  get durationMs(): Float64Array {
    return this.#allTimes().durationMs;
  }

  /** Tells how many rows have a bit. */
  #rowsByBits(): (bit: number) => number {
    const ofBits = new Uint32Array(0x100);
    for (let row = 0; row < this.#known.length; row++) {
      const known = this.#known[row] as number;
      ofBits[known] = (ofBits[known] as number) + 1;
    }
    return (bit) => ofBits.reduce((sum, count, known) => sum + ((known & bit) === 0 ? 0 : count), 0);
  }

  /** Distances of `startingAt`, `startedAt`, `stoppedAt`, and `earlierRunMs`, to be read in this order, of the rows that have each. */
  #distances(): { of: (bit: number) => ColumnReader; end: () => void } {
    const [from, lowest] = [this.#stream('lengths'), this.#stream('lowest')];
    const rows = this.#rowsByBits();
    return {
      of: (bit) => from.column(rows(bit), lowest),
      end: () => {
        ended(from);
        ended(lowest);
      },
    };
  }

  #toLengths(): Readonly<Record<Stage, DurationColumn>> {
    const distances = this.#distances();
    const runnable = this.#durations(distances.of(STARTING), STARTING, RUNNABLE);
    const starting = this.#durations(distances.of(STARTED), STARTED, STARTING);
    const running = this.#durations(distances.of(STOPPED), STOPPED, STARTED);
    const earlier = distances.of(EARLIER);
    const run = earlier.length === 0 ? running : this.#withEarlier(running, earlier);
    distances.end();
    return { runnable, starting, running, run };
  }

  /** The distances of rows that have a time and the one before it. */
  #durations(distances: ColumnReader, bit: number, before: number): DurationColumn {
    const known = this.#known;
    const bucket = new Uint16Array(known.length);
    let ms: DurationColumn['ms'] = new Uint32Array(known.length);
    const [asked, wanted] = [bit | before | PARENT, bit | before];
    for (let row = 0; row < known.length; row++) {
      const bits = known[row] as number;
      if ((bits & bit) === 0) continue;
      const distance = distances.next();
      if ((bits & asked) !== wanted) continue;
      const length = distance < 0 ? 0 : distance;
      if (length > UINT32 && ms instanceof Uint32Array) ms = Float64Array.from(ms);
      ms[row] = length;
      bucket[row] = bucketOf(length);
    }
    return { ms, bucket };
  }

  #withEarlier(running: DurationColumn, earlier: ColumnReader): DurationColumn {
    const bucket = running.bucket.slice();
    let ms: DurationColumn['ms'] = running.ms.slice();
    this.#known.forEach((bits, row) => {
      if ((bits & EARLIER) === 0) return;
      const length = (running.ms[row] ?? 0) + earlier.next();
      if ((bits & PARENT) !== 0) return;
      if (length > UINT32 && ms instanceof Uint32Array) ms = Float64Array.from(ms);
      ms[row] = length;
      bucket[row] = bucketOf(length);
    });
    return { ms, bucket };
  }

  #allTimes(): Times {
    this.#times ??= guard(this.#item, () => this.#readTimes());
    return this.#times;
  }

  #readTimes(): Times {
    const rest = this.#stream('rest');
    const distances = this.#distances();
    const before = this.#text.columns.createdAt.slice();
    const follow = (bit: number, from: ColumnReader): Float64Array => {
      const column = this.#spreadOut(from, bit);
      column.forEach((distance, row) => {
        if (Number.isNaN(distance)) return;
        before[row] = (before[row] ?? 0) + distance;
        column[row] = before[row] ?? 0;
      });
      return column;
    };
    const stages = {
      runnableAt: follow(RUNNABLE, rest.column(this.#rowsByBits()(RUNNABLE))),
      startingAt: follow(STARTING, distances.of(STARTING)),
      startedAt: follow(STARTED, distances.of(STARTED)),
      stoppedAt: follow(STOPPED, distances.of(STOPPED)),
    };
    const earlierRunMs = this.#spreadOut(distances.of(EARLIER), EARLIER);
    distances.end();
    const durationMs = Float64Array.from(this.#known, (known, row) =>
      hasDuration(known) ? (stages.stoppedAt[row] ?? 0) - (stages.startedAt[row] ?? 0) : rest.signed(),
    );
    ended(rest);
    return { stages, earlierRunMs, durationMs };
  }

  /** Each value at its row. */
  #spreadOut(values: ColumnReader, bit: number): Float64Array {
    const column = new Float64Array(this.#known.length).fill(Number.NaN);
    this.#known.forEach((bits, row) => {
      if ((bits & bit) !== 0) column[row] = values.next();
    });
    return column;
  }

  /** A row's figures as they were packed. */
  metrics(row: number): JobMetrics {
    const { stages, earlierRunMs } = this.#allTimes();
    const found: JobMetrics = this.hosts.host(this.hostOf[row] ?? 0);
    for (const [field, values] of Object.entries({ ...stages, earlierRunMs })) {
      const value = values[row];
      if (value !== undefined && !Number.isNaN(value)) Object.assign(found, { [field]: value });
    }
    return found;
  }
}

function ended(from: ByteReader): void {
  if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
}
