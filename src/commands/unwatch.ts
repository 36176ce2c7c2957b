/** `/batch unwatch <id>`: ends a watch before its jobs have ended. One's own; of others, by operators. */
import { UserError } from '../errors';
import type { Watch } from '../history/records/watch';
import { standingOf } from '../jobs/progress';
import { tellEnd } from '../notices/watches/lookAtWatch';
import { whatOf } from '../views/watch';
import { watchStopped } from '../views/watches';
import { type Asking, command, type Room } from './command';
import { isAtLeast, Refusal } from './permission';
import { watches as watchesCommand } from './watches';

function checkOwner(watch: Watch, { person }: Asking<unknown>): void {
  if (watch.by.id === person.id || isAtLeast(person.role, 'operator')) return;
  throw new Refusal(
    `${watch.by.name} watches this. It can be ended by ${watch.by.name}, or by an operator.`,
    `of ${watch.by.name}, needs the operator role`,
    'operator',
  );
}

/** The id of the open watch that is meant: its own, or that of the one job that it watches. */
async function meant(word: string, { person }: Asking<unknown>, room: Room): Promise<Watch | undefined> {
  const open = await room.history.watches.list('now');
  const byId = open.find(({ id }) => id === word.toUpperCase());
  if (byId !== undefined) return byId;
  if (word.length < 8) return undefined;
  const ofJob = open.filter(({ ids }) => ids?.length === 1 && ids[0]?.startsWith(word.toLowerCase()) === true);
  return ofJob.find(({ by }) => by.id === person.id) ?? ofJob[0];
}

export const unwatch = command({
  name: 'unwatch',
  summary: 'Ends a watch; its jobs go on. One’s own, and for operators anybody’s.',
  group: 'tells',
  usage: '[id of the watch, or of its job]',
  example: '',
  byRole: true,
  async run(asking, room) {
    const { words, person, channel, text } = asking;
    const [word = ''] = words;
    // Each of the list has a button that ends it.
    if (word === '') return await watchesCommand.run({ ...asking, filters: {} }, room);
    const { watches, audit } = room.history;
    const found = await meant(word, asking, room);
    if (found === undefined) {
      const ended = await watches.ended(word.toUpperCase());
      throw new UserError(
        ended === undefined ? `There is no watch "${word}".` : `The watch of ${whatOf(ended)} has ended already.`,
        'watches',
      );
    }
    checkOwner(found, asking);
    const standing = (await watches.progress(found.id))?.standing ?? standingOf([], found.size, room.now());
    const by = { id: person.id, name: person.name };
    const ended = await watches.end(found, { at: room.now(), how: 'stopped', by, standing });
    await tellEnd(ended, room);
    if (ended.ended.how !== 'stopped')
      throw new UserError(`The watch of ${whatOf(ended)} ended at this very moment.`, 'watches');
    if (found.by.id !== person.id)
      await audit.write({
        ...{ at: room.now(), by, channel: channel.id, verb: 'unwatch', words: text, what: 'done' as const },
        told: `ended the watch of ${found.by.name}: ${whatOf(found)}`,
      });
    return { message: watchStopped(ended) };
  },
});
