/** What differs from row to row beside the combination: when each job was created, and the digits in its texts. */
import { areBelow, type ByteReader, ByteWriter } from './bytes';
import type { Combinations, Combined } from './combinations';
import { Dictionary } from './dictionary';
import { guard } from './part';
import type { SegmentRow } from './row';
import { ENTRY } from './texts';

/** Numbers of up to so many digits are exact in a double. */
const EXACT_DIGITS = 15;

/** Three streams, since statistics need no times, and most questions no digits. */
export function writeRowColumns(rows: readonly SegmentRow[], combined: Combined): ByteWriter[] {
  const [into, times, digits] = [new ByteWriter(), new ByteWriter(), new ByteWriter()];
  const { ofRow, runCounts, runs, runOf } = combined;
  into.pairs(ofRow);
  let before = 0;
  for (const { createdAt } of rows) {
    times.signed(createdAt - before);
    before = createdAt;
  }
  const numbers = writeRuns(digits, runs);
  const last = runCounts.map((count) => new Int32Array(count));
  let at = 0;
  for (const combination of ofRow) {
    const known = last[combination] as Int32Array;
    for (let place = 0; place < known.length; place++) {
      const number = numbers[runOf[at++] as number] as number;
      digits.signed(number - (known[place] as number));
      known[place] = number;
    }
  }
  return [into, times, digits];
}

/**
 * Writes distinct runs shortest first and then by value, so that the next shard's number is the next run.
 * @returns the place of each
 */
function writeRuns(into: ByteWriter, runs: readonly string[]): Uint32Array {
  const order = [...runs.keys()].sort((a, b) => {
    const [one, other] = [runs[a] ?? '', runs[b] ?? ''];
    return one.length - other.length || (one < other ? -1 : 1);
  });
  const numbers = new Uint32Array(runs.length);
  into.count(order.length);
  let [length, value] = [0, 0];
  order.forEach((index, number) => {
    const run = runs[index] ?? '';
    numbers[index] = number;
    into.count(run.length - length);
    if (run.length !== length) value = 0;
    length = run.length;
    if (length > EXACT_DIGITS) {
      into.text(run);
    } else {
      into.count(Number(run) - value);
      value = Number(run);
    }
  });
  return numbers;
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

/** The runs of digits of all rows. */
class RowRuns {
  readonly runs: Dictionary;
  readonly runOf: Uint32Array;
  readonly firstRun: Uint32Array;

  constructor(from: ByteReader, combinationOf: Uint16Array, combinations: Combinations) {
    const rowCount = combinationOf.length;
    const runs = readRuns(from);
    this.runs = new Dictionary(runs.join(ENTRY), runs.length);
    const places = combinations.runsBefore('end');
    const firstRun = new Uint32Array(rowCount + 1);
    this.firstRun = firstRun;
    let all = 0;
    for (let row = 0; row < rowCount; row++) {
      all += places[combinationOf[row] as number] as number;
      firstRun[row + 1] = all;
    }
    const runOf = new Uint32Array(all);
    this.runOf = runOf;
    // Each combination continues from its own last row.
    const firstOf = new Uint32Array(combinations.size);
    let kept = 0;
    for (let combination = 0; combination < combinations.size; combination++) {
      firstOf[combination] = kept;
      kept += places[combination] as number;
    }
    const last = new Int32Array(kept);
    let into = 0;
    for (let row = 0; row < rowCount; row++) {
      let place = firstOf[combinationOf[row] as number] as number;
      const end = firstRun[row + 1] as number;
      for (; into < end; into++, place++) {
        const run = (last[place] as number) + from.signed();
        last[place] = run;
        runOf[into] = run;
      }
    }
    if (!areBelow(runOf, runs.length)) throw new RangeError('a row has no such run of digits');
    if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
  }

  get memoryBytes(): number {
    return this.runOf.byteLength + this.firstRun.byteLength + this.runs.memoryBytes;
  }
}

function readTimes(from: ByteReader, rowCount: number): Float64Array {
  const createdAt = new Float64Array(rowCount);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    at += from.signed();
    createdAt[row] = at;
  }
  if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
  return createdAt;
}

export class RowColumns {
  readonly combinationOf: Uint16Array;
  readonly #readTimes: () => Float64Array;
  readonly #readRuns: () => RowRuns;
  #createdAt: Float64Array | undefined;
  #rowRuns: RowRuns | undefined;

  /** Times and digits are read once a question is about them. */
  constructor(
    from: ByteReader,
    times: () => ByteReader,
    digits: () => ByteReader,
    rowCount: number,
    combinations: Combinations,
    item: string,
  ) {
    const combinationOf = from.pairs(rowCount);
    this.combinationOf = combinationOf;
    if (!areBelow(combinationOf, combinations.size)) throw new RangeError('a row has no such combination');
    if (!from.isAtEnd) throw new RangeError('there is more than its rows need');
    this.#readTimes = () => guard(item, () => readTimes(times(), rowCount));
    this.#readRuns = () => guard(item, () => new RowRuns(digits(), combinationOf, combinations));
  }

  get createdAt(): Float64Array {
    this.#createdAt ??= this.#readTimes();
    return this.#createdAt;
  }

  #allRuns(): RowRuns {
    this.#rowRuns ??= this.#readRuns();
    return this.#rowRuns;
  }

  /** The distinct runs of digits. */
  get runs(): Dictionary {
    return this.#allRuns().runs;
  }

  /** Which of them each row has, row after row; row `r` has those from `firstRun[r]` on. */
  get runOf(): Uint32Array {
    return this.#allRuns().runOf;
  }

  get firstRun(): Uint32Array {
    return this.#allRuns().firstRun;
  }

  get memoryBytes(): number {
    return this.combinationOf.byteLength + (this.#createdAt?.byteLength ?? 0) + (this.#rowRuns?.memoryBytes ?? 0);
  }
}
