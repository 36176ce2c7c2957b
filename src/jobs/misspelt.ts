/** What in a search that found nothing is spelt nearly like something that is known. */
import { distance } from 'fastest-levenshtein';
import { type JobRow, userOf } from './job';
import type { Query } from './query';

/** Only what is this near is offered instead: one slip in four letters, two in more. */
const mayMean = (word: string, instead: string): boolean =>
  instead !== word && distance(word, instead) <= (word.length > 4 ? 2 : 1);

/** The nearest of the known, the more frequent first; undefined where the word itself is right. */
function nearestOf(word: string, known: ReadonlyMap<string, number>): string | undefined {
  const near = [...known].filter(([candidate]) => mayMean(word, candidate.toLowerCase()));
  const away = ([candidate]: [string, number]) => distance(word, candidate.toLowerCase());
  return near.sort((a, b) => away(a) - away(b) || b[1] - a[1])[0]?.[0];
}

function counted(values: Iterable<string | undefined>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The known word of names, queues and definitions that is nearest to one of the search. */
export function misspeltWord(query: Query, rows: readonly JobRow[]): { word: string; instead: string } | undefined {
  const parts = rows
    .flatMap((row) => [row.name, row.queue, row.definition])
    .flatMap((field) => (field ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const vocabulary = counted(parts.filter((part) => part.length > 2));
  for (const word of query.words) {
    const folded = word.toLowerCase();
    if ([...vocabulary.keys()].some((known) => known.includes(folded))) continue;
    const instead = nearestOf(folded, vocabulary);
    if (instead !== undefined) return { word, instead };
  }
  return undefined;
}

const VALUES = [
  { part: 'queues', key: 'queue', known: (row: JobRow) => [row.queue] },
  { part: 'definitions', key: 'def', known: (row: JobRow) => [row.definition, row.definition?.replace(/:\d+$/, '')] },
  { part: 'users', key: 'user', known: (row: JobRow) => [userOf(row)] },
] as const;

/** The known queue, definition or user that is nearest to one of the search, and the search with it. */
export function misspeltValue(
  query: Query,
  rows: readonly JobRow[],
): { filter: (typeof VALUES)[number]['key']; instead: string; query: Query } | undefined {
  for (const { part, key, known } of VALUES) {
    const values = query[part];
    if (values === undefined) continue;
    const vocabulary = counted(rows.flatMap(known));
    const folded = new Set([...vocabulary.keys()].map((value) => value.toLowerCase()));
    for (const value of values) {
      if (value.includes('*') || folded.has(value.toLowerCase())) continue;
      const instead = nearestOf(value.toLowerCase(), vocabulary);
      if (instead === undefined) continue;
      const mended = values.map((other) => (other === value ? instead : other));
      return { filter: key, instead, query: { ...query, [part]: mended } };
    }
  }
  return undefined;
}
