/** The last look before jobs are retried: whether somebody else has retried some of them since they were shown. */
import type { Operation } from '../history/records/operation';
import type { Message } from '../views/kit';
import { operationTaken } from '../views/operationDoubts';
import { RETRY_WORDS } from '../views/retry';
import type { Asking, Room } from './command';
import { numberToType } from './operations/presses';

/** @returns what is told in place of acting; undefined where nobody has, or where all are meant to be retried once more */
export async function checkTaken(
  operation: Operation,
  asking: Asking<unknown>,
  room: Room,
): Promise<Message | undefined> {
  if (asking.flags.has('anyway')) return undefined;
  const taken = await takenOf(operation, room);
  if (taken.size === 0) return undefined;
  const by = new Set([...taken.values()].map(({ by: { name }, op }) => `${name} (op ${op})`));
  return operationTaken(
    { operation, words: RETRY_WORDS, typeNumber: numberToType(operation), typed: asking.inputs },
    taken.size,
    [...by],
    asking.flags.has('shown') ? ' --shown' : '',
  );
}

export const takenOf = async ({ op, askedAt }: Operation, room: Room) =>
  await room.history.retryClaims.takenSince(await room.history.operations.ids(op), askedAt, op);
