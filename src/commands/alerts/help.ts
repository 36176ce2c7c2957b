/** `/batch alerts help [verb]`: derived from the declarations of the words after `alerts`. */
import { UserError } from '../../errors';
import { nearest } from '../../jobs/nearest';
import { alertsHelp } from '../../views/alertsHelp';
import type { AlertsVerb } from './verb';

/** @param verbs all of them; a function, since this is one of them */
export const help = (verbs: () => readonly AlertsVerb[]): AlertsVerb => ({
  name: 'help',
  usage: '[one of these words]',
  summary: 'Shows what goes after alerts, or how one of these goes.',
  example: 'route',
  async run({ words: [word] }, room) {
    const all = verbs().filter(({ name }) => name !== 'help');
    if (word === undefined) return { message: alertsHelp(all, room.slash) };
    const folded = word.toLowerCase();
    const one = all.find(({ name, also = [] }) => name === folded || also.includes(folded));
    if (one !== undefined) return { message: alertsHelp([one], room.slash) };
    const meant = nearest(
      folded,
      all.map(({ name }) => name),
    );
    throw new UserError(
      `alerts knows no "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
      meant === undefined ? 'alerts help' : `alerts help ${meant}`,
    );
  },
});
