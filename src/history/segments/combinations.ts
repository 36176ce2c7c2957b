/**
 * The distinct combinations of everything that a job's text is made of, and how many rows have each: most searches and
 * exact totals are answered here, without a look at any row.
 */
import { areBelow, type ByteReader, type ByteWriter } from './bytes';
import { Dictionary, DictionaryBuilder } from './dictionary';
import type { SegmentRow } from './row';
import { comparable, type PartedText, partText } from './texts';

/** Kept as skeletons, their runs of digits with the rows, in this order. */
export const SKELETON_COLUMNS = ['name', 'tags', 'command'] as const;
export type SkeletonColumn = (typeof SKELETON_COLUMNS)[number];
/** Kept whole. */
export const WHOLE_COLUMNS = ['queue', 'definition', 'image', 'statusReason', 'containerReason'] as const;
export type WholeColumn = (typeof WHOLE_COLUMNS)[number];
export const COLUMNS = [...SKELETON_COLUMNS, ...WHOLE_COLUMNS, 'outcome'] as const;
export type Column = (typeof COLUMNS)[number];

/** How a job ended. */
export interface Outcome {
  isFailed: boolean;
  flags: number;
  exitCode?: number;
}

const outcomeKey = ({ isFailed, flags, exitCode }: SegmentRow): string =>
  `${isFailed ? 1 : 0},${flags},${exitCode ?? ''}`;

function readOutcome(key: string): Outcome {
  const [isFailed, flags, exitCode = ''] = key.split(',');
  return {
    isFailed: isFailed === '1',
    flags: Number(flags),
    ...(exitCode === '' ? {} : { exitCode: Number(exitCode) }),
  };
}

export interface Combined {
  /** The combination of each row. */
  ofRow: Uint16Array;
  /** How many runs of digits the rows of each combination have. */
  runCounts: readonly number[];
  /** The distinct runs of digits, and which of them the rows have, row after row. */
  runs: readonly string[];
  runOf: readonly number[];
  write(into: ByteWriter): void;
}

/** Parts texts at their digits; most tags and commands come again and again. */
function partOnce(): (text: string) => PartedText {
  const known = new Map<string, PartedText>();
  return (text) => {
    let parted = known.get(text);
    if (parted === undefined) {
      parted = partText(text);
      known.set(text, parted);
    }
    return parted;
  };
}

/** Numbers the distinct lists of one number below 65,536 a column, in the order in which they first come. */
class ListNumbers {
  readonly columns = COLUMNS.map((): number[] => []);
  /** Open addressing: a list's number plus one at the first free place from its hash on. */
  #places = new Int32Array(4_096);
  #size = 0;

  number(list: readonly number[]): number {
    const mask = this.#places.length - 1;
    let place = this.#hash(list) & mask;
    for (let found = this.#places[place]; found !== 0; found = this.#places[place]) {
      if (this.#isAt((found as number) - 1, list)) return (found as number) - 1;
      place = (place + 1) & mask;
    }
    for (let n = 0; n < list.length; n++) this.columns[n]?.push(list[n] as number);
    this.#places[place] = ++this.#size;
    if (2 * this.#size > mask) this.#grow();
    return this.#size - 1;
  }

  #hash(list: readonly number[]): number {
    let hash = 0;
    for (let n = 0; n < list.length; n++) hash = Math.imul(hash ^ (list[n] as number), 0x9e3779b1) ^ (hash >>> 15);
    return hash ^ (hash >>> 13);
  }

  #isAt(number: number, list: readonly number[]): boolean {
    for (let n = 0; n < list.length; n++) if (this.columns[n]?.[number] !== list[n]) return false;
    return true;
  }

  #grow(): void {
    this.#places = new Int32Array(2 * this.#places.length);
    const mask = this.#places.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let place = this.#hash(this.columns.map((column) => column[number] ?? 0)) & mask;
      while (this.#places[place] !== 0) place = (place + 1) & mask;
      this.#places[place] = number + 1;
    }
  }
}

