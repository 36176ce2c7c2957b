/** The words after a verb, sorted into plain words, its own filters, flags, and a search. */
import { UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import { QUERY_KEYS } from '../jobs/query';
import { parseReference } from '../jobs/reference';
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
  const keys = new Set([...Object.keys(own), ...(command.searches ? QUERY_KEYS : [])]);
  const tokens = splitWords(text, keys).flatMap(eachReference);
  const usage = `${slash} ${command.name} ${command.usage}`.trim();
  const parsed: Parsed = { words: [], filters: {}, flags: new Set(), query: [] };
  const lastWords = lastWordsOf(command, tokens);
  tokens.forEach((token, index) => {
    if (token.kind === 'word' && lastWords.has(index)) {
      parsed.flags.add(token.value.toLowerCase());
    } else if (token.kind === 'flag') {
      if (!command.flags.includes(token.name)) {
        if (keys.has(token.name)) throw filterAsFlag(token.name, tokens[index + 1], command, usage);
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
      // Which of two is meant can't be guessed where something is done by it.
      if (command.changes && Object.hasOwn(parsed.filters, token.key))
        throw new UserError(`${token.key}: stands there twice. It goes: ${usage}`, `help ${command.name}`);
      parsed.filters[token.key] = checked.data;
    } else if (token.kind === 'filter' && !command.searches) {
      const key = nearest(token.key, Object.keys(own));
      throw new UserError(
        `${command.name} has no filter "${token.key}:".${key === undefined ? '' : ` Did you mean ${key}:?`} It goes: ${usage}`,
        `help ${command.name}`,
      );
    } else {
      if (token.kind === 'word') parsed.words.push(token.value);
      parsed.query.push(token);
    }
  });
  refuseExtra(command, parsed, usage);
  return parsed;
}

/** Where the plain words at the very end stand that are flags of the verb: `logs align status:failed file share`. */
function lastWordsOf(command: Command, tokens: readonly Token[]): ReadonlySet<number> {
  const places = new Set<number>();
  for (let index = tokens.length - 1; index > 0; index--) {
    const token = tokens[index];
    if (token?.kind !== 'word' || token.quoted || !command.lastWords.includes(token.value.toLowerCase())) break;
    places.add(index);
  }
  return places;
}

/** Several jobs with commas between them, `id1,id2`, as so many words. */
function eachReference(token: Token): Token[] {
  if (token.kind !== 'word' || token.quoted || !token.value.includes(',')) return [token];
  const parts = token.value.split(',').filter((part) => part !== '');
  const areJobs = parts.length > 0 && parts.every((part) => parseReference(part) !== undefined);
  return areJobs ? parts.map((value) => ({ kind: 'word', value, quoted: false })) : [token];
}

function filterAsFlag(name: string, next: Token | undefined, command: Command, usage: string): UserError {
  const value = next?.kind === 'word' ? quotedIfNeeded(next.value) : '…';
  return new UserError(
    `${name} is a filter, with a colon and no space: it goes ${name}:${value}. It all goes: ${usage}`,
    `help ${command.name}`,
  );
}

const quotedIfNeeded = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);

/** A verb whose usage begins with `<id>` takes one job, and a button's flag one operation: a word more was meant for something. */
function refuseExtra(command: Command, { words, flags, query }: Parsed, usage: string): void {
  const [first = ''] = words;
  const takesOneJob = command.usage.startsWith('<id>') && !command.searches && parseReference(first) !== undefined;
  const takesOneOperation = [...flags].some((flag) => !command.lastWords.includes(flag));
  const extra = query[1];
  if (extra === undefined || !(takesOneJob || takesOneOperation)) return;
  const word = extra.kind === 'word' ? extra.value : extra.kind === 'flag' ? `--${extra.name}` : `${extra.key}:`;
  throw new UserError(
    takesOneJob
      ? `I take one job here, and don't understand "${word}" after it. It goes: ${usage}`
      : `I take one operation here, and don't understand "${word}" after it.`,
    `help ${command.name}`,
  );
}
