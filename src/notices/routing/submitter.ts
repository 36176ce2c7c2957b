/** Who submitted a job, as Slack knows them. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { type Job, userOf } from '../../jobs/job';
import { slackErrorCode } from '../../slack/deliver';

export type Submitter = { id: string; why?: undefined } | { id?: undefined; why: string };

/** An alert does not wait longer for Slack to tell who somebody is. */
const MOST_ASKING_MS = 2_000;

/** The tag may hold a Slack id, an e-mail address, or a name. While Slack does not answer, nobody is known. */
export async function submitterOf(job: Job | undefined, room: Pick<Room, 'slack' | 'log' | 'now'>): Promise<Submitter> {
  const name = job === undefined ? undefined : userOf(job);
  if (name === undefined || name.trim() === '') return { why: 'nothing tells who submitted it' };
  const until = room.now() + MOST_ASKING_MS;
  try {
    const id = await room.slack.people.userNamed(name, () => until - room.now());
    return id === undefined ? { why: `Slack knows no one person called ${name}` } : { id };
  } catch (error) {
    room.log.warn('a submitter could not be looked up', { name, ...errorFields(error) });
    const lacks = slackErrorCode(error) === 'missing_scope' ? ': the Slack app lacks the scope users:read' : '';
    return { why: `Slack did not tell who ${name} is${lacks}` };
  }
}
