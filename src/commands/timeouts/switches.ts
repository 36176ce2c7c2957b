/** `timeout on|off <native|environment|rules> …`: which kinds of time limits count. */
import { UserError } from '../../errors';
import { nearest } from '../../jobs/nearest';
import { TIMEOUT_KINDS, type TimeoutKind } from '../../jobs/timeouts';
import { switchesOf } from '../../notices/timeouts/policy';
import type { Answer } from '../../slack/deliver';
import { some } from '../../views/words';
import type { Asking, Room } from '../command';
import { change, type Pressed } from './change';

const ALSO: Readonly<Record<string, TimeoutKind>> = { env: 'environment', rule: 'rules', variable: 'environment' };

function kindOf(word: string, slash: string): TimeoutKind {
  const folded = word.toLowerCase().replace(/,$/, '');
  const kind = TIMEOUT_KINDS.find((one) => one === folded) ?? (Object.hasOwn(ALSO, folded) ? ALSO[folded] : undefined);
  if (kind !== undefined) return kind;
  const meant = nearest(folded, TIMEOUT_KINDS);
  throw new UserError(
    `There is no kind of time limit "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`} It goes: ${slash} timeout on|off ${TIMEOUT_KINDS.join('|')}`,
    'help timeout',
  );
}

/** What each is, where it is switched. */
function meaning(kind: TimeoutKind, isOn: boolean, variable: string): string {
  switch (kind) {
    case 'native':
      return isOn
        ? 'Of Batch’s own timeouts (attemptDurationSeconds) people are warned again.'
        : 'Batch goes on to end attempts by their own timeouts (attemptDurationSeconds), which it alone can change; nobody is warned of them any more.';
    case 'environment':
      return isOn
        ? `Jobs are stopped once they have taken as many seconds from submission as their variable ${variable} says.`
        : `Nothing is stopped for the variable ${variable}.`;
    case 'rules':
      return isOn ? 'The rules count again.' : 'Nothing is stopped for a rule; the rules are kept.';
  }
}

export async function switchKinds(isOn: boolean, asking: Asking<Pressed>, room: Room): Promise<Answer> {
  const word = isOn ? 'on' : 'off';
  const kinds = [...new Set(asking.words.slice(1).map((one) => kindOf(one, room.slash)))];
  if (kinds.length === 0)
    throw new UserError(
      `Which kind? It goes: ${room.slash} timeout ${word} ${TIMEOUT_KINDS.join('|')}, one or more.`,
      'timeout',
    );
  const before = await room.history.timeoutRules.settings('now');
  const now = switchesOf(before, room.timeouts.isOn);
  const turned = kinds.filter((kind) => now[kind] !== isOn);
  if (turned.length === 0)
    throw new UserError(
      `${some(kinds, kinds.length)} ${kinds.length === 1 ? 'is' : 'are'} ${word} already.`,
      'timeout',
    );
  const by = { id: asking.person.id, name: asking.person.name };
  const at = room.now();
  return await change(
    {
      words: `${word} ${turned.join(' ')}`,
      scope: {},
      title: `Switch ${turned.join(' and ')} time limits ${word}?`,
      verb: `Switch ${word}`,
      notes: turned.map((kind) => meaning(kind, isOn, room.timeouts.variable)),
      after: {
        ...before,
        switches: [
          ...before.switches.filter(({ of }) => !turned.includes(of)),
          ...turned.map((of) => ({ kind: 'switch' as const, of, isOn, by, at })),
        ],
      },
      begin: async () => ({
        told: `switched ${turned.join(' and ')} time limits ${word}`,
        async carryOut() {
          for (const kind of turned) await room.history.timeoutRules.setSwitch(kind, isOn, by, at);
        },
      }),
    },
    before,
    asking,
    room,
  );
}
