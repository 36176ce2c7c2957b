/** `/batch queue enable|disable|clear <name>`: lets a queue take jobs or not, or cancels what is in it; each after a preview. */
import * as z from 'zod';
import { UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import type { Answer } from '../slack/deliver';
import { theAct } from './act';
import { type Asking, command, type Room } from './command';
import { confirm, keep, stop } from './operations/presses';
import { previewPage } from './operations/preview';
import { sendResults } from './operations/results';
import { tryAgain } from './operations/tryAgain';
import { BY_DEFAULT, clearedStatuses, previewClear } from './queueClear';
import { confirmSwitch, keepSwitch, previewSwitch } from './queueSwitch';

const ACTS = ['enable', 'disable', 'clear'] as const;
const PRESSES = ['confirm', 'keep', 'page', 'stop', 'results', 'again'] as const;

/** A press is on a queue's switch, or on the operation that clears one. */
async function press(flag: (typeof PRESSES)[number], asking: Asking<{ page?: number }>, room: Room): Promise<Answer> {
  const [op = ''] = asking.words;
  const isClear = op !== '' && (await room.history.operations.get(op.toUpperCase()))?.kind === 'clear';
  if (!isClear) {
    const act = await theAct(op, 'queue', room);
    return flag === 'keep' ? await keepSwitch(act, asking, room) : await confirmSwitch(act, asking, room);
  }
  switch (flag) {
    case 'confirm':
      return await confirm(op, asking, room, { verb: 'clear' });
    case 'keep':
      return await keep(op, asking, room, 'clear');
    case 'page':
      return await previewPage(op, asking.filters.page ?? 1, asking, room, 'clear');
    case 'stop':
      return await stop(op, asking, room, 'clear');
    case 'results':
      return await sendResults(op, asking, room, 'clear');
    case 'again':
      return await tryAgain(op, asking, room, 'clear');
  }
}

export const queue = command({
  name: 'queue',
  summary: 'Enables or disables a queue, or cancels what waits in it, after showing what that means.',
  group: 'acts',
  usage: 'enable|disable|clear <name> [status:]',
  example: 'disable genomics-prod-spot',
  changes: true,
  byQueue: true,
  filters: {
    status: {
      schema: clearedStatuses,
      meaning: `of clear: which jobs, ${BY_DEFAULT.join(',')} by default; active for all`,
    },
    page: { schema: z.coerce.number().int().min(1), meaning: 'a page of a preview', hidden: true },
  },
  flags: [...PRESSES],
  async run(asking, room) {
    const { words, flags, filters } = asking;
    const flag = PRESSES.find((one) => flags.has(one));
    if (flag !== undefined) return await press(flag, asking, room);
    const [act = '', name, extra] = words;
    const known = ACTS.find((one) => one === act.toLowerCase());
    if (known === undefined) {
      const meant = nearest(act.toLowerCase(), ACTS);
      throw new UserError(
        `What shall I do with a queue? It goes: ${room.slash} queue ${ACTS.join('|')} <name>.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
        words.length === 1 ? `queues ${act}` : 'help queue',
      );
    }
    if (name === undefined || extra !== undefined)
      throw new UserError(`Which queue? It goes: ${room.slash} queue ${known} <name>, one at a time.`, 'queues');
    if (known === 'clear') return await previewClear(name, filters.status ?? [...BY_DEFAULT], asking, room);
    if (filters.status !== undefined)
      throw new UserError(
        `status: narrows what is cleared; a queue is ${known}d as a whole.`,
        `queue ${known} ${name}`,
      );
    return await previewSwitch(known, name, asking, room);
  },
});
