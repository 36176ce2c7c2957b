/** From the words that somebody typed, or that a button carries, to an answer: find the verb, check who, parse, run. */
import { errorFields, UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import { QueryError } from '../jobs/query';
import { parseReference } from '../jobs/reference';
import type { Answer } from '../slack/deliver';
import type { CommandRequest } from '../slack/request';
import { type Parsed, parseArguments } from './arguments';
import { awsRefusal, withinTime } from './awsRefusal';
import type { Command, Person, Room } from './command';
import { Refusal, requireRole, whomToAsk } from './permission';

function unknownVerb(word: string, rest: string, { commands, slash }: Room): UserError {
  const command = commands.find(
    ({ name }) =>
      name ===
      nearest(
        word,
        commands.map((known) => known.name),
      ),
  );
  if (command === undefined) return new UserError(`I don't know "${word}". ${slash} help lists what I can do.`, 'help');
  const meant = `${command.name} ${rest}`.trim();
  // What changes something is not run from a guess: its help is offered.
  return new UserError(
    `I don't know "${word}". Did you mean: ${slash} ${meant}`,
    command.changes ? `help ${command.name}` : meant,
  );
}

const oldControl = (): UserError =>
  new UserError(
    'This button is from another version of batchbot and does nothing any more. Ask again for a fresh one.',
    'help',
  );

/** The verb, and what follows it. */
function findVerb({ text: asked, typed }: CommandRequest, room: Room): { command: Command; rest: string } {
  const text = asked.trim();
  const [first = ''] = text.split(/\s+/, 1);
  // A pasted id, ARN or console link without a verb means that job; nothing at all asks for help.
  const word = first === '' && typed ? 'help' : first;
  const named = (name: string) => room.commands.find((known) => known.name === name);
  const command = named(word.toLowerCase().replace(/^(?:--?|–|—)/, ''));
  if (command !== undefined) return { command, rest: text.slice(first.length).trim() };
  if (!typed) throw oldControl();
  const job = named('job');
  if (job !== undefined && parseReference(text) !== undefined) return { command: job, rest: text };
  throw unknownVerb(word, text.slice(first.length).trim(), room);
}

/** So long may a search be: its buttons carry it, and Slack gives a button 2,000 characters. */
const MOST_SEARCH = 1_700;
/** What acts on ids is kept under its operation's id, which its buttons carry: some 200 of them. */
const MOST_ACT = 8_000;

/** Ids and filters, no words of a search. */
const namesJobs = (rest: string): boolean =>
  rest.split(/[\s,]+/).every((word) => word === '' || word.includes(':') || parseReference(word) !== undefined);

/**
 * Deny by default: what changes something needs the operator role, for all queues unless it checks them itself.
 * @param pressed the operation whose button was pressed, if one was
 */
function checkRole({ changes, byQueue }: Command, person: Person, pressed: string | undefined): void {
  if (changes && !(byQueue && person.role !== 'viewer'))
    requireRole(person, 'operator', pressed === undefined ? {} : { op: pressed });
}

/** The operation that a press is on, where there is one of that id. */
async function pressedOperation(
  { words: [op = ''], flags }: Pick<Parsed, 'words' | 'flags'>,
  { history }: Room,
): Promise<string | undefined> {
  if (flags.size === 0 || !/^[0-9A-Z]{5,6}$/i.test(op)) return undefined;
  return ((await history.operations.get(op.toUpperCase())) ?? (await history.acts.get(op.toUpperCase())))?.op;
}

/** A refusal is kept like an act, and tells whom to ask. */
async function refused(
  refusal: Refusal,
  { name: verb }: Command,
  words: string,
  { user, channel }: CommandRequest,
  room: Room,
): Promise<UserError> {
  await room.history.audit.write({
    at: room.now(),
    by: { id: user.id, name: user.name },
    channel: channel.id,
    verb,
    words,
    what: 'refused',
    reason: refusal.why,
    ...(refusal.op === undefined ? {} : { op: refusal.op }),
  });
  return whomToAsk(refusal, await room.roles.admins());
}

/**
 * @throws UserError with the right form, for words that make no sense
 * @throws anything else: a bug or an outage
 */
export async function runCommand(request: CommandRequest, room: Room, remainingMs: () => number): Promise<Answer> {
  const { command, rest } = findVerb(request, room);
  const again = `${command.name} ${rest}`.trim();
  const most = command.changes && namesJobs(rest) ? MOST_ACT : MOST_SEARCH;
  if (command.searches && rest.length > most) {
    throw new UserError(`That is too long: ${rest.length} characters, and I take ${most}.`, `help ${command.name}`);
  }
  try {
    const { channel, inputs } = request;
    const person = await room.roles.personOf(request.user, channel.id, command.byRole ? 'acts' : 'looks', remainingMs);
    const parsed = parseArguments(command, rest, room.slash);
    checkRole(
      command,
      person,
      command.changes && person.role === 'viewer' ? await pressedOperation(parsed, room) : undefined,
    );
    const answer = command.run(
      { ...parsed, person, channel, text: rest, inputs, requestId: request.id, remainingMs },
      room,
    );
    // An act is never given up half-way: what it has begun is told by itself.
    return await (command.changes ? answer : withinTime(answer, remainingMs(), again));
  } catch (error) {
    if (error instanceof QueryError) throw new UserError(error.message, `help ${command.name}`);
    if (error instanceof Refusal) throw await refused(error, command, rest, request, room);
    const said = awsRefusal(error, command.changes ? undefined : again);
    if (said === undefined) throw error;
    room.log.warn('AWS refused', { text: request.text, ...errorFields(error) });
    throw said;
  }
}
