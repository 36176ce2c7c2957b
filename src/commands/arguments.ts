/** The words after a verb, sorted into plain words, its own filters, flags, and a search. */
import { UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import { QUERY_FILTERS } from '../jobs/query';
import { splitWords, type Token } from '../jobs/words';
import type { Command, FilterSpecs } from './command';

/** What followed a verb, sorted by its declaration. */
export interface Parsed {
  words: string[];
  filters: Record<string, unknown>;
  flags: Set<string>;
  query: Token[];
}

/**
 * @throws UserError that says how the verb goes, and the nearest of its filters and flags
 */
export function parseArguments(command: Command, text: string, slash: string): Parsed {
  const own: FilterSpecs = command.filters;
  const keys = new Set([...Object.keys(own), ...(command.searches ? QUERY_FILTERS : [])]);
  const tokens = splitWords(text, keys);
  const usage = `${slash} ${command.name} ${command.usage}`.trim();
  const parsed: Parsed = { words: [], filters: {}, flags: new Set(), query: [] };
  tokens.forEach((token, index) => {
    if (token.kind === 'flag') {
      if (!command.flags.includes(token.name)) {
        const flag = nearest(token.name, command.flags);
        throw new UserError(
          `${command.name} has no --${token.name}.${flag === undefined ? '' : ` Did you mean --${flag}?`} It goes: ${usage}`,
          `help ${command.name}`,
        );
      }
      parsed.flags.add(token.name);
    } else if (token.kind === 'filter' && Object.hasOwn(own, token.key)) {
      const checked = own[token.key]?.schema.safeParse(token.value);
      if (!checked?.success) {
        throw new UserError(
          `${token.key}:${token.value} is not usable: ${checked?.error.issues[0]?.message ?? 'unknown'}. It goes: ${usage}`,
          `help ${command.name}`,
        );
      }
      parsed.filters[token.key] = checked.data;
    } else if (token.kind === 'filter' && !command.searches) {
      const key = nearest(token.key, Object.keys(own));
      throw new UserError(
        `${command.name} has no filter "${token.key}:".${key === undefined ? '' : ` Did you mean ${key}:?`} It goes: ${usage}`,
        `help ${command.name}`,
      );
    } else {
      const isLast = index > 0 && index === tokens.length - 1;
      if (
        isLast &&
        token.kind === 'word' &&
        !token.quoted &&
        token.value.toLowerCase() === 'share' &&
        command.flags.includes('share')
      ) {
        parsed.flags.add('share');
        return;
      }
      if (token.kind === 'word') parsed.words.push(token.value);
      parsed.query.push(token);
    }
  });
  return parsed;
}
