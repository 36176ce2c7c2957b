/** What one segment answers to a question: which of its rows match, and how many. */
import type { Combinations } from './combinations';
import { ANSWERS, answerCondition, type ConditionAnswer, type MaybeFound } from './conditionAnswer';
import type { Dictionary } from './dictionary';
import type { IdColumn } from './idColumn';
import type { Question } from './question';
import type { TextPart } from './segment';
import { runPart } from './texts';

/** Held here, since an import is looked up anew at each use unless the program is bundled. */
const { NO, YES, DEPENDS } = ANSWERS;
const ELSEWHERE = -1;

/** A candidate with its digits looked up: for each run, 1 at the runs that fit. */
interface ReadyCandidate {
  firstRuns: readonly number[];
  fits: readonly Uint8Array[];
}

/** A condition ready to be asked of rows. */
interface Ready {
  answers: Uint8Array;
  candidates: (readonly ReadyCandidate[] | undefined)[];
  /** 1 at the rows whose id fits. */
  byId: Uint8Array | undefined;
}

/** Whether the ids are needed: a word that looks like a part of an id may match by the id alone. */
export const needsIds = ({ conditions }: Question): boolean =>
  conditions.some((condition) => (condition.kind === 'texts' || condition.kind === 'id') && condition.id !== undefined);

export class SegmentAnswer {
  readonly #text: TextPart;
  readonly #ids: IdColumn | undefined;
  readonly #conditions: ConditionAnswer[] = [];
  #ready: readonly Ready[] | undefined;
  #rows: Uint16Array | undefined;
  /** `NO`, `YES` or `DEPENDS` for each combination, over all conditions. */
  #answers: Uint8Array;
  /** Rows of combinations that answer `YES`, and `DEPENDS`. */
  #sure = 0;
  #depends = 0;

