/** What one segment answers to a question: which of its rows match, and how many. */
import { type Combinations, SKELETON_COLUMNS, type SkeletonColumn } from './combinations';
import type { IdColumn } from './idColumn';
import type { Condition, IdTest, Question, TextColumn } from './question';
import type { TextPart } from './segment';
import { runFits, type TextPattern } from './texts';

/** How a combination answers a condition. */
const NO = 0;
const YES = 1;
const DEPENDS = 2;

/** Places in one combination's texts where a pattern may stand, to be verified by a row's digits. */
interface Candidate {
  pattern: TextPattern;
  /** The number of runs before the place, counted over all skeleton columns. */
  firstRuns: readonly number[];
}

interface Answered {
  /** `NO`, `YES` or `DEPENDS` for each combination. */
  answers: Uint8Array;
  candidates: Map<number, Candidate[]>;
  id?: IdTest;
}

/** Whether the ids are needed: a word that looks like a part of an id may match by the id alone. */
export const needsIds = ({ conditions }: Question): boolean =>
  conditions.some((condition) => (condition.kind === 'texts' || condition.kind === 'id') && condition.id !== undefined);

export class SegmentAnswer {
  readonly #text: TextPart;
  readonly #ids: IdColumn | undefined;
  readonly #dependent: Answered[] = [];
  readonly #byId = new Map<Answered, Uint8Array>();
  readonly #runTests = new Map<string, Uint8Array>();
  /** `NO`, `YES` or `DEPENDS` for each combination, over all conditions. */
  readonly #answers: Uint8Array;
  /** Rows of combinations that answer `YES`. */
  readonly #sure: number = 0;
  readonly #depends: number = 0;

  /** @param ids needed where `needsIds` says so; without them, ids match nothing */
  constructor(question: Question, text: TextPart, ids?: IdColumn) {
    this.#text = text;
    this.#ids = ids;
    const { combinations } = text;
    const all = new Uint8Array(combinations.size).fill(YES);
    for (const condition of question.conditions) {
      const answered = answerOf(condition, combinations, ids !== undefined);
      let depends = false;
      for (let combination = 0; combination < all.length; combination++) {
        const answer = answered.answers[combination] ?? NO;
        if (answer === YES || all[combination] === NO) continue;
        all[combination] = answer;
        if (answer === DEPENDS) depends = true;
      }
      if (depends) this.#dependent.push(answered);
      if (!all.includes(YES) && !all.includes(DEPENDS)) break;
    }
    this.#answers = all;
    for (let combination = 0; combination < all.length; combination++) {
      if (all[combination] === YES) this.#sure += combinations.counts[combination] ?? 0;
      else if (all[combination] === DEPENDS) this.#depends += combinations.counts[combination] ?? 0;
    }
  }

  /** False when no row can match: the rows need not be unpacked. */
  get mayMatch(): boolean {
    return this.#sure + this.#depends > 0;
  }

  matches(row: number): boolean {
    const combination = this.#text.columns.combinationOf[row] ?? 0;
    const answer = this.#answers[combination];
    if (answer !== DEPENDS) return answer === YES;
    return this.#dependent.every((answered) => this.#verify(answered, row, combination));
  }