export function combine(rows: readonly SegmentRow[]): Combined {
  const dictionaries = COLUMNS.map(() => new DictionaryBuilder());
  const numbers = new ListNumbers();
  const counts: number[] = [];
  const runCounts: number[] = [];
  const runs = new DictionaryBuilder();
  const runOf: number[] = [];
  const parts = [partText, partOnce(), partOnce()];
  const entries = COLUMNS.map(() => 0);
  const ofRow = new Uint16Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as SegmentRow;
    const before = runOf.length;
    for (let n = 0; n < COLUMNS.length; n++) {
      const column = COLUMNS[n] as Column;
      let text = column === 'outcome' ? outcomeKey(row) : row[column];
      const part = parts[n];
      if (part !== undefined) {
        const parted = part(text);
        text = parted.skeleton;
        for (const run of parted.runs) runOf.push(runs.number(run));
      }
      entries[n] = (dictionaries[n] as DictionaryBuilder).number(text);
    }
    const number = numbers.number(entries);
    if (number === counts.length) {
      counts.push(0);
      runCounts.push(runOf.length - before);
    }
    counts[number] = (counts[number] as number) + 1;
    ofRow[index] = number;
  }
  return {
    ofRow,
    runCounts,
    runs: runs.texts(),
    runOf,
    write(into) {
      for (const dictionary of dictionaries) dictionary.write(into);
      into.count(counts.length);
      for (const column of numbers.columns) for (const entry of column) into.count(entry);
      for (const count of counts) into.count(count);
    },
  };
}

export class Combinations {
  readonly size: number;
  /** How many rows each has. */
  readonly counts: Uint16Array;
  readonly dictionaries: Readonly<Record<Column, Dictionary>>;
  /** The dictionary entry of each combination, column by column. */
  readonly entries: Readonly<Record<Column, Uint16Array>>;
  readonly outcomes: readonly Outcome[];
  readonly #runsBefore = new Map<SkeletonColumn | 'end', Uint16Array>();
  #failures: Uint16Array | undefined;

  constructor(from: ByteReader) {
    this.dictionaries = byColumn(() => Dictionary.read(from));
    this.size = from.count();
    this.entries = byColumn((column) => {
      const entries = from.counts(new Uint16Array(this.size));
      const { size } = this.dictionaries[column];
      if (!areBelow(entries, size)) throw new RangeError(`column ${column} has no such entry`);
      return entries;
    });
    this.counts = from.counts(new Uint16Array(this.size));
    this.outcomes = [...this.dictionaries.outcome.texts()].map(readOutcome);
  }

  get memoryBytes(): number {
    const dictionaries = Object.values(this.dictionaries).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    // Two bytes a column, the counts, the failures, and the runs before each skeleton column; the answers to eight words.
    return dictionaries + this.size * (2 * (COLUMNS.length + 2 + SKELETON_COLUMNS.length) + 8);
  }

  /** The texts of a column as words are compared with them. */
  comparable(column: SkeletonColumn | WholeColumn): Dictionary {
    const dictionary = this.dictionaries[column];
    return column === 'queue' || column === 'definition' ? dictionary.folded(comparable) : dictionary;
  }

  /** How many runs the skeleton columns before this one have, combination by combination; `end` for all of them. */
  runsBefore(column: SkeletonColumn | 'end'): Uint16Array {
    const known = this.#runsBefore.get(column);
    if (known !== undefined) return known;
    const before = new Uint16Array(this.size);
    for (const earlier of SKELETON_COLUMNS) {
      if (earlier === column) break;
      const counts = this.dictionaries[earlier].runCounts();
      const entries = this.entries[earlier];
      for (let combination = 0; combination < this.size; combination++) {
        before[combination] = (before[combination] ?? 0) + (counts[entries[combination] ?? 0] ?? 0);
      }
    }
    this.#runsBefore.set(column, before);
    return before;
  }

  /** 1 at the combinations of failed jobs. */
  get failures(): Uint16Array {
    if (this.#failures === undefined) {
      const { outcome } = this.entries;
      this.#failures = new Uint16Array(this.size);
      for (let combination = 0; combination < this.size; combination++) {
        this.#failures[combination] = Number(this.outcomes[outcome[combination] as number]?.isFailed);
      }
    }
    return this.#failures;
  }

  text(combination: number, column: Column): string {
    return this.dictionaries[column].text(this.entries[column][combination] ?? 0);
  }
}

function byColumn<T>(make: (column: Column) => T): Record<Column, T> {
  return Object.fromEntries(COLUMNS.map((column) => [column, make(column)])) as Record<Column, T>;
}
