/** `/batch alerts unmute`: ends a mute, named by its id or by what it is about. */
import { UserError } from '../../errors';
import type { Mute } from '../../history/records/mutes';
import { mutesOn } from '../../notices/incidents/muteOf';
import { tellEnd } from '../../notices/routing/endMutes';
import { lasts } from '../../notices/routing/muted';
import { sameConditions } from '../../notices/routing/overlap';
import { mutesEnded } from '../../views/alertMutes';
import { conditionsText } from '../../views/alertRule';
import { audited } from './announce';
import { readConditions } from './conditions';
import { requireOperator } from './routeRequest';
import type { AlertsAsking, AlertsVerb } from './verb';

/**
 * @param on those on the incident of a card, if it was pressed there
 * @throws UserError where none is meant
 */
function meant(
  asking: AlertsAsking,
  lasting: readonly Mute[],
  on: readonly Mute[] | undefined,
  now: number,
  slash: string,
): Mute[] {
  if (lasting.length === 0) throw new UserError('Nothing is muted.', 'alerts');
  const [word = ''] = asking.words;
  const byId = lasting.filter(({ id, incident }) => [id, incident].includes(word.toUpperCase()));
  if (byId.length > 0) return byId;
  const { when, everything } = readConditions(asking.tokens, asking.person, now);
  const found = lasting.filter((mute) =>
    on !== undefined
      ? on.some(({ id }) => id === mute.id)
      : (everything || Object.keys(when).length > 0) && mute.incident === undefined && sameConditions(mute.when, when),
  );
  if (found.length > 0) return found;
  // One mute can only be this one.
  if (asking.tokens.length === 0 && lasting.length === 1) return [...lasting];
  throw new UserError(
    asking.tokens.length === 0
      ? `Which mute? It goes: ${slash} alerts unmute <id>. ${slash} alerts lists them.`
      : `No such mute lasts. ${slash} alerts lists them.`,
    'alerts',
  );
}

export const unmute: AlertsVerb = {
  name: 'unmute',
  also: ['unsnooze'],
  usage: '[id | the same conditions | everything]',
  summary: 'Ends a mute.',
  example: '',
  async run(asking, room) {
    const { person } = asking;
    const lasting = (await room.history.mutes.list('now')).filter((mute) => lasts(mute, room.now()));
    const { incident } = asking.filters;
    const whole = typeof incident === 'string' ? await room.history.incidents.whole(incident.toUpperCase()) : undefined;
    const on = whole === undefined ? undefined : await mutesOn(whole, room);
    const ending = meant(asking, lasting, on, room.now(), room.slash);
    for (const mute of ending) if (mute.to !== person.id) requireOperator(person, mute.when);
    const ended: { mute: Mute; held: number }[] = [];
    for (const mute of ending) {
      const what = mute.about ?? (conditionsText(mute.when) || 'everything');
      await audited('unmute', `ended the mute of ${what}`, asking, room);
      const now = await room.history.mutes.end(mute.id, { at: room.now(), how: 'taken', by: person.id });
      if (now === undefined) continue;
      await tellEnd(now, room);
      ended.push({ mute: now, held: await room.history.mutes.held(mute.id) });
    }
    return { message: mutesEnded(ended), replace: true };
  },
};
