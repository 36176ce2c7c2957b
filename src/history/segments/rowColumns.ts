/** What differs from row to row beside the combination: when each job was created, and the digits in its texts. */
import type { ByteReader, ByteWriter } from './bytes';
import { type Combinations, SKELETON_COLUMNS } from './combinations';
import { Dictionary } from './dictionary';
import type { SegmentRow } from './row';
import { ENTRY, runsOf } from './texts';

/** Numbers of up to so many digits are exact in a double. */
const EXACT_DIGITS = 15;

/** @param combinationOf the combination of each row */
export function writeRowColumns(into: ByteWriter, rows: readonly SegmentRow[], combinationOf: Uint16Array): void {
  for (const combination of combinationOf) into.byte(combination & 0xff);
  for (const combination of combinationOf) into.byte(combination >> 8);
  rows.forEach(({ createdAt }, row) => void into.signed(createdAt - (rows[row - 1]?.createdAt ?? 0)));
  const runs = rows.map((row) => SKELETON_COLUMNS.flatMap((column) => runsOf(row[column])));
  const numbers = writeRuns(into, new Set(runs.flat()));
  const last: (Int32Array | undefined)[] = [];
  rows.forEach((_, index) => {
    const mine = runs[index] ?? [];
    const combination = combinationOf[index] ?? 0;
    const known = last[combination] ?? new Int32Array(mine.length);
    last[combination] = known;
    mine.forEach((run, place) => {
      const number = numbers.get(run) ?? 0;
      into.signed(number - (known[place] ?? 0));
      known[place] = number;
    });
  });
}

/** Distinct runs, shortest first and then by value, so that the next shard's number is the next run. */
function writeRuns(into: ByteWriter, distinct: ReadonlySet<string>): Map<string, number> {
  const sorted = [...distinct].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  into.count(sorted.length);
  let [length, value] = [0, 0];
  for (const run of sorted) {
    into.count(run.length - length);
    if (run.length !== length) value = 0;
    length = run.length;
    if (length > EXACT_DIGITS) {
      into.text(run);
    } else {
      into.count(Number(run) - value);
      value = Number(run);
    }
  }
  return new Map(sorted.map((run, number) => [run, number]));
}

function readRuns(from: ByteReader): string[] {
  let [length, value] = [0, 0];
  return Array.from({ length: from.count() }, () => {
    const longer = from.count();
    if (longer > 0) value = 0;
    length += longer;
    if (length > EXACT_DIGITS) return from.text();
    value += from.count();
    return String(value).padStart(length, '0');
  });
}

export class RowColumns {
  readonly combinationOf: Uint16Array;
  readonly createdAt: Float64Array;
  /** The distinct runs of digits. */
  readonly runs: Dictionary;
  /** Which of them each row has, row after row; row `r` has those from `firstRun[r]` on. */
  readonly runOf: Uint32Array;
  readonly firstRun: Uint32Array;

  constructor(from: ByteReader, rowCount: number, combinations: Combinations) {
    const [low, high] = [from.bytes(rowCount), from.bytes(rowCount)];
    this.combinationOf = Uint16Array.from(low, (byte, row) => byte | ((high[row] ?? 0) << 8));
    if (this.combinationOf.some((combination) => combination >= combinations.size)) {
      throw new RangeError('a row has no such combination');
    }
    this.createdAt = new Float64Array(rowCount);
    let at = 0;
    for (let row = 0; row < rowCount; row++) {
      at += from.signed();
      this.createdAt[row] = at;
    }
    const runs = readRuns(from);
    this.runs = new Dictionary(runs.join(ENTRY), runs.length);
    const places = combinations.runsBefore('end');
    this.firstRun = new Uint32Array(rowCount + 1);
    for (let row = 0; row < rowCount; row++) {
      this.firstRun[row + 1] = (this.firstRun[row] ?? 0) + (places[this.combinationOf[row] ?? 0] ?? 0);
    }
    this.runOf = new Uint32Array(this.firstRun[rowCount] ?? 0);
    // Each combination continues from its own last row.
    const firstOf = new Uint32Array(combinations.size);
    let all = 0;
    for (let combination = 0; combination < combinations.size; combination++) {
      firstOf[combination] = all;
      all += places[combination] ?? 0;
    }
    const last = new Int32Array(all);
    let into = 0;
    for (let row = 0; row < rowCount; row++) {
      const combination = this.combinationOf[row] ?? 0;
      const first = firstOf[combination] ?? 0;
      const end = first + (places[combination] ?? 0);
      for (let place = first; place < end; place++) {
        const run = (last[place] ?? 0) + from.signed();
        last[place] = run;
        this.runOf[into++] = run;
      }
    }
    if (this.runOf.some((run) => run >= runs.length)) throw new RangeError('a row has no such run of digits');
    if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
  }
}
