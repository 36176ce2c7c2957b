/** Reads who is to be told: channels, people, `submitter`, `here`, `me`, or nowhere; and whether Slack lets us. */
import { UserError } from '../../errors';
import type { Target } from '../../history/records/routes';
import type { Room } from '../command';
import type { AlertsAsking } from './verb';

const MENTION = /^<(@|#)([A-Z0-9]+)(?:\|[@#]?([^>]*))?>$/;
const NOWHERE = new Set(['nowhere', 'nobody', 'none']);

const isChannel = (id: string): boolean => /^[CG][A-Z0-9]{2,}$/.test(id);
const isUser = (id: string): boolean => /^[UW][A-Z0-9]{2,}$/.test(id);

/** The channel where somebody asks; in a direct message they themselves. */
export const hereOf = ({ channel, person }: Pick<AlertsAsking, 'channel' | 'person'>): Target =>
  isChannel(channel.id)
    ? { kind: 'channel', id: channel.id, ...(channel.name === '' ? {} : { name: channel.name }) }
    : { kind: 'user', id: person.id, name: person.name };

/**
 * One word: a target, `nowhere`, or undefined for a word that is none.
 * @throws UserError for a name of which Slack made no mention, and for a user group
 */
export function targetNamed(
  word: string,
  asking: Pick<AlertsAsking, 'channel' | 'person'>,
): Target | 'nowhere' | undefined {
  const folded = word.toLowerCase();
  if (NOWHERE.has(folded)) return 'nowhere';
  if (folded === 'here') return hereOf(asking);
  if (folded === 'me') return { kind: 'user', id: asking.person.id, name: asking.person.name };
  if (folded === 'submitter' || folded === 'owner') return { kind: 'submitter' };
  const [, sign, mentioned, label = ''] = MENTION.exec(word) ?? [];
  const id = mentioned ?? word;
  const name = label === '' ? {} : { name: label };
  if (isChannel(id) && sign !== '@') return { kind: 'channel', id, ...name };
  if (isUser(id) && sign !== '#') return { kind: 'user', id, ...name };
  if (word.startsWith('<!subteam'))
    throw new UserError('Alerts go to channels and people, not to user groups. Name the group’s channel.');
  if (word.startsWith('#') || word.startsWith('@'))
    throw new UserError(
      `Slack made no mention of "${word}": choose the name from the list that Slack offers as you type, or give its id (C… or U…).`,
    );
  return undefined;
}

/** @throws UserError for a channel or person that can't be told, with what to do */
export async function checkTargets(
  to: readonly Target[],
  room: Room,
  remainingMs: () => number,
): Promise<readonly Target[]> {
  return await Promise.all(
    to.map(async (target) => {
      if (target.kind === 'submitter') return target;
      const found = await room.slack.places.look(target.id, remainingMs);
      const called = target.name ?? target.id;
      if (found.problem === 'gone')
        throw new UserError(
          target.kind === 'channel'
            ? `I can’t see a channel ${called}: it is gone, or private without me in it. Invite me there first.`
            : `Slack knows nobody with the id ${called} any more.`,
        );
      if (found.problem === 'archived') throw new UserError(`Channel ${called} is archived: nobody would read it.`);
      if (found.problem === 'outside')
        throw new UserError(`I am not in channel ${called}. Invite me there first: /invite @batchbot`);
      if (found.problem === 'bot') throw new UserError(`${called} is a bot, and bots don’t read alerts.`);
      return found.name === undefined ? target : { ...target, name: found.name };
    }),
  );
}
