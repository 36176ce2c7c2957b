/** The stretches of certain characters that stand in a segment's texts, each told once, without writing out every row. */
import { SKELETON_COLUMNS, type SkeletonColumn, WHOLE_COLUMNS } from './combinations';
import type { TextPart } from './segment';
import { joinSkeleton, RUN } from './texts';

/** A stretch with digits, as a template and the place of its first run. */
interface Template {
  piece: string;
  firstRun: number;
  runs: number;
  /** Runs that were seen in it, where it has one. */
  seen: Set<number>;
}

/** @param characters as in a class of a regular expression; digits must be among them */
export function piecesOf(text: TextPart, characters: string): Set<string> {
  const pieces = new Set<string>();
  const pattern = new RegExp(`[${characters}]+`, 'gu');
  const { combinations } = text;
  for (const column of WHOLE_COLUMNS) {
    for (const entry of combinations.comparable(column).texts()) {
      for (const [piece] of entry.matchAll(pattern)) pieces.add(piece);
    }
  }
  const template = new RegExp(`[${RUN}${characters}]+`, 'gu');
  for (const column of SKELETON_COLUMNS) addFromRows(text, column, template, pieces);
  return pieces;
}

function addFromRows(text: TextPart, column: SkeletonColumn, pattern: RegExp, pieces: Set<string>): void {
  const { combinations, columns } = text;
  const dictionary = combinations.dictionaries[column];
  const templates = [...dictionary.texts()].map((skeleton) => {
    const found: Template[] = [];
    let firstRun = 0;
    for (const [piece] of skeleton.matchAll(pattern)) {
      const runs = piece.split(RUN).length - 1;
      if (runs === 0) pieces.add(piece);
      else found.push({ piece, firstRun, runs, seen: new Set() });
      firstRun += runs;
    }
    return found;
  });
  const before = combinations.runsBefore(column);
  const entries = combinations.entries[column];
  const { combinationOf, firstRun, runOf, runs } = columns;
  for (let row = 0; row < combinationOf.length; row++) {
    const combination = combinationOf[row] ?? 0;
    const first = (firstRun[row] ?? 0) + (before[combination] ?? 0);
    for (const template of templates[entries[combination] ?? 0] ?? []) {
      const from = first + template.firstRun;
      if (template.runs === 1) template.seen.add(runOf[from] ?? 0);
      else {
        const digits = Array.from(runOf.subarray(from, from + template.runs), (run) => runs.text(run));
        pieces.add(joinSkeleton(template.piece, digits));
      }
    }
  }
  for (const { piece, seen } of templates.flat()) {
    for (const run of seen) pieces.add(piece.replace(RUN, runs.text(run)));
  }
}
