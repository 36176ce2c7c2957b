/** What whoever gives a role should know before: ids that Slack does not know, and queues that there are none of. */
import { errorFields } from '../errors';
import type { GrantKey, Subject } from '../history/records/roles';
import { globMatcher } from '../jobs/glob';
import { slackErrorCode } from '../slack/deliver';
import type { Asking, Room } from './command';
import { coversAll } from './permission';

/** The group by the name that it has in Slack, where only its id was typed. */
async function withName(to: Subject, { remainingMs }: Asking<unknown>, room: Room): Promise<Subject> {
  if (to.kind !== 'group' || to.name !== undefined) return to;
  const name = await room.slack.people.groupHandle(to.id, remainingMs).catch((error: unknown) => {
    room.log.warn('Slack did not tell the name of a group', { group: to.id, ...errorFields(error) });
    return undefined;
  });
  return name === undefined ? to : { ...to, name };
}

export const named = async (grants: readonly GrantKey[], asking: Asking<unknown>, room: Room): Promise<GrantKey[]> =>
  await Promise.all(grants.map(async (grant) => ({ ...grant, to: await withName(grant.to, asking, room) })));

/** A sentence where Slack says that there is no such person, group or channel. */
async function unknownTo(
  { kind, id }: Subject,
  { remainingMs }: Asking<unknown>,
  room: Room,
): Promise<string | undefined> {
  if (kind !== 'group') {
    const { problem } = await room.slack.places.look(id, remainingMs);
    if (problem !== 'gone') return undefined;
    return kind === 'user'
      ? `Slack knows nobody with the id ${id}.`
      : `Slack shows me no channel ${id}: there is none, or it is private and I am not in it.`;
  }
  try {
    const members = await room.slack.people.groupMembers(id, remainingMs);
    return members.size === 0 ? `Nobody is in user group ${id} now.` : undefined;
  } catch (error) {
    return slackErrorCode(error) === 'no_such_subteam' ? `Slack knows no user group ${id}.` : undefined;
  }
}

async function unknownQueues(patterns: readonly string[], room: Room): Promise<string[]> {
  const asked = patterns.filter((pattern) => !coversAll(pattern));
  if (asked.length === 0) return [];
  const names = (await room.batch.queues()).flatMap(({ jobQueueName }) => jobQueueName ?? []);
  return asked
    .filter((pattern) => !names.some(globMatcher([pattern])))
    .map((pattern) =>
      pattern.includes('*') ? `No queue's name fits ${pattern} now.` : `There is no queue ${pattern} now.`,
    );
}

/** Nothing is said where Slack or AWS does not answer: a role may be given all the same. */
export async function roleDoubts(grants: readonly GrantKey[], asking: Asking<unknown>, room: Room): Promise<string[]> {
  const subjects = [...new Map(grants.map(({ to }) => [to.id, to])).values()];
  const patterns = [...new Set(grants.map(({ queues }) => queues))];
  const asks = [...subjects.map(async (to) => [await unknownTo(to, asking, room)]), unknownQueues(patterns, room)];
  const answers = await Promise.allSettled(asks);
  for (const answer of answers)
    if (answer.status === 'rejected') room.log.warn('a role could not be looked over', errorFields(answer.reason));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])).flatMap((one) => one ?? []);
}
