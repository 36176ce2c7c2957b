/** Where in a segment's rows a pattern with digits may stand, and whether a row's digits are those of the pattern. */
import type { Combinations } from './combinations';
import type { MaybeFound } from './conditionAnswer';
import type { Dictionary } from './dictionary';
import type { RowColumns } from './rowColumns';
import { runPart } from './texts';

/** Finds the runs of digits that hold a part, 1 at each; undefined when there are none. */
export type RunFinder = (part: string) => Uint8Array | undefined;

/** Looks for each part once. */
export function runFinder(runs: Dictionary): RunFinder {
  const known = new Map<string, Uint8Array | undefined>();
  return (part) => {
    if (known.has(part)) return known.get(part);
    let fits: Uint8Array | undefined;
    runs.eachHit(part, (run) => {
      fits ??= new Uint8Array(runs.size);
      fits[run] = 1;
    });
    known.set(part, fits);
    return fits;
  };
}

export class DigitPlaces {
  /** For each run of the pattern, 1 at the runs of digits that fit. */
  readonly fits: readonly Uint8Array[];
  /** Of each skeleton, how many runs stand before the places where the pattern may begin. */
  readonly #placesOf: readonly (readonly number[] | undefined)[];
  readonly #entries: Uint16Array;
  /** How many runs the rows of a combination have before this column's. */
  readonly #before: Uint16Array;

  private constructor(
    fits: readonly Uint8Array[],
    placesOf: readonly (readonly number[] | undefined)[],
    entries: Uint16Array,
    before: Uint16Array,
  ) {
    this.fits = fits;
    this.#placesOf = placesOf;
    this.#entries = entries;
    this.#before = before;
  }

  /** Undefined when no row has the pattern's digits. */
  static find({ pattern, column }: MaybeFound, combinations: Combinations, runs: RunFinder): DigitPlaces | undefined {
    const fits: Uint8Array[] = [];
    for (const test of pattern.runs) {
      const found = runs(runPart(test));
      if (found === undefined) return undefined;
      fits.push(found);
    }
    const dictionary = combinations.dictionaries[column];
    const placesOf = new Array<readonly number[] | undefined>(dictionary.size).fill(undefined);
    dictionary.findSkeleton(pattern, (entry, places) => {
      placesOf[entry] = places;
    });
    return new DigitPlaces(fits, placesOf, combinations.entries[column], combinations.runsBefore(column));
  }

  mayStandIn(combination: number): boolean {
    return this.#placesOf[this.#entries[combination] as number] !== undefined;
  }

  /** The place of the one run that decides, among all runs of a row; undefined when it takes a closer look. */
  onlyPlace(combination: number): number | undefined {
    const places = this.#placesOf[this.#entries[combination] as number];
    if (this.fits.length !== 1 || places?.length !== 1) return undefined;
    return (places[0] as number) + (this.#before[combination] as number);
  }

  stands(combination: number, row: number, { firstRun, runOf }: RowColumns): boolean {
    const places = this.#placesOf[this.#entries[combination] as number];
    if (places === undefined) return false;
    const first = (firstRun[row] as number) + (this.#before[combination] as number);
    const { fits } = this;
    for (let n = 0; n < places.length; n++) {
      const from = first + (places[n] as number);
      let run = 0;
      while (run < fits.length && fits[run]?.[runOf[from + run] as number] === 1) run++;
      if (run === fits.length) return true;
    }
    return false;
  }
}
