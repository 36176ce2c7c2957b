/** What `queues`, `envs`, `defs` and `instances` have in common: words and globs that narrow a list, its pages, and what to say of nothing. */
import * as z from 'zod';
import { UserError } from '../errors';
import { globMatcher } from '../jobs/glob';
import { nearest } from '../jobs/nearest';

/** Every word must fit one of the facets: as a part of it, or, with `*`, as a pattern of the whole. */
export function fitsWords(words: readonly string[], facets: readonly (string | undefined)[]): boolean {
  const present = facets.filter((facet) => facet !== undefined).map((facet) => facet.toLowerCase());
  return words.every((word) =>
    word.includes('*')
      ? present.some(globMatcher([word]))
      : present.some((facet) => facet.includes(word.toLowerCase())),
  );
}

/** Names with `*` in a filter, several with commas. */
export const globs = z
  .string()
  .min(1, 'give a name, * allowed')
  .transform((text) => text.split(',').filter((part) => part !== ''));

/** One of a filter's values; a wrong one is told all of them. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(values, `it is one of ${values.join(', ')}`));

/** What Batch says of a queue or a compute environment: whether it is switched on, and whether it works. */
export const isSaidToBe = (
  { state, status }: { state?: string | undefined; status?: string | undefined },
  word: 'enabled' | 'disabled' | 'valid' | 'invalid',
): boolean => state?.toLowerCase() === word || status?.toLowerCase() === word;

/** Which page, from 1; set by Next and Previous. */
export const page = {
  schema: z.coerce.number('it is a number').int('it is a whole number').min(1, 'it begins with 1'),
  meaning: 'which page',
  hidden: true as const,
};

/** What was asked, as the text of a button that asks for another page of it. */
export function askedOf(verb: string, text: string): string {
  const rest = text
    .replace(/(^|\s)page:\S+/gi, '$1')
    .replace(/(^|\s)(?:[-–—]{1,2})?share\s*$/i, '$1')
    .trim();
  return `${verb} ${rest}`.trim();
}

/** The known name, or part of one, that a word which fits nothing most likely means. */
function meantBy(words: readonly string[], names: readonly string[]): string | undefined {
  const parts = names.flatMap((name) => name.split(/[^\p{L}\p{N}]+/u)).filter((part) => part.length > 2);
  const unknown = words.find((word) => !names.some((name) => fitsWords([word], [name])));
  return unknown === undefined ? undefined : nearest(unknown, [...names, ...new Set(parts)]);
}

export interface Missed {
  /** In the plural: `queues`. */
  what: string;
  words: readonly string[];
  /** Whether filters had a part in it. */
  isFiltered?: boolean;
  /** Of how many. */
  total: number;
  /** What may be named instead. */
  names: readonly string[];
  /** The command to which a name is added: `queues`, `instances env:`. */
  command: string;
}

/** For words and filters that nothing fits: of how many, and the nearest name. */
export function nothingFits({ what, words, isFiltered = false, total, names, command }: Missed): UserError {
  if (total === 0) return new UserError(`There are no ${what} in this account and region.`, 'help');
  const asked = words.length === 0 ? 'these filters' : `"${words.join(' ')}"${isFiltered ? ' and these filters' : ''}`;
  const meant = meantBy(words, names);
  const all = command.replace(/ ?\w+:$/, '');
  return new UserError(
    `None of the ${total} ${what} fits ${asked}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    meant === undefined ? all : `${command}${command.endsWith(':') ? '' : ' '}${meant}`,
  );
}
