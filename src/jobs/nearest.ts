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
