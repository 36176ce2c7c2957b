/** A state that was typed as a word, which finds what is called so, and not what is in that state. */
import { type Query, STATUS_WORDS, type StatusWord } from './query';

export interface StatusMeant {
  word: string;
  status: StatusWord;
  /** The search with the state in the word's place. */
  query: Query;
}

/** Undefined where no word is a state, or the search has a `status:` of its own. */
export function statusMeant(query: Query): StatusMeant | undefined {
  if (query.statuses !== undefined) return undefined;
  for (const word of query.words) {
    const status = STATUS_WORDS.find((known) => known === word.toLowerCase());
    if (status === undefined) continue;
    const words = query.words.filter((other) => other !== word);
    return { word, status, query: { ...query, words, statuses: [status] } };
  }
  return undefined;
}
