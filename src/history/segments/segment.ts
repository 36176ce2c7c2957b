/** A segment: up to 16,384 finished jobs in three packed parts, each unpacked when a question first needs it. */
import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter } from './bytes';
import { Combinations, combine, SKELETON_COLUMNS, WHOLE_COLUMNS } from './combinations';
import { IdColumn, writeIds } from './idColumn';
import { MetricsColumns, writeMetrics } from './metricsColumns';
import { guard, readPart, writePart } from './part';
import { compareRows, type SegmentRow } from './row';
import { RowColumns, writeRowColumns } from './rowColumns';
import { joinSkeleton } from './texts';

export const ROWS_PER_SEGMENT = 16_384;
/** DynamoDB's items end at 400 KB, names included; a part that grows past this is halved. */
const BYTES_PER_PART = 350_000;

export const PARTS = ['text', 'ids', 'metrics'] as const;
export type PartName = (typeof PARTS)[number];

export interface PackedSegment {
  /** The same jobs in the same versions have the same id, whoever packs them. */
  id: string;
  rows: readonly SegmentRow[];
  /** Of each row. */
  versions: readonly number[];
  parts: Record<PartName, Buffer>;
}

/** A row and how often its job had been written when it was packed. */
export interface VersionedRow {
  row: SegmentRow;
  version: number;
}

const segmentId = (rows: readonly VersionedRow[], origin: string): string => {
  const lines = rows.map(({ row, version }) => `${row.id} ${version}\n`);
  return createHash('sha256')
    .update(`${origin}\n${lines.join('')}`)
    .digest('base64url')
    .slice(0, 22);
};

/**
 * Packs rows into as many segments as they need, oldest first.
 * @param origin tells rows apart that were merged from segments, and have no versions any more
 */
export function packSegments(rows: readonly VersionedRow[], origin = ''): PackedSegment[] {
  const sorted = [...rows].sort((a, b) => compareRows(a.row, b.row));
  const count = Math.ceil(sorted.length / ROWS_PER_SEGMENT);
  return Array.from({ length: count }, (_, n) =>
    packOne(sorted.slice(n * ROWS_PER_SEGMENT, (n + 1) * ROWS_PER_SEGMENT), origin),
  ).flat();
}

function packOne(versioned: readonly VersionedRow[], origin: string): PackedSegment[] {
  const rows = versioned.map(({ row }) => row);
  const parts = {
    text: packText(rows),
    ids: writeStreams('ids', writeIds(rows)),
    metrics: writeStreams('metrics', writeMetrics(rows)),
  };
  if (rows.length > 1 && Object.values(parts).some(({ length }) => length > BYTES_PER_PART)) {
    const half = versioned.length >> 1;
    return [...packOne(versioned.slice(0, half), origin), ...packOne(versioned.slice(half), origin)];
  }
  return [{ id: segmentId(versioned, origin), rows, versions: versioned.map(({ version }) => version), parts }];
}

const writeStreams = (kind: PartName, streams: readonly ByteWriter[]): Buffer =>
  writePart(
    kind,
    streams.map((stream) => stream.finish()),
  );

function packText(rows: readonly SegmentRow[]): Buffer {
  const tables = new ByteWriter();
  const combined = combine(rows);
  tables.count(rows.length);
  combined.write(tables);
  return writeStreams('text', [tables, ...writeRowColumns(rows, combined)]);
}

/** The part that answers nearly everything: combinations at once, rows when they are asked for. */
export class TextPart {
  readonly rowCount: number;
  readonly combinations: Combinations;
  readonly #item: string;
  readonly #packedBytes: number;
  readonly #streams: readonly (() => ByteReader)[];
  #columns: RowColumns | undefined;

  /** @param item names the item in an error */
  constructor(bytes: Uint8Array, item: string) {
    this.#streams = readPart('text', bytes, item);
    this.#item = item;
    this.#packedBytes = bytes.length;
    const from = this.#stream(0);
    this.rowCount = from.count();
    this.combinations = guard(item, () => new Combinations(from));
  }

  #stream(n: number): ByteReader {
    return this.#streams[n]?.() ?? new ByteReader(Buffer.alloc(0));
  }

  get columns(): RowColumns {
    this.#columns ??= guard(
      this.#item,
      () =>
        new RowColumns(
          this.#stream(1),
          () => this.#stream(2),
          () => this.#stream(3),
          this.rowCount,
          this.combinations,
          this.#item,
        ),
    );
    return this.#columns;
  }

  /** About what it takes in memory, rows included once they are unpacked. */
  get memoryBytes(): number {
    return this.#packedBytes + this.combinations.memoryBytes + (this.#columns?.memoryBytes ?? 0);
  }

  /** The digits of a row's texts, in the order of `SKELETON_COLUMNS`. */
  runs(row: number): string[] {
    const { firstRun, runOf, runs } = this.columns;
    return Array.from(runOf.subarray(firstRun[row], firstRun[row + 1]), (run) => runs.text(run));
  }

  /** The comparable name. */
  name(row: number): string {
    const combination = this.columns.combinationOf[row] ?? 0;
    return joinSkeleton(this.combinations.text(combination, 'name'), this.runs(row));
  }
}

export const readIds = (bytes: Uint8Array, item: string, rowCount: number): IdColumn => {
  const [stream, random] = readPart('ids', bytes, item).map((read) => read());
  return guard(item, () => {
    if (stream === undefined || random === undefined) throw new RangeError('it is empty');
    return new IdColumn(stream, random, rowCount);
  });
};

export const readMetrics = (bytes: Uint8Array, item: string, text: TextPart): MetricsColumns =>
  new MetricsColumns(bytes, text, item);

/** A row as it was packed, put together from all three parts; merging needs no other source. */
export function unpackRow(row: number, text: TextPart, ids: IdColumn, metrics: MetricsColumns): SegmentRow {
  const { combinations, columns } = text;
  const combination = columns.combinationOf[row] ?? 0;
  const runs = text.runs(row).values();
  const outcome = combinations.outcomes[combinations.entries.outcome[combination] ?? 0];
  const skeletons = SKELETON_COLUMNS.map((column) => [
    column,
    joinSkeleton(combinations.text(combination, column), runs),
  ]);
  const whole = WHOLE_COLUMNS.map((column) => [column, combinations.text(combination, column)]);
  const texts = Object.fromEntries([...skeletons, ...whole]) as Pick<
    SegmentRow,
    (typeof SKELETON_COLUMNS)[number] | (typeof WHOLE_COLUMNS)[number]
  >;
  return {
    id: ids.id(row),
    createdAt: columns.createdAt[row] ?? 0,
    ...texts,
    isFailed: outcome?.isFailed ?? false,
    flags: outcome?.flags ?? 0,
    ...(outcome?.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
    durationMs: metrics.durationMs[row] ?? -1,
    metrics: metrics.metrics(row),
  };
}
