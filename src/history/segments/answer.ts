/** What one segment answers to a question: which of its rows match, and how many. */
import { ANSWERS, answerCondition, type ConditionAnswer } from './conditionAnswer';
import { DigitPlaces, type RunFinder, runFinder } from './digitPlaces';
import type { IdColumn } from './idColumn';
import type { Question } from './question';
import type { TextPart } from './segment';

/** Held here, since an import is looked up anew at each use unless the program is bundled. */
const { NO, YES, DEPENDS } = ANSWERS;
/** What decides of the rows of a combination, where it is not one run of digits at a place from 0 on. */
const [NEVER, ALWAYS, CLOSER_LOOK] = [-1, -2, -3];
/** A segment's rows are numbered by 16 bits. */
const EVERY_ROW = Uint16Array.from({ length: 0x10000 }, (_, row) => row);
const NO_DIGITS = { firstRun: new Uint32Array(0), runOf: new Uint32Array(0) };

/** A condition ready to be asked of rows. */
interface Ready {
  answers: Uint8Array;
  places: readonly DigitPlaces[];
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
    if (isWhole && this.#rows === undefined) return this.#look(undefined);
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

  /** All rows that match, from `first` to before `end`, in order; not to be changed. */
  matching(first: number, end: number): Uint16Array {
    if (first >= end || !this.#prepare()) return new Uint16Array(0);
    if (this.#depends === 0 && this.#sure === this.#text.rowCount) return EVERY_ROW.subarray(first, end);
    const rows = this.#matching();
    return rows.subarray(lowerBound(rows, first), lowerBound(rows, end));
  }

  /** All rows that match, in order. */
  #matching(): Uint16Array {
    if (this.#rows === undefined) {
      const rows = new Uint16Array(this.#text.rowCount);
      this.#rows = rows.subarray(0, this.#look(rows));
    }
    return this.#rows;
  }

  /** Looks at every row. @returns how many match */
  #look(into: Uint16Array | undefined): number {
    const { combinationOf } = this.#text.columns;
    // Digits are unpacked when they are first asked for.
    const { firstRun, runOf } = this.#depends === 0 ? NO_DIGITS : this.#text.columns;
    const { deciders, fits } = this.#deciders();
    let count = 0;
    for (let row = 0; row < combinationOf.length; row++) {
      const combination = combinationOf[row] as number;
      const decider = deciders[combination] as number;
      if (decider === NEVER) continue;
      if (decider >= 0) {
        if (fits[runOf[(firstRun[row] as number) + decider] as number] !== 1) continue;
      } else if (decider === CLOSER_LOOK && !this.#verify(row, combination)) continue;
      if (into !== undefined) into[count] = row;
      count++;
    }
    return count;
  }

  /**
   * Looks the digits and ids up, which rules most combinations out before any row is looked at.
   * @returns whether any row can still match
   */
  #prepare(): boolean {
    if (!this.mayMatch) return false;
    if (this.#ready !== undefined || this.#depends === 0) return true;
    const runs = runFinder(this.#text.columns.runs);
    this.#ready = this.#conditions.map((condition) => {
      const ready = this.#readyFor(condition, runs);
      both(this.#answers, ready.answers);
      return ready;
    });
    this.#sum();
    return this.mayMatch;
  }

  /** What depends on digits or ids that are nowhere is `NO`. */
  #readyFor({ answers: kept, maybes, id }: ConditionAnswer, runs: RunFinder): Ready {
    const answers = kept.slice();
    const byId = id === undefined ? undefined : this.#ids?.find(id.hex, id.places, id.fits, id.isOfChildrenOnly);
    const places: DigitPlaces[] = [];
    for (const maybe of maybes) {
      const stands = DigitPlaces.find(maybe, this.#text.combinations, runs);
      if (stands !== undefined) places.push(stands);
    }
    if (byId === undefined) {
      for (let combination = 0; combination < answers.length; combination++) {
        if (answers[combination] === DEPENDS && !places.some((place) => place.mayStandIn(combination))) {
          answers[combination] = NO;
        }
      }
    }
    return { answers, places, byId };
  }

  /**
   * What decides of each combination's rows. Most words with digits have one run, which can stand in one place of a text:
   * then a look at that run is enough.
   */
  #deciders(): { deciders: Int32Array; fits: Uint8Array } {
    const dependent = (this.#ready ?? []).filter(({ answers }) => answers.includes(DEPENDS));
    const [only] = dependent;
    const fits = dependent.length === 1 && only?.byId === undefined ? only?.places[0]?.fits[0] : undefined;
    const deciders = new Int32Array(this.#answers.length).fill(NEVER);
    for (let combination = 0; combination < deciders.length; combination++) {
      const answer = this.#answers[combination];
      if (answer === NO) continue;
      deciders[combination] =
        answer === YES ? ALWAYS : ((fits && onlyPlace(only?.places ?? [], combination, fits)) ?? CLOSER_LOOK);
    }
    return { deciders, fits: fits ?? new Uint8Array(0) };
  }

  #verify(row: number, combination: number): boolean {
    const conditions = this.#ready ?? [];
    const { columns } = this.#text;
    for (let n = 0; n < conditions.length; n++) {
      const condition = conditions[n] as Ready;
      if (condition.answers[combination] === YES || condition.byId?.[row] === 1) continue;
      if (!condition.places.some((place) => place.stands(combination, row, columns))) return false;
    }
    return true;
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

function onlyPlace(places: readonly DigitPlaces[], combination: number, fits: Uint8Array): number | undefined {
  let found: DigitPlaces | undefined;
  for (const place of places) {
    if (!place.mayStandIn(combination)) continue;
    if (found !== undefined || place.fits[0] !== fits) return undefined;
    found = place;
  }
  return found?.onlyPlace(combination);
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
