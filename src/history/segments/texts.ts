/**
 * Texts as segments compare them: folded for case once, and parted into a *skeleton*, in which one byte stands for each
 * run of digits, and the runs. Thousands of names (`align-0001-shard-17`) share one skeleton (`align-·-shard-·`).
 */
import { fold } from '../../jobs/match';

/** Between the entries of a dictionary. */
export const ENTRY = '\u0000';
/** In place of a run of digits. */
export const RUN = '\u0001';
/** Inside a set of tags: between a key and its value, after each value, before the owner. */
export const TAG_VALUE = '\u0002';
export const TAG_END = '\u0003';
export const TAG_OWNER = '\u0004';

/**
 * Unicode's noncharacters from U+FDD0 on are for a program's own use (The Unicode Standard, 23.7), so they can stand for
 * the control characters that have a meaning here.
 */
const OWN_CONTROLS = new RegExp(`[${ENTRY}-${TAG_OWNER}]`, 'g');
const STAND_IN = 0xfdd0;

/** A text without the characters that have a meaning here. */
export const storable = (text: string): string =>
  text.replace(OWN_CONTROLS, (control) => String.fromCharCode(STAND_IN + control.charCodeAt(0)));

const STAND_INS = new RegExp(
  `[${String.fromCharCode(STAND_IN)}-${String.fromCharCode(STAND_IN + TAG_OWNER.charCodeAt(0))}]`,
  'g',
);

/** The text that `storable` was given. */
export const unstored = (text: string): string =>
  text.replace(STAND_INS, (sign) => String.fromCharCode(sign.charCodeAt(0) - STAND_IN));

/** A text or a word as it is compared. */
export const comparable = (text: string): string => storable(fold(text));

export interface PartedText {
  skeleton: string;
  runs: readonly string[];
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const NO_RUNS: readonly string[] = [];

/** Parts a text at its runs of digits. */
export function partText(text: string): PartedText {
  let skeleton = '';
  let from = 0;
  let runs: string[] | undefined;
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let end = at + 1;
    while (end < text.length && isDigit(text.charCodeAt(end))) end++;
    skeleton += text.slice(from, at) + RUN;
    runs ??= [];
    runs.push(text.slice(at, end));
    from = end;
    at = end;
  }
  return runs === undefined ? { skeleton: text, runs: NO_RUNS } : { skeleton: skeleton + text.slice(from), runs };
}

/** How many runs a skeleton has places for. */
export function countRuns(skeleton: string): number {
  let count = 0;
  for (let at = skeleton.indexOf(RUN); at >= 0; at = skeleton.indexOf(RUN, at + 1)) count++;
  return count;
}

export function joinSkeleton(skeleton: string, runs: Iterable<string>): string {
  const rest = runs[Symbol.iterator]();
  return skeleton.replaceAll(RUN, () => String(rest.next().value ?? ''));
}

/** What is asked of one run of digits. */
export interface RunTest {
  digits: string;
  at: 'whole' | 'start' | 'end' | 'inside';
}

/** A part of a text to look for. */
export interface TextPattern {
  /** As compared, for texts that are kept whole. */
  text: string;
  skeleton: string;
  /** One for each run in the skeleton; without any, the skeleton alone decides. */
  runs: readonly RunTest[];
  /** The whole text must be equal. */
  whole: boolean;
}

/** @param text comparable */
export function textPattern(text: string, whole = false): TextPattern {
  const { skeleton, runs: digits } = partText(text);
  const [opens, closes] = [/^[0-9]/.test(text), /[0-9]$/.test(text)];
  const runs = digits.map((run, index): RunTest => {
    const isOpen = !whole && opens && index === 0;
    const isClosing = !whole && closes && index === digits.length - 1;
    return { digits: run, at: isOpen ? (isClosing ? 'inside' : 'end') : isClosing ? 'start' : 'whole' };
  });
  return { text, skeleton, runs, whole };
}

/** What to look for among runs that stand between separators. */
export const runPart = ({ digits, at }: RunTest): string =>
  `${at === 'whole' || at === 'start' ? ENTRY : ''}${digits}${at === 'whole' || at === 'end' ? ENTRY : ''}`;
