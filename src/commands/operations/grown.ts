/** The last look at a search before what it found is acted on: whether it finds more by now than was shown. */
import type { Operation } from '../../history/records/operation';
import { arrayParentOf, type JobRow } from '../../jobs/job';
import type { Message } from '../../views/kit';
import { operationGrown } from '../../views/operationDoubts';
import type { Asking, Room } from '../command';
import { kindOf } from './kinds';
import { numberToType } from './presses';

/**
 * @param find makes the operation's search again
 * @returns what is told in place of acting; undefined where nothing is new, or where only what was shown is meant
 */
export async function checkGrown(
  operation: Operation,
  asking: Asking<unknown>,
  room: Room,
  find: () => Promise<readonly JobRow[]>,
): Promise<Message | undefined> {
  if (operation.searched !== true || asking.flags.has('shown')) return undefined;
  const frozen = await room.history.operations.ids(operation.op);
  const shown = new Set(frozen.flatMap((id) => [id, arrayParentOf(id) ?? id]));
  const whole = new Set(frozen);
  const more = (await find()).filter(({ id }) => !shown.has(id) && !whole.has(arrayParentOf(id) ?? ''));
  if (more.length === 0) return undefined;
  const { words } = kindOf(operation.kind);
  const flags = asking.flags.has('anyway') ? ' --anyway' : '';
  return operationGrown(
    { operation, words, typeNumber: numberToType(operation), typed: asking.inputs },
    more,
    room.now(),
    flags,
  );
}
