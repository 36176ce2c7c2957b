/** Searches find parts of words: whether a word stands in a name by itself, or only inside a longer one, as preregA in preregA2. */
import { fold } from './match';

const LETTER = /[\p{L}\p{N}]/u;
const isLetter = (character: string | undefined): boolean => character !== undefined && LETTER.test(character);

/** How a word stands in a name: `inside` where a letter or digit goes on before or behind it wherever it comes. */
export function standsIn(word: string, name: string): 'whole' | 'inside' | 'nowhere' {
  const [part, text] = [fold(word), fold(name)];
  if (part === '') return 'nowhere';
  let found: 'inside' | 'nowhere' = 'nowhere';
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const goesOnBefore = isLetter(part[0]) && isLetter(text[at - 1]);
    const goesOnBehind = isLetter(part.at(-1)) && isLetter(text[at + part.length]);
    if (!goesOnBefore && !goesOnBehind) return 'whole';
    found = 'inside';
  }
  return found;
}

interface Named {
  name?: string | undefined;
}

/** Whether one of the words is in the job's name, but only inside a longer one. */
export const isLonger = (words: readonly string[], { name = '' }: Named): boolean =>
  words.some((word) => standsIn(word, name) === 'inside');

export interface Trap<T> {
  word: string;
  /** The jobs that have it only inside a longer word. */
  longer: T[];
  /** There is a job called exactly so. */
  isName: boolean;
}

/** The word that some jobs have by itself and others only inside a longer one; undefined where nothing is ambiguous. */
export function trapIn<T extends Named>(words: readonly string[], jobs: readonly T[]): Trap<T> | undefined {
  for (const word of words) {
    const longer = jobs.filter(({ name = '' }) => standsIn(word, name) === 'inside');
    if (longer.length === 0 || !jobs.some(({ name = '' }) => standsIn(word, name) === 'whole')) continue;
    return { word, longer, isName: jobs.some(({ name = '' }) => fold(name) === fold(word)) };
  }
  return undefined;
}
