/** The details in the thread of a card: who joined it in one stretch of time. */
import type { Room } from '../../commands/command';
import { causeWords } from '../../views/failedChildren';
import { joinedLines } from '../../views/incidentThread';
import type { Message } from '../../views/kit';
import { retried } from '../retried';
import { stretchOf } from './keys';
import { jobIdOf } from './renderIncident';

/** @param id of the incident, and when the stretch begins: `K7F2QX#1763700000000` */
export async function renderLines(id: string, room: Room): Promise<Message | undefined> {
  const [incident = '', begin = ''] = id.split('#');
  const whole = await room.history.incidents.whole(incident);
  if (whole === undefined) return undefined;
  const from = Number(begin);
  const { openedAt } = whole.incident;
  // The first stands on the card.
  const joined = whole.members.slice(1).filter(({ joinedAt }) => stretchOf(openedAt, joinedAt).from === from);
  if (joined.length === 0) return undefined;
  return joinedLines(
    joined.map((member) => ({
      name: `${member.name ?? member.subject.name}${/:(\d+)/.exec(member.member)?.[1] === undefined ? '' : ` [${/:(\d+)/.exec(member.member)?.[1]}]`}`,
      id: jobIdOf(member),
      at: member.at,
      words: member.told ?? causeWords(member.cause, member.exitCode),
      isRetried: member.occasion === retried.name,
      queue: member.queue,
    })),
  );
}
