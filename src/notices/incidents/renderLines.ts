/** The details in the thread of a card: who joined it in one stretch of time. */
import type { Room } from '../../commands/command';
import { jobIdOf } from '../../history/records/incidents';
import { causeWords } from '../../views/failedChildren';
import { joinedLines } from '../../views/incidentThread';
import type { Message } from '../../views/kit';
import { retried } from '../retried';
import { stretchOf } from './keys';

/** ` [3]`, of an array's child. */
const indexOf = (member: string): string => {
  const [, index] = /^[^:]+:(\d+)/.exec(member) ?? [];
  return index === undefined ? '' : ` [${index}]`;
};

/** @param id of the incident, and when the stretch begins: `K7F2QX#1763700000000` */
export async function renderLines(id: string, room: Room): Promise<Message | undefined> {
  const [incident = '', begin = ''] = id.split('#');
  const whole = await room.history.incidents.whole(incident);
  if (whole === undefined) return undefined;
  const from = Number(begin);
  const { openedAt } = whole.incident;
  const [first, ...others] = whole.members;
  const later = others.filter(({ joinedAt }) => stretchOf(openedAt, joinedAt).from === from);
  if (first === undefined || later.length === 0) return undefined;
  // The first stood on the card until others joined it.
  const joined = (later[0] === others[0] ? [first, ...later] : later).toSorted((a, b) => a.at - b.at);
  return joinedLines(
    joined.map((member) => ({
      name: `${member.name ?? member.subject.name}${indexOf(member.member)}`,
      id: jobIdOf(member.member),
      at: member.at,
      told: member.told,
      words: causeWords(member.cause, member.exitCode),
      isRetried: member.occasion === retried.name,
      queue: member.queue,
    })),
  );
}
