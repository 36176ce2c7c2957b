/** The figures of a segment's rows that statistics add up and `sort:duration` sorts by. */
import type { ByteReader, ByteWriter } from './bytes';
import { Dictionary, DictionaryBuilder } from './dictionary';
import type { JobMetrics, SegmentRow } from './row';
import { ENTRY } from './texts';

/** In the order in which a job passes through them; each is kept as its distance from the one before. */
export const STAGES = ['runnableAt', 'startingAt', 'startedAt', 'stoppedAt'] as const;

/** Everything that few jobs have a value of their own for. */
const FIELD = '\u0002';
const hostOf = ({ instanceType, availabilityZone, architecture, vcpus, memoryMiB, attempts }: JobMetrics): string =>
  [instanceType, availabilityZone, architecture, vcpus, memoryMiB, attempts]
    .map((field) => String(field ?? '').replaceAll(ENTRY, ' '))
    .join(FIELD);

function readHost(text: string): Host {
  const [instanceType = '', availabilityZone = '', architecture = '', ...numbers] = text.split(FIELD);
  const [vcpus, memoryMiB, attempts] = numbers.map((field) => (field === '' ? undefined : Number(field)));
  return { instanceType, availabilityZone, architecture, vcpus, memoryMiB, attempts };
}

/** Names are empty where they are not known. */
export interface Host {
  instanceType: string;
  availabilityZone: string;
  architecture: string;
  vcpus: number | undefined;
  memoryMiB: number | undefined;
  attempts: number | undefined;
}

export function writeMetrics(into: ByteWriter, rows: readonly SegmentRow[]): void {
  const hosts = new DictionaryBuilder();
  const hostOfRow = rows.map(({ metrics }) => hosts.number(hostOf(metrics)));
  hosts.write(into);
  for (const host of hostOfRow) into.byte(host & 0xff);
  for (const host of hostOfRow) into.byte(host >> 8);
  const known = rows.map(({ metrics }) =>
    STAGES.reduce((bits, stage, bit) => bits | (metrics[stage] === undefined ? 0 : 1 << bit), 0),
  );
  for (const bits of known) into.byte(bits);
  for (const [bit, stage] of STAGES.entries()) {
    into.column(
      rows.flatMap(({ createdAt, metrics }) => {
        const at = metrics[stage];
        if (at === undefined) return [];
        const before = STAGES.slice(0, bit).findLast((earlier) => metrics[earlier] !== undefined);
        return [at - (before === undefined ? createdAt : (metrics[before] ?? 0))];
      }),
    );
  }
  // Only a job without a time of its end needs the duration told.
  for (const { durationMs, metrics } of rows) {
    if (metrics.startedAt === undefined || metrics.stoppedAt === undefined) into.signed(durationMs);
  }
}

export class MetricsColumns {
  readonly hosts: readonly Host[];
  readonly hostOf: Uint16Array;
  /** Times in ms, NaN where they are not known. */
  readonly stages: Readonly<Record<(typeof STAGES)[number], Float64Array>>;
  readonly durationMs: Float64Array;

  constructor(from: ByteReader, createdAt: Float64Array) {
    const rowCount = createdAt.length;
    this.hosts = [...Dictionary.read(from).texts()].map(readHost);
    const [low, high, known] = [from.bytes(rowCount), from.bytes(rowCount), from.bytes(rowCount)];
    this.hostOf = Uint16Array.from(low, (byte, row) => byte | ((high[row] ?? 0) << 8));
    if (this.hostOf.some((host) => host >= this.hosts.length)) throw new RangeError('a row has no such host');
    const before = createdAt.slice();
    const read = (bit: number): Float64Array => {
      const times = new Float64Array(rowCount).fill(Number.NaN);
      let count = 0;
      for (const bits of known) if ((bits & (1 << bit)) !== 0) count++;
      const distances = from.column(count);
      let next = 0;
      for (let row = 0; row < rowCount; row++) {
        if (((known[row] ?? 0) & (1 << bit)) === 0) continue;
        const at = (before[row] ?? 0) + (distances[next++] ?? 0);
        times[row] = at;
        before[row] = at;
      }
      return times;
    };
    this.stages = { runnableAt: read(0), startingAt: read(1), startedAt: read(2), stoppedAt: read(3) };
    const { startedAt, stoppedAt } = this.stages;
    this.durationMs = new Float64Array(rowCount);
    for (let row = 0; row < rowCount; row++) {
      const ran = (stoppedAt[row] ?? Number.NaN) - (startedAt[row] ?? Number.NaN);
      this.durationMs[row] = Number.isNaN(ran) ? from.signed() : ran;
    }
    if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
  }

  metrics(row: number): JobMetrics {
    const host = this.hosts[this.hostOf[row] ?? 0];
    const found: JobMetrics = {};
    for (const [field, value] of Object.entries(host ?? {})) {
      if (value !== undefined && value !== '') Object.assign(found, { [field]: value });
    }
    for (const stage of STAGES) {
      const at = this.stages[stage][row];
      if (at !== undefined && !Number.isNaN(at)) found[stage] = at;
    }
    return found;
  }
}
