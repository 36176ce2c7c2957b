/** The figures of a segment's rows by group, ready to be added up; those of all rows are kept, since segments never change. */
import type { GroupBy, Stage } from '../../jobs/statistics';
import { type GroupedLengths, groupLengths } from './durations';
import type { MetricsColumns } from './metricsColumns';
import { type RowKeys, rowKeys } from './rowKeys';
import type { TextPart } from './segment';

export interface SegmentTotals {
  /** The keys of the first grouping and of the second; none where there is no such grouping. */
  texts: readonly (readonly string[])[];
  /** Which of them each group has. */
  keys: readonly [Uint16Array, Uint16Array];
  /** Of each group. */
  count: Uint32Array;
  failed: Uint32Array;
  /** Asked for, times how long it ran. */
  vcpuMs: Float64Array;
  mibMs: Float64Array;
  /** `run` is the same as `running` where no job was tried more than once. */
  lengths: Readonly<Record<Stage, GroupedLengths>>;
}

/** Of so many groupings a segment keeps the totals; a page of charts asks for a few of them again and again. */
const MOST_KEPT = 4;

const kept = new WeakMap<MetricsColumns, Map<string, SegmentTotals>>();

/** @param rows those that match, in order */
export function segmentTotals(
  groupBy: GroupBy,
  text: TextPart,
  metrics: MetricsColumns,
  rows: Uint16Array,
): SegmentTotals {
  if (rows.length < text.rowCount) return addUp(groupBy, text, metrics, rows);
  const known = kept.get(metrics) ?? new Map<string, SegmentTotals>();
  kept.set(metrics, known);
  const name = groupBy.join();
  const totals = known.get(name) ?? addUp(groupBy, text, metrics, rows);
  known.delete(name);
  known.set(name, totals);
  for (const [oldest] of known) if (known.size > MOST_KEPT) known.delete(oldest);
  return totals;
}

function addUp(groupBy: GroupBy, text: TextPart, metrics: MetricsColumns, matching: Uint16Array): SegmentTotals {
  const [one, two] = groupBy.map((grouping) => grouping && rowKeys(grouping, text, metrics));
  const { rows, starts, keys } = grouped(matching, one, two);
  const { runnable, starting, running, run } = metrics.lengths;
  const ofRunning = groupLengths(running, rows, starts);
  const size = starts.length - 1;
  const totals: SegmentTotals = {
    texts: [one?.texts ?? [], two?.texts ?? []],
    keys,
    count: new Uint32Array(size),
    failed: new Uint32Array(size),
    vcpuMs: new Float64Array(size),
    mibMs: new Float64Array(size),
    lengths: {
      runnable: groupLengths(runnable, rows, starts),
      starting: groupLengths(starting, rows, starts),
      running: ofRunning,
      run: run === running ? ofRunning : groupLengths(run, rows, starts),
    },
  };
  const { hosts, hostOf } = metrics;
  const { vcpus, memoryMiB } = hosts;
  const { combinationOf } = text.columns;
  const isFailed = text.combinations.failures;
  const { ms } = run;
  for (let group = 0; group < size; group++) {
    const [first, end] = [starts[group] as number, starts[group + 1] as number];
    let [failed, vcpuMs, mibMs] = [0, 0, 0];
    for (let at = first; at < end; at++) {
      const row = rows[at] as number;
      const host = hostOf[row] as number;
      const ran = ms[row] as number;
      failed += isFailed[combinationOf[row] as number] as number;
      vcpuMs += ran * (vcpus[host] as number);
      mibMs += ran * (memoryMiB[host] as number);
    }
    totals.count[group] = end - first;
    totals.failed[group] = failed;
    totals.vcpuMs[group] = vcpuMs;
    totals.mibMs[group] = mibMs;
  }
  return totals;
}

interface Grouped {
  /** Rows of the same group together. */
  rows: Uint16Array;
  /** Where each group begins, and the end of the last. */
  starts: Uint32Array;
  keys: [Uint16Array, Uint16Array];
}

const keyOf = ({ ofRow, entries }: RowKeys, row: number): number =>
  entries === undefined ? (ofRow[row] as number) : (entries[ofRow[row] as number] as number);

function grouped(matching: Uint16Array, one: RowKeys | undefined, two: RowKeys | undefined): Grouped {
  const ofTwo = sorted(matching, two);
  const ofOne = sorted(ofTwo.rows, one);
  const { rows } = ofOne;
  const starts: number[] = [];
  const keys: [number[], number[]] = [[], []];
  function begin(at: number, keyOne: number, keyTwo: number): void {
    starts.push(at);
    keys[0].push(keyOne);
    keys[1].push(keyTwo);
  }
  for (let key = 0; key < ofOne.ends.length; key++) {
    const [first, end] = [key === 0 ? 0 : (ofOne.ends[key - 1] as number), ofOne.ends[key] as number];
    if (first === end) continue;
    if (two === undefined) {
      begin(first, key, 0);
      continue;
    }
    let before = -1;
    for (let at = first; at < end; at++) {
      const keyTwo = keyOf(two, rows[at] as number);
      if (keyTwo !== before) begin(at, key, keyTwo);
      before = keyTwo;
    }
  }
  starts.push(rows.length);
  return { rows, starts: Uint32Array.from(starts), keys: [Uint16Array.from(keys[0]), Uint16Array.from(keys[1])] };
}

interface Sorted {
  /** Rows of the same key together, in the order in which they were. */
  rows: Uint16Array;
  /** Where the rows of each key end. */
  ends: Uint32Array;
}

/** A counting sort. */
function sorted(rows: Uint16Array, keys: RowKeys | undefined): Sorted {
  const size = keys?.texts.length ?? 1;
  if (keys === undefined || size === 1) return { rows, ends: Uint32Array.of(rows.length) };
  const next = new Uint32Array(size + 1);
  const keyOfRow = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const key = keyOf(keys, rows[at] as number);
    keyOfRow[at] = key;
    next[key + 1] = (next[key + 1] as number) + 1;
  }
  for (let key = 1; key <= size; key++) next[key] = (next[key] as number) + (next[key - 1] as number);
  const found = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const key = keyOfRow[at] as number;
    const place = next[key] as number;
    found[place] = rows[at] as number;
    next[key] = place + 1;
  }
  return { rows: found, ends: next.subarray(0, size) };
}
