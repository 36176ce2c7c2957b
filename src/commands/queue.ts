/** `/batch queue enable|disable|clear <name>`: lets a queue take jobs or not, or cancels what is in it; each after a preview. */
import * as z from 'zod';
import { UserError } from '../errors';
import { nearest } from '../jobs/nearest';
import { command } from './command';
import { oneOf } from './narrow';
import { BY_DEFAULT, clearedStatuses, previewClear } from './queueClear';
import { confirmSwitch, keepQueue, type Pressed, previewSwitch } from './queueSwitch';

const ACTS = ['enable', 'disable', 'clear'] as const;

const pressedSchema = z.object({
  op: z.string().min(1),
  to: z.enum(['enable', 'disable']),
  name: z.string().min(1),
  asked: z.number(),
});

/** What a button of a preview carries. */
function pressed(op: string | undefined, filters: Record<string, unknown>): Pressed {
  const read = pressedSchema.safeParse({ ...filters, op });
  if (read.success) return read.data;
  throw new UserError('This button is from another version of batchbot. Ask again for a fresh one.', 'help queue');
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
    to: { schema: oneOf(['enable', 'disable']), meaning: 'what a button does', hidden: true },
    name: { schema: z.string(), meaning: 'the queue of a button', hidden: true },
    asked: { schema: z.coerce.number(), meaning: 'when the preview was shown', hidden: true },
  },
  flags: ['confirm', 'keep'],
  async run(asking, room) {
    const { words, flags, filters } = asking;
    if (flags.has('confirm')) return await confirmSwitch(pressed(words[0], filters), asking, room);
    if (flags.has('keep')) return await keepQueue(pressed(words[0], filters), asking, room);
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