  /** How many of the rows from `first` to before `end` match. */
  count(first: number, end: number): number {
    if (!this.mayMatch || first >= end) return 0;
    const isWhole = first === 0 && end === this.#text.rowCount;
    if (isWhole && this.#depends === 0) return this.#sure;
    const { combinationOf } = this.#text.columns;
    let found = isWhole ? this.#sure : 0;
    for (let row = first; row < end; row++) {
      const answer = this.#answers[combinationOf[row] ?? 0];
      if (answer === NO || (answer === YES && isWhole)) continue;
      if (answer === YES || this.matches(row)) found++;
    }
    return found;
  }

  /** Rows that match, from `first` to before `end`, the newest first unless `up`. */
  *rows(first: number, end: number, up = false): Generator<number> {
    if (!this.mayMatch) return;
    const { combinationOf } = this.#text.columns;
    for (let row = up ? first : end - 1; up ? row < end : row >= first; row += up ? 1 : -1) {
      if (this.#answers[combinationOf[row] ?? 0] !== NO && this.matches(row)) yield row;
    }
  }

  #verify(answered: Answered, row: number, combination: number): boolean {
    const answer = answered.answers[combination];
    if (answer !== DEPENDS) return answer === YES;
    const candidates = answered.candidates.get(combination);
    if (candidates?.some((candidate) => this.#stands(candidate, row)) === true) return true;
    return answered.id !== undefined && this.#idFits(answered, answered.id, row);
  }

  #stands({ pattern, firstRuns }: Candidate, row: number): boolean {
    const { firstRun, runOf } = this.#text.columns;
    const first = firstRun[row] ?? 0;
    return firstRuns.some((before) =>
      pattern.runs.every((_, place) => this.#runFits(pattern, place, runOf[first + before + place] ?? 0)),
    );
  }

  /** Each distinct run of digits is tested once. */
  #runFits(pattern: TextPattern, place: number, run: number): boolean {
    const test = pattern.runs[place];
    if (test === undefined) return false;
    const key = `${test.at} ${test.digits}`;
    let known = this.#runTests.get(key);
    if (known === undefined) {
      known = new Uint8Array(this.#text.columns.runs.length);
      this.#runTests.set(key, known);
    }
    if (known[run] === 0) known[run] = runFits(this.#text.columns.runs[run] ?? '', test) ? 1 : 2;
    return known[run] === 1;
  }

  #idFits(answered: Answered, id: IdTest, row: number): boolean {
    let found = this.#byId.get(answered);
    if (found === undefined) {
      found = this.#ids?.find(id.hex, id.places, id.fits, id.isOfChildrenOnly) ?? new Uint8Array(this.#text.rowCount);
      this.#byId.set(answered, found);
    }
    return found[row] === 1;
  }
}

function answerOf(condition: Condition, combinations: Combinations, hasIds: boolean): Answered {
  const candidates = new Map<number, Candidate[]>();
  switch (condition.kind) {
    case 'entries': {
      const fits = Uint8Array.from(combinations.comparable(condition.column).texts(), (text) =>
        condition.fits(text) ? YES : NO,
      );
      return { answers: spread(fits, combinations.entries[condition.column]), candidates };
    }
    case 'outcome': {
      const fits = Uint8Array.from(combinations.outcomes, (outcome) => (condition.fits(outcome) ? YES : NO));
      return { answers: spread(fits, combinations.entries.outcome), candidates };
    }
    case 'id':
      return {
        answers: new Uint8Array(combinations.size).fill(hasIds ? DEPENDS : NO),
        candidates,
        id: condition.id,
      };
    case 'texts': {
      const answers = new Uint8Array(combinations.size);
      for (const pattern of condition.patterns) {
        for (const column of condition.columns) {
          if (pattern.runs.length > 0 && isSkeleton(column))
            findInSkeletons(pattern, column, combinations, answers, candidates);
          else findInTexts(pattern, column, combinations, answers);
        }
      }
      if (condition.id === undefined || !hasIds) return { answers, candidates };
      for (let combination = 0; combination < answers.length; combination++) {
        if (answers[combination] === NO) answers[combination] = DEPENDS;
      }
      return { answers, candidates, id: condition.id };
    }
  }
}

const isSkeleton = (column: string): column is SkeletonColumn => SKELETON_COLUMNS.some((known) => known === column);

/** Each combination's answer from that of its entry. */
const spread = (ofEntry: Uint8Array, entries: Uint16Array): Uint8Array =>
  Uint8Array.from(entries, (entry) => ofEntry[entry] ?? NO);

function findInTexts(pattern: TextPattern, column: TextColumn, combinations: Combinations, answers: Uint8Array): void {
  const dictionary = combinations.comparable(column);
  let hits: Uint8Array | undefined;
  dictionary.findText(pattern, (entry) => {
    hits ??= new Uint8Array(dictionary.size);
    hits[entry] = 1;
  });
  if (hits === undefined) return;
  const entries = combinations.entries[column];
  for (let combination = 0; combination < answers.length; combination++) {
    if (hits[entries[combination] ?? 0] === 1) answers[combination] = YES;
  }
}

/** For a pattern with digits: a skeleton tells where it may stand. */
function findInSkeletons(
  pattern: TextPattern,
  column: SkeletonColumn,
  combinations: Combinations,
  answers: Uint8Array,
  candidates: Map<number, Candidate[]>,
): void {
  const places = new Map<number, readonly number[]>();
  combinations.dictionaries[column].findSkeleton(pattern, (entry, found) => places.set(entry, found));
  if (places.size === 0) return;
  const entries = combinations.entries[column];
  const before = combinations.runsBefore(column);
  for (let combination = 0; combination < answers.length; combination++) {
    const found = places.get(entries[combination] ?? 0);
    if (found === undefined || answers[combination] === YES) continue;
    answers[combination] = DEPENDS;
    const shift = before[combination] ?? 0;
    const known = candidates.get(combination) ?? [];
    known.push({ pattern, firstRuns: found.map((place) => place + shift) });
    candidates.set(combination, known);
  }
}
