/**
 * Which of up to sixteen segments hold a token (a stretch of letters and digits) in any text: what is in none need not be
 * looked for in any, and sixteen segments' vocabulary is read for the price of half a segment.
 */
import { ByteWriter } from './bytes';
import { Dictionary } from './dictionary';
import { guard, readPart, writePart } from './part';
import { piecesOf } from './pieces';
import type { Question } from './question';
import type { TextPart } from './segment';
import { ENTRY, type TextPattern } from './texts';

export const SEGMENTS_PER_VOCABULARY = 16;
const ALL = 0xffff;
/** Names that hold random tokens have a vocabulary as large as themselves: past this it is left empty, and excludes nothing. */
const MOST_BYTES = 120_000;

const TOKEN_CHARACTERS = '\\p{L}\\p{N}';
const TOKEN = new RegExp(`[${TOKEN_CHARACTERS}]+`, 'gu');

/** All tokens of a segment's texts. */
export const tokensOf = (text: TextPart): Set<string> => piecesOf(text, TOKEN_CHARACTERS);

/** @param segments the tokens of each segment, in the order of the manifest */
export function packVocabulary(segments: readonly ReadonlySet<string>[]): Buffer {
  const masks = new Map<string, number>();
  segments.forEach((tokens, n) => {
    for (const token of tokens) masks.set(token, (masks.get(token) ?? 0) | (1 << n));
  });
  return packMasks(masks);
}

function packMasks(masks: ReadonlyMap<string, number>): Buffer {
  const packed = write(
    [...masks].sort(([a], [b]) => (a < b ? -1 : 1)),
    true,
  );
  return packed.length <= MOST_BYTES ? packed : write([], false);
}

/** A vocabulary with more segments in it, each at its place; one that grew too large stays as it is. */
export function extendVocabulary(
  known: Vocabulary | undefined,
  more: ReadonlyMap<number, ReadonlySet<string>>,
): Buffer {
  if (known?.isComplete === false) return write([], false);
  const masks = new Map(known?.tokens());
  for (const [place, tokens] of more) {
    for (const token of tokens) masks.set(token, (masks.get(token) ?? 0) | (1 << place));
  }
  return packMasks(masks);
}

function write(tokens: readonly (readonly [token: string, mask: number])[], isComplete: boolean): Buffer {
  const into = new ByteWriter();
  into.byte(isComplete ? 1 : 0);
  into.count(tokens.length);
  into.text(tokens.map(([token]) => token).join(ENTRY));
  into.pairs(tokens.map(([, mask]) => mask));
  return writePart('vocabulary', [into.finish()]);
}

export class Vocabulary {
  /** False when it grew too large and was left empty. */
  readonly isComplete: boolean;
  readonly packedBytes: number;
  readonly #tokens: Dictionary;
  readonly #masks: Uint16Array;
  /** Sixteen segments ask the same. */
  readonly #answered = new WeakMap<Question, number>();

  constructor(bytes: Uint8Array, item: string) {
    const [stream] = readPart('vocabulary', bytes, item);
    const { isComplete, tokens, masks } = guard(item, () => {
      const from = stream?.();
      if (from === undefined) throw new RangeError('it is empty');
      const complete = from.byte() === 1;
      const read = Dictionary.read(from);
      return { isComplete: complete, tokens: read, masks: from.pairs(read.size) };
    });
    this.isComplete = isComplete;
    this.packedBytes = bytes.length;
    this.#tokens = tokens;
    this.#masks = masks;
  }

  /** Every token, and the places of the segments that have it. */
  *tokens(): Generator<readonly [token: string, mask: number]> {
    let entry = 0;
    for (const token of this.#tokens.texts()) yield [token, this.#masks[entry++] ?? 0];
  }

  /** A bit for each segment that may hold what the question asks for. */
  mask(question: Question, isIdKnown: boolean): number {
    const known = this.#answered.get(question);
    if (known !== undefined) return known;
    const mask = this.isComplete ? this.#maskOfAll(question, isIdKnown) : ALL;
    this.#answered.set(question, mask);
    return mask;
  }

  #maskOfAll(question: Question, isIdKnown: boolean): number {
    let mask = ALL;
    for (const condition of question.conditions) {
      if (condition.kind !== 'texts' || (condition.id !== undefined && !isIdKnown)) continue;
      let any = 0;
      for (const pattern of condition.patterns) any |= this.#maskOf(pattern);
      mask &= any;
    }
    return mask;
  }

  #maskOf({ text, whole }: TextPattern): number {
    let mask = ALL;
    for (const match of text.matchAll(TOKEN)) {
      const [token] = match;
      // At an end of the pattern a token may go on; before and after other characters it may not.
      const opens = match.index === 0 && !whole ? '' : ENTRY;
      const closes = match.index + token.length === text.length && !whole ? '' : ENTRY;
      let found = 0;
      this.#tokens.eachHit(`${opens}${token}${closes}`, (entry) => {
        found |= this.#masks[entry] ?? 0;
      });
      mask &= found;
    }
    return mask;
  }
}
