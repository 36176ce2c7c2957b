/** The known word that a mistyped one most likely means. */
import { distance } from 'fastest-levenshtein';

/** Undefined when nothing is near: more than half of the letters would have to change. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const folded = word.toLowerCase();
  let best: { word: string; away: number } | undefined;
  for (const candidate of known) {
    const away = distance(folded, candidate.toLowerCase());
    if (best === undefined || away < best.away) best = { word: candidate, away };
  }
  return best !== undefined && best.away <= Math.ceil(folded.length / 2) ? best.word : undefined;
}

/**
 * The filter that a mistyped key most likely means, more strictly than `nearest`: letters swapped, or, after the same
 * first letter, one slip, two in a filter of six letters or more. A short key is a job's name as likely as not.
 */
export function nearestKey(key: string, known: Iterable<string>): string | undefined {
  const folded = key.toLowerCase();
  const near = [...known].filter((candidate) => isSlipOf(folded, candidate));
  return near.sort((a, b) => distance(folded, a) - distance(folded, b))[0];
}

function isSlipOf(key: string, known: string): boolean {
  const away = distance(key, known);
  const letters = (word: string) => [...word].sort().join('');
  if (letters(key) === letters(known)) return away <= 2;
  return key[0] === known[0] && key.length > 3 && away <= (known.length > 5 ? 2 : 1);
}

/** An id with so many characters wrong was not mistyped; it is another. */
const MOST_SLIPS = 3;

/** The known id that one with slips in it most likely means. */
export function nearestId(id: string, known: Iterable<string>): string | undefined {
  const near = Array.from(known, (candidate) => ({ candidate, away: distance(id, candidate) }));
  return near.filter(({ away }) => away <= MOST_SLIPS).sort((a, b) => a.away - b.away)[0]?.candidate;
}
