/** The presses on an operation of any kind: confirm, keep, stop; each checks the presser's role for all of its queues. */
import { errorFields, UserError } from '../../errors';
import type { AuditEntry } from '../../history/records/audit';
import type { Operation, Outcome } from '../../history/records/operation';
import type { Answer } from '../../slack/deliver';
import type { Message } from '../../views/kit';
import { operationKept, operationStarted, operationStopping } from '../../views/operation';
import { problem } from '../../views/problem';
import { number } from '../../views/words';
import type { Asking, Room } from '../command';
import { Refusal, requireRole } from '../permission';
import { kindOf } from './kinds';

/** For more jobs than these their number has to be typed. */
export const MOST_UNTYPED = 100;

/**
 * A second message looks after the first one, and takes the work up when a worker died over it: SQS brings the first one
 * again only when its visibility timeout is over, six times as long as a worker lives (`infra/parkedQueue.ts`).
 */
const SECOND_LOOK_SECONDS = 70;

/** Brings a worker to an operation that is on its way. */
async function wake(op: string, room: Room): Promise<void> {
  try {
    await room.enqueue({ kind: 'operation', op });
    await room.enqueue({ kind: 'operation', op }, SECOND_LOOK_SECONDS);
  } catch (error) {
    // It stands confirmed all the same: within two minutes the clock sees that nobody works on it (`resumeOperations.ts`).
    room.log.error('an operation could not be queued', { op, ...errorFields(error) });
  }
}

/**
 * Confirms an operation for this press.
 * @returns undefined when another press did so before, or it has expired
 */
async function start(
  op: string,
  { person, channel, inputs, flags, requestId }: Asking<unknown>,
  room: Room,
): Promise<Operation | undefined> {
  const { operations } = room.history;
  const by = { id: person.id, name: person.name };
  const reason = inputs.reason?.trim();
  const more = {
    startedFrom: requestId,
    startedIn: channel.id,
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(flags.has('anyway')
      ? { knowing: 'retried' as const }
      : flags.has('shown')
        ? { knowing: 'grown' as const }
        : {}),
  };
  try {
    return await operations.start(op, by, room.now(), more);
  } catch (error) {
    // Of a write without an answer only a look tells whether it came about.
    const known = await operations.get(op);
    if (known?.startedFrom === requestId) return known;
    throw error;
  }
}

/** How many jobs an operation is about, arrays counted by their children. */
export const sizeOf = ({ size, count }: Operation): number => size ?? count;

/** The number that somebody has to type before it is done; undefined for few jobs. */
export const numberToType = (operation: Operation): number | undefined =>
  sizeOf(operation) > MOST_UNTYPED ? sizeOf(operation) : undefined;

/** Adds a step of an operation to the audit, once; written again it changes nothing. @param more of a few jobs their ids */
export const audit = (
  { person, channel }: Asking<unknown>,
  room: Room,
  operation: Operation,
  what: 'asked' | 'kept' | 'halted',
  more: Pick<AuditEntry, 'ids'> = {},
) =>
  room.history.audit.write({
    at: room.now(),
    by: { id: person.id, name: person.name },
    channel: channel.id,
    verb: kindOf(operation.kind).words.command,
    words: operation.words,
    what,
    op: operation.op,
    count: operation.count,
    ...more,
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
  });

/** @throws Refusal for a press by somebody who has not, or no longer, the role for all of its queues */
export async function theOperation(
  op: string,
  { person }: Asking<unknown>,
  room: Room,
  verb: Operation['kind'],
): Promise<Operation> {
  const operation = await room.history.operations.get(op.toUpperCase());
  if (operation?.kind !== verb)
    throw new UserError(
      op === ''
        ? 'Which operation? Its id stands in its preview.'
        : `I know no operation ${op}. Ask again with ${room.slash} ${kindOf(verb).words.command}.`,
      `help ${kindOf(verb).words.command}`,
    );
  requireRole(person, 'operator', { queues: operation.queues ?? [undefined], op: operation.op });
  return operation;
}

/** Beside the preview, which stays as it is. */
const besides = (message: Message): Answer => ({ message, replace: false });

