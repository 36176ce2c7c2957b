/** `/batch alerts`: what arrives in this channel, and why. */
import { code, dotted, type Message, section } from '../../views/kit';
import type { AlertsVerb } from './verb';

export const list: AlertsVerb = {
  name: 'list',
  also: ['show', 'here'],
  usage: '',
  summary: 'Shows what is told here and why: rules, switches, mutes and open incidents.',
  example: '',
  async run(asking, room) {
    const rules = await room.history.routes.list('now');
    const here = rules.filter(({ to }) =>
      to.some((target) => target.kind === 'channel' && target.id === asking.channel.id),
    );
    const lines = here.map(({ id, by }) => dotted([code(id), by.name]));
    const isDefault = room.alertChannel === asking.channel.id;
    const message: Message = {
      text: 'What is told here.',
      blocks: [
        section(
          [isDefault ? '*All that no rule sends elsewhere is told here.*' : '*Rules for this channel*', ...lines].join(
            '\n',
          ),
        ),
      ],
    };
    return { message };
  },
};
