/** `/batch alerts on|off <occasion> [here|#channel]`: what is told at all, everywhere or in one channel. */
import { UserError } from '../../errors';
import { nearest } from '../../jobs/nearest';
import { occasions } from '../../notices';
import { settingsOf } from '../../notices/routing/settings';
import type { Answer } from '../../slack/deliver';
import { namesTold, scopeTold, settingChanged } from '../../views/alertSettings';
import type { Room } from '../command';
import { requireRole } from '../permission';
import { announce, audited } from './announce';
import { readConditions } from './conditions';
import { checkTargets, targetNamed } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

interface SwitchRequest {
  names: string[];
  to: { id: string; name?: string | undefined } | undefined;
}

const EVERYWHERE = new Set(['everywhere', 'anywhere', 'in', 'for', 'to']);

function read(verb: 'on' | 'off', asking: AlertsAsking, room: Room): SwitchRequest {
  const { when, rest, everything } = readConditions(asking.tokens, asking.person, room.now());
  const names = occasions().map(({ name }) => name);
  const usage = `It goes: ${room.slash} alerts ${verb} ${names[1] ?? 'retried'}, and here or #channel for one channel only.`;
  if (everything)
    throw new UserError(
      verb === 'off'
        ? `Occasions are switched one by one, and what is off is easily forgotten. To be spared everything for a while: ${room.slash} alerts mute everything 1h`
        : `Occasions are switched one by one. ${usage}`,
      'alerts',
    );
  const { occasions: asked = [], ...others } = when;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new UserError(
      `A switch is for all queues and definitions. To send only some of it nowhere: ${room.slash} alerts route ${asked[0] ?? 'failed'} queue:… to nowhere`,
      'alerts help off',
    );
  let to: SwitchRequest['to'];
  for (const token of rest) {
    const word = token.kind === 'word' || (token.kind === 'filter' && token.key === 'to') ? token.value : undefined;
    if (word === undefined || EVERYWHERE.has(word.toLowerCase())) continue;
    const target = targetNamed(word, asking);
    if (target === undefined || target === 'nowhere' || target.kind === 'submitter') {
      const meant = nearest(word, names);
      throw new UserError(
        `I tell of no occasion "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${names.join(', ')}.`,
        meant === undefined ? 'alerts' : `alerts ${verb} ${meant}`,
      );
    }
    if (to !== undefined) throw new UserError(`One channel at a time, please. ${usage}`, 'alerts help off');
    to = target;
  }
  if (asked.length === 0) throw new UserError(`Which occasion? ${usage} There are ${names.join(', ')}.`, 'alerts');
  return { names: asked, to };
}

async function change(verb: 'on' | 'off', asking: AlertsAsking, room: Room): Promise<Answer> {
  const { names, to } = read(verb, asking, room);
  // What comes to oneself is one's own business.
  if (to?.id !== asking.person.id) requireRole(asking.person, 'operator');
  if (to !== undefined && to.id !== asking.channel.id)
    await checkTargets(
      [
        {
          kind: /^[UW]/.test(to.id) ? 'user' : 'channel',
          id: to.id,
          ...(to.name === undefined ? {} : { name: to.name }),
        },
      ],
      room,
      asking.remainingMs,
    );
  const isOn = verb === 'on';
  const { person } = asking;
  const before = settingsOf(await room.history.alertSettings.list('now'), occasions());
  const changing = names.filter((name) => before.isOn(name, to?.id) !== isOn);
  if (changing.length === 0)
    throw new UserError(
      `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} ${verb} already${to === undefined ? '' : ' there'}.`,
      'alerts',
    );
  const where = to === undefined ? 'everywhere' : `in ${to.name === undefined ? to.id : `#${to.name}`}`;
  await audited(verb, `switched ${changing.join(' and ')} ${verb} ${where}`, asking, room);
  const at = room.now();
  for (const occasion of changing)
    await room.history.alertSettings.set({
      kind: 'switch',
      occasion,
      ...(to === undefined ? {} : { to: to.id }),
      isOn,
      by: { id: person.id, name: person.name },
      at,
    });
  const told = to?.id ?? room.alertChannel;
  if (told !== undefined && told !== person.id)
    await announce(
      [
        {
          to: told,
          line: `<@${person.id}> switched ${namesTold(changing)} ${verb} ${to === undefined ? 'everywhere' : 'here'}.`,
        },
      ],
      `switch#${changing.join('+')}#${at}`,
      `${changing.join(' and ')} ${changing.length === 1 ? 'is' : 'are'} ${verb} ${where}.`,
      room,
    );
  const undo = `alerts ${isOn ? 'off' : 'on'} ${changing.join(' ')}${to === undefined ? '' : ` ${to.id}`}`;
  // One channel's own switch counts before the one for all.
  const own =
    to === undefined ? before.switches.filter((one) => one.to !== undefined && changing.includes(one.occasion)) : [];
  const others = own.filter((one) => one.isOn !== isOn);
  const but =
    others.length === 0
      ? ''
      : ` It stays ${isOn ? 'off' : 'on'} ${[...new Set(others.map((one) => scopeTold(one.to)))].join(' and ')}, where it was switched apart.`;
  return {
    message: settingChanged(
      `${namesTold(changing)} ${changing.length === 1 ? 'is' : 'are'} ${verb} ${scopeTold(to?.id)}.${but}`,
      `${changing.join(' and ')} ${changing.length === 1 ? 'is' : 'are'} ${verb} ${where}.`,
      undo,
    ),
    replace: true,
  };
}

export const on: AlertsVerb = {
  name: 'on',
  usage: '<occasion> [here|#channel]',
  summary: 'Switches an occasion on, everywhere or in one channel.',
  example: 'retried here',
  run: (asking, room) => change('on', asking, room),
};

export const off: AlertsVerb = {
  name: 'off',
  usage: '<occasion> [here|#channel]',
  summary: 'Switches an occasion off, everywhere or in one channel.',
  example: 'spot-reclaimed here',
  run: (asking, room) => change('off', asking, room),
};
