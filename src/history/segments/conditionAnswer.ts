/** What the combinations of a segment answer to one condition of a search, before any row is looked at. */
import { type Combinations, SKELETON_COLUMNS, type SkeletonColumn } from './combinations';
import type { Condition, IdTest, TextColumn } from './question';
import type { TextPattern } from './texts';

/** How a combination answers. */
export const ANSWERS = { NO: 0, YES: 1, DEPENDS: 2 } as const;
const { NO, YES, DEPENDS } = ANSWERS;

/** A pattern with digits that may stand in some skeletons of a column: the digits of each row decide. */
export interface MaybeFound {
  pattern: TextPattern;
  column: SkeletonColumn;
}

/** Kept for the next search: not to be changed. */
export interface ConditionAnswer {
  /** `NO`, `YES` or `DEPENDS` for each combination. */
  answers: Uint8Array;
  maybes: readonly MaybeFound[];
  id?: IdTest;
}

/** Of so many words a segment keeps the answers: whoever turns pages or narrows a search down asks the same words again. */
const MOST_KEPT = 8;
const kept = new WeakMap<Combinations, Map<string, ConditionAnswer>>();
const names = new WeakMap<Condition, string>();

/** The same for conditions on texts that are the same. */
function nameOf(condition: Condition & { kind: 'texts' }): string {
  let name = names.get(condition);
  if (name === undefined) {
    const { columns, patterns } = condition;
    name = JSON.stringify([columns, patterns.map(({ text, whole }) => [text, whole])]);
    names.set(condition, name);
  }
  return name;
}

export function answerCondition(condition: Condition, combinations: Combinations, hasIds: boolean): ConditionAnswer {
  if (condition.kind !== 'texts' || condition.id !== undefined) return answer(condition, combinations, hasIds);
  const known = kept.get(combinations) ?? new Map<string, ConditionAnswer>();
  kept.set(combinations, known);
  const name = nameOf(condition);
  let found = known.get(name);
  if (found === undefined) {
    found = answer(condition, combinations, hasIds);
    for (const oldest of known.keys()) {
      if (known.size < MOST_KEPT) break;
      known.delete(oldest);
    }
    known.set(name, found);
  }
  return found;
}

function answer(condition: Condition, combinations: Combinations, hasIds: boolean): ConditionAnswer {
  const answers = new Uint8Array(combinations.size);
  switch (condition.kind) {
    case 'entries': {
      const fits = bits([...combinations.comparable(condition.column).texts()].map(condition.fits));
      mark(answers, combinations.entries[condition.column], fits, YES);
      return { answers, maybes: [] };
    }
    case 'outcome': {
      const fits = bits(combinations.outcomes.map(condition.fits));
      mark(answers, combinations.entries.outcome, fits, YES);
      return { answers, maybes: [] };
    }
    case 'id':
      return { answers: answers.fill(hasIds ? DEPENDS : NO), maybes: [], id: condition.id };
    case 'texts': {
      const maybes: MaybeFound[] = [];
      for (const pattern of condition.patterns) {
        for (const column of condition.columns) {
          const isSkeleton = pattern.runs.length > 0 && isSkeletonColumn(column);
          const found = findEntries(pattern, column, combinations, isSkeleton);
          if (found === undefined) continue;
          mark(answers, combinations.entries[column], found, isSkeleton ? DEPENDS : YES);
          if (isSkeleton) maybes.push({ pattern, column });
        }
      }
      if (condition.id === undefined || !hasIds) return { answers, maybes };
      for (let combination = 0; combination < answers.length; combination++) {
        if (answers[combination] === NO) answers[combination] = DEPENDS;
      }
      return { answers, maybes, id: condition.id };
    }
  }
}

const isSkeletonColumn = (column: string): column is SkeletonColumn =>
  SKELETON_COLUMNS.some((known) => known === column);

/** 1 at the dictionary's entries that hold the pattern, undefined when none does. */
function findEntries(
  pattern: TextPattern,
  column: TextColumn,
  combinations: Combinations,
  isSkeleton: boolean,
): Uint8Array | undefined {
  const dictionary = combinations.comparable(column);
  let hits: Uint8Array | undefined;
  dictionary.findText(isSkeleton ? { ...pattern, text: pattern.skeleton } : pattern, (entry) => {
    hits ??= new Uint8Array(dictionary.size);
    hits[entry] = 1;
  });
  return hits;
}

const bits = (answers: readonly boolean[]): Uint8Array => Uint8Array.from(answers, Number);

/** Writes the answer at the combinations whose entry was found, 1 in `found`; `YES` stays where it is. */
function mark(answers: Uint8Array, entries: Uint16Array, found: Uint8Array, answer: number): void {
  for (let combination = 0; combination < answers.length; combination++) {
    if (found[entries[combination] as number] === 1 && answers[combination] !== YES) answers[combination] = answer;
  }
}
