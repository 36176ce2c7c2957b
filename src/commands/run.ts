/** From the words that somebody typed, or that a button carries, to an answer: find the verb, check who, parse, run. */
import { closest } from 'fastest-levenshtein';
import { UserError } from '../errors';
import { QUERY_FILTERS, QueryError } from '../jobs/query';
import { splitWords, type Token } from '../jobs/words';
import type { Answer } from '../slack/deliver';
import type { CommandRequest } from '../slack/request';
import type { Command, FilterSpecs, Person, Room } from './command';
import { refusal } from './permission';

function nearest(word: string, choices: readonly string[]): string | undefined {
  if (choices.length === 0) return undefined;
  const hit = closest(word.toLowerCase(), [...choices]);
  let same = 0;
  while (same < hit.length && hit[same] === word[same]?.toLowerCase()) same++;
  return same > 0 || hit.length <= word.length + 2 ? hit : undefined;
}

function unknownVerb(word: string, rest: string, room: Room): UserError {
  const verb = nearest(
    word,
    room.commands.map(({ name }) => name),
  );
  if (verb === undefined)
    return new UserError(`I don't know "${word}". ${room.slash} help lists what I can do.`, 'help');
  const known = room.commands.find(({ name }) => name === verb);
  const suggestion = known?.changes ? `help ${verb}` : [verb, rest].filter((part) => part !== '').join(' ');
  return new UserError(
    `I don't know "${word}". Did you mean: ${room.slash} ${[verb, rest].filter((part) => part !== '').join(' ')}`,
    suggestion,
  );
}

/** A pasted job id, ARN or console link without a verb means that job. */
const looksLikeJob = (text: string): boolean =>
  /^<?(?:https:\/\/\S*console\.aws|arn:aws[\w-]*:batch:)|^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(text);

interface Parsed {
  words: string[];
  filters: Record<string, unknown>;
  flags: Set<string>;
  query: Token[];
}

function parseArguments(command: Command, text: string, slash: string): Parsed {
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
    } else if (token.kind === 'filter' && token.key in own) {
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

/**
 * @throws UserError with the right form, for words that make no sense
 * @throws anything else: a bug or an outage
 */
export async function runCommand(request: CommandRequest, room: Room, remainingMs: () => number): Promise<Answer> {
  const text = request.text.trim();
  const person: Person = {
    id: request.user.id,
    name: request.user.name,
    role: room.roleOf(request.user.id, request.user.team),
  };
  if (!request.typed && text === '') {
    throw new UserError(
      'This button is from another version of batchbot and does nothing any more. Ask again for a fresh one.',
      'help',
    );
  }
  const [first = 'help'] = text.split(/\s+/, 1);
  const word = first === '' ? 'help' : first;
  const verb = word.toLowerCase().replace(/^(?:--?|–|—)/, '');
  const isJob = !room.commands.some((known) => known.name === verb) && looksLikeJob(text);
  const name = isJob ? 'job' : verb;
  const rest = isJob ? text : text.slice(first.length).trim();
  const command = room.commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    if (request.typed) throw unknownVerb(word, rest, room);
    throw new UserError(
      'This button is from another version of batchbot and does nothing any more. Ask again for a fresh one.',
      'help',
    );
  }
  try {
    const parsed = parseArguments(command, rest, room.slash);
    const refused = command.changes ? refusal(person, 'operator', room) : undefined;
    if (refused !== undefined) {
      await room.history.audit.write({
        at: room.now(),
        by: person,
        channel: request.channel.id,
        words: text,
        what: 'refused',
      });
      room.log.info('refused', { by: person.id, role: person.role, words: text });
      throw refused;
    }
    return await command.run(
      {
        ...parsed,
        person,
        channel: request.channel,
        text: rest,
        inputs: request.inputs,
        pressed: !request.typed,
        remainingMs,
      },
      room,
    );
  } catch (error) {
    if (error instanceof QueryError) throw new UserError(error.message, `help ${command.name}`);
    throw error;
  }
}