/** Digits in threes, as people of any country part them: `1,204`, `1 204`, `1.204`. */
const GROUPED = /^\d{1,3}(?:[\s,.'’_]\d{3})+$/;

/** What is wrong with the number that had to be typed; undefined when it is right, or was not needed. */
function mistyped(operation: Operation, { inputs }: Asking<unknown>): string | undefined {
  const size = sizeOf(operation);
  const given = (inputs.number ?? '').trim();
  const typed = GROUPED.test(given) ? given.replace(/\D/g, '') : given;
  const { doing, did } = kindOf(operation.kind).words;
  if (size <= MOST_UNTYPED || typed === String(size)) return undefined;
  return typed === ''
    ? `Nothing was ${did}: ${doing} more than ${MOST_UNTYPED} jobs needs their number typed, ${number(size)}.`
    : `Nothing was ${did}: you typed ${given}, and these are ${number(size)} jobs.`;
}

/** A press that did nothing for a reason that has nothing to do with who pressed. */
const auditRefusal = (operation: Operation, why: string, { person, channel }: Asking<unknown>, room: Room) =>
  room.history.audit.write({
    at: room.now(),
    by: { id: person.id, name: person.name },
    channel: channel.id,
    verb: kindOf(operation.kind).words.command,
    words: operation.words,
    what: 'refused',
    op: operation.op,
    count: operation.count,
    reason: why,
  });

export interface Confirming {
  verb: Operation['kind'];
  /** A last look at what is to be done; an answer in place of doing it, beside the preview. */
  check?: (operation: Operation) => Promise<Message | undefined>;
}

/** The first press wins; one that comes again, by a redelivery too, sees to it that the work goes on and does nothing twice. */
export async function confirm(
  op: string,
  asking: Asking<unknown>,
  room: Room,
  { verb, check }: Confirming,
): Promise<Answer> {
  const operation = await theOperation(op, asking, room, verb);
  const { words } = kindOf(operation.kind);
  const refusal = (message: string, why: string, suggestion?: string) =>
    new Refusal(message, why, undefined, operation.op, suggestion);
  const isOpen = operation.state === 'asked' && operation.expiresAtMs > room.now();
  if (isOpen) {
    const wrong = mistyped(operation, asking);
    if (wrong !== undefined) {
      await auditRefusal(operation, wrong, asking, room);
      return besides(problem(wrong, room.slash));
    }
    const instead = await check?.(operation);
    if (instead !== undefined) {
      await auditRefusal(operation, instead.text, asking, room);
      return besides(instead);
    }
  }
  const started = isOpen ? await start(operation.op, asking, room) : undefined;
  const known = started ?? (await theOperation(op, asking, room, verb));
  // A worker may have died right after the first press was noted.
  if (known.state === 'running' || known.state === 'halting') await wake(known.op, room);
  // So it answers too when the queue brings the press again whose worker died over its answer.
  if (known.startedFrom === asking.requestId) return { message: operationStarted(known, words), replace: true };
  switch (known.state) {
    case 'running':
    case 'halting':
      throw refusal(`Operation ${op} is already on its way; the channel shows how it goes.`, 'it was on its way');
    case 'done':
      throw refusal(`Operation ${op} is already done.`, 'it was done before');
    case 'kept':
      throw refusal(`Operation ${op} was called off: nothing was ${words.did}.`, 'it was called off');
    case 'asked':
      throw refusal(
        'That preview is too old to act on: the jobs may have changed. Ask again for a fresh one.',
        'its preview had expired',
        `${words.command} ${known.words}`,
      );
  }
}

export async function keep(op: string, asking: Asking<unknown>, room: Room, verb: Operation['kind']): Promise<Answer> {
  const operation = await theOperation(op, asking, room, verb);
  const kept = await room.history.operations.keep(operation.op);
  if (kept === undefined && operation.state !== 'kept')
    throw new UserError(`Operation ${op} was confirmed before: it is ${operation.state}.`);
  await audit(asking, room, kept ?? operation, 'kept');
  return { message: operationKept(operation, kindOf(operation.kind).words), replace: true };
}

/** Leaves all jobs as they are that are not at hand. */
export async function stop(op: string, asking: Asking<unknown>, room: Room, verb: Operation['kind']): Promise<Answer> {
  const operation = await theOperation(op, asking, room, verb);
  const halting =
    (await room.history.operations.halt(operation.op)) ?? (operation.state === 'halting' ? operation : undefined);
  if (halting === undefined)
    throw new UserError(`Operation ${op} is ${operation.state === 'done' ? 'already done' : operation.state}.`);
  await audit(asking, room, halting, 'halted');
  // Only a worker writes the message that moves: an answer in its place could come after the end, and wipe it out.
  await wake(halting.op, room);
  return besides(operationStopping(halting));
}

/** Those of an operation's jobs with which it failed, to be tried again. @throws UserError when there are none */
export async function failedOf(
  op: string,
  asking: Asking<unknown>,
  room: Room,
  verb: Operation['kind'],
): Promise<Outcome[]> {
  const operation = await theOperation(op, asking, room, verb);
  const failed: Outcome[] = [];
  for await (const { outcomes } of room.history.operations.outcomes(operation.op))
    failed.push(...outcomes.filter(({ outcome }) => outcome === 'failed'));
  if (failed.length === 0) throw new UserError(`No job of operation ${op} failed.`);
  return failed;
}