  /** @param ids needed where `needsIds` says so; without them, ids match nothing */
  constructor(question: Question, text: TextPart, ids?: IdColumn) {
    this.#text = text;
    this.#ids = ids;
    this.#answers = new Uint8Array(text.combinations.size).fill(YES);
    for (const condition of question.conditions) {
      const answered = answerCondition(condition, text.combinations, ids !== undefined);
      this.#conditions.push(answered);
      if (!both(this.#answers, answered.answers)) break;
    }
    this.#sum();
  }

  /** False when no row can match: the rows need not be unpacked. */
  get mayMatch(): boolean {
    return this.#sure + this.#depends > 0;
  }

  matches(row: number): boolean {
    if (!this.#prepare()) return false;
    const combination = this.#text.columns.combinationOf[row] ?? 0;
    const answer = this.#answers[combination];
    return answer === DEPENDS ? this.#verify(row, combination) : answer === YES;
  }

  /** How many of the rows from `first` to before `end` match. */
  count(first: number, end: number): number {
    if (first >= end || !this.#prepare()) return 0;
    const isWhole = first === 0 && end === this.#text.rowCount;
    if (isWhole && this.#depends === 0) return this.#sure;
    const rows = this.#matching();
    return lowerBound(rows, end) - lowerBound(rows, first);
  }

  /** At most so many rows that match, from `first` to before `end`, the newest first unless `up`. */
  rows(first: number, end: number, up: boolean, atMost: number): number[] {
    if (!this.#prepare()) return [];
    const found: number[] = [];
    if (this.#depends === 0) {
      const answers = this.#answers;
      const { combinationOf } = this.#text.columns;
      for (let row = up ? first : end - 1; up ? row < end : row >= first; row += up ? 1 : -1) {
        if (answers[combinationOf[row] as number] === YES && found.push(row) >= atMost) break;
      }
      return found;
    }
    const rows = this.#matching();
    const [low, high] = [lowerBound(rows, first), lowerBound(rows, end)];
    for (let at = up ? low : high - 1; up ? at < high : at >= low; at += up ? 1 : -1) {
      if (found.push(rows[at] as number) >= atMost) break;
    }
    return found;
  }

  /** All rows that match, in order. */
  #matching(): Uint16Array {
    if (this.#rows !== undefined) return this.#rows;
    const answers = this.#answers;
    const { combinationOf, firstRun, runOf } = this.#text.columns;
    const { places, fits } = this.#onePlace();
    const rows = new Uint16Array(combinationOf.length);
    let count = 0;
    for (let row = 0; row < combinationOf.length; row++) {
      const combination = combinationOf[row] as number;
      const answer = answers[combination];
      if (answer === NO) continue;
      if (answer === DEPENDS) {
        const place = places[combination] as number;
        const isFound =
          place === ELSEWHERE
            ? this.#verify(row, combination)
            : fits[runOf[(firstRun[row] as number) + place] as number] === 1;
        if (!isFound) continue;
      }
      rows[count++] = row;
    }
    this.#rows = rows.subarray(0, count);
    return this.#rows;
  }

  /**
   * Looks the digits and ids up, which rules most combinations out before any row is looked at.
   * @returns whether any row can still match
   */
  #prepare(): boolean {
    if (!this.mayMatch) return false;
    if (this.#ready !== undefined || this.#depends === 0) return true;
    const answers = new Uint8Array(this.#answers.length).fill(YES);
    const runs = runFinder(this.#text.columns.runs);
    this.#ready = this.#conditions.map((condition) => {
      const ready = this.#readyFor(condition, runs);
      both(answers, ready.answers);
      return ready;
    });
    this.#answers = answers;
    this.#sum();
    return this.mayMatch;
  }

  #readyFor({ answers, maybes, id }: ConditionAnswer, findRuns: RunFinder): Ready {
    const found = id === undefined ? undefined : this.#ids?.find(id.hex, id.places, id.fits, id.isOfChildrenOnly);
    const byId = found?.includes(1) ? found : undefined;
    const ready = answers.slice();
    const candidates: (ReadyCandidate[] | undefined)[] = [];
    for (const maybe of maybes) addCandidates(maybe, this.#text.combinations, findRuns, candidates);
    for (let combination = 0; combination < ready.length; combination++) {
      if (ready[combination] === DEPENDS && byId === undefined && candidates[combination] === undefined) {
        ready[combination] = NO;
      }
    }
    return { answers: ready, candidates, byId };
  }

  /**
   * Most words with digits have one run, which can stand in one place of a text: that place, combination by combination,
   * or `ELSEWHERE` where it takes more than a look at one run.
   */
  #onePlace(): { places: Int32Array; fits: Uint8Array } {
    const places = new Int32Array(this.#answers.length).fill(ELSEWHERE);
    const dependent = (this.#ready ?? []).filter(({ answers }) => answers.includes(DEPENDS));
    const [only] = dependent;
    const first = only?.candidates.find((found) => found !== undefined)?.[0];
    const fits = first?.fits[0];
    if (only === undefined || dependent.length > 1 || only.byId !== undefined || fits === undefined) {
      return { places, fits: new Uint8Array(0) };
    }
    only.candidates.forEach((found, combination) => {
      const [candidate] = found ?? [];
      if (found?.length !== 1 || candidate?.fits.length !== 1 || candidate.fits[0] !== fits) return;
      if (candidate.firstRuns.length === 1) places[combination] = candidate.firstRuns[0] ?? ELSEWHERE;
    });
    return { places, fits };
  }

  #verify(row: number, combination: number): boolean {
    const conditions = this.#ready ?? [];
    for (let n = 0; n < conditions.length; n++) {
      const condition = conditions[n];
      if (condition === undefined || condition.answers[combination] === YES || condition.byId?.[row] === 1) continue;
      if (!this.#stands(condition.candidates[combination], row)) return false;
    }
    return true;
  }

  #stands(candidates: readonly ReadyCandidate[] | undefined, row: number): boolean {
    if (candidates === undefined) return false;
    const { firstRun, runOf } = this.#text.columns;
    const first = firstRun[row] as number;
    for (const { firstRuns, fits } of candidates) {
      for (let n = 0; n < firstRuns.length; n++) {
        const from = first + (firstRuns[n] as number);
        let place = 0;
        while (place < fits.length && fits[place]?.[runOf[from + place] as number] === 1) place++;
        if (place === fits.length) return true;
      }
    }
    return false;
  }

  #sum(): void {
    const { counts } = this.#text.combinations;
    this.#sure = 0;
    this.#depends = 0;
    for (let combination = 0; combination < counts.length; combination++) {
      const answer = this.#answers[combination];
      if (answer === YES) this.#sure += counts[combination] ?? 0;
      else if (answer === DEPENDS) this.#depends += counts[combination] ?? 0;
    }
  }
}

/** Narrows the answers down by those of one more condition; false when no combination is left. */
function both(answers: Uint8Array, more: Uint8Array): boolean {
  let left = 0;
  for (let combination = 0; combination < answers.length; combination++) {
    const known = answers[combination] as number;
    const other = more[combination] as number;
    // No beats all, and "depends" beats yes: NO is 0, YES 1, DEPENDS 2.
    const answer = known * other === NO ? NO : known | other;
    answers[combination] = answer > DEPENDS ? DEPENDS : answer;
    left |= answer;
  }
  return left !== 0;
}

type RunFinder = (part: string) => Uint8Array | undefined;

/** Finds the runs of digits that hold a part, once for each part; undefined when there are none. */
function runFinder(runs: Dictionary): RunFinder {
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

/** The places of a pattern whose digits are among the runs, combination by combination. */
function addCandidates(
  { pattern, column }: MaybeFound,
  combinations: Combinations,
  findRuns: RunFinder,
  candidates: (ReadyCandidate[] | undefined)[],
): void {
  const fits: Uint8Array[] = [];
  for (const test of pattern.runs) {
    const found = findRuns(runPart(test));
    if (found === undefined) return;
    fits.push(found);
  }
  const places = new Map<number, readonly number[]>();
  combinations.dictionaries[column].findSkeleton(pattern, (entry, found) => places.set(entry, found));
  const entries = combinations.entries[column];
  const before = combinations.runsBefore(column);
  for (let combination = 0; combination < entries.length; combination++) {
    const found = places.get(entries[combination] ?? 0);
    if (found === undefined) continue;
    const shift = before[combination] ?? 0;
    const known = candidates[combination] ?? [];
    known.push({ firstRuns: shift === 0 ? found : found.map((place) => place + shift), fits });
    candidates[combination] = known;
  }
}

/** How many of the sorted rows come before one. */
function lowerBound(rows: Uint16Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
