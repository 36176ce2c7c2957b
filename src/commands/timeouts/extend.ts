/** `timeout extend <job> 2h`: more time than a rule gives, for one job, or for an array with all of its children. */
import { UserError } from '../../errors';
import { arrayParentOf, isDone, type Job } from '../../jobs/job';
import { counts, firstOf, limitsOf, type RunningLimit } from '../../jobs/timeouts';
import { timeoutPolicy } from '../../notices/timeouts/policy';
import type { Answer } from '../../slack/deliver';
import { jobTitle } from '../../views/jobCard';
import { duration } from '../../views/time';
import { extended } from '../../views/timeoutChange';
import { limitWords } from '../../views/timeoutWords';
import type { Asking, Room } from '../command';
import { findJob } from '../find';
import { requireRole } from '../permission';
import { timeout } from '../retryArguments';

/** @throws UserError where no rule limits it */
function ruledLimit(job: Job, limits: readonly RunningLimit[], variable: string): RunningLimit {
  const first = limits.find(({ kind }) => kind === 'rules');
  if (first !== undefined) return first;
  const [other] = limits;
  throw new UserError(
    other === undefined
      ? `No time limit counts for ${jobTitle(job)} now, so there is nothing to extend.`
      : `Only a rule's limit can be extended, and no rule counts for ${jobTitle(job)} now. What ends it is ${limitWords(other, variable)}, which is fixed when a job is submitted.`,
    `job ${job.id}`,
  );
}

export async function extend(asking: Asking<unknown>, room: Room): Promise<Answer> {
  const { person, channel, words, text } = asking;
  const [, typed = '', length = '', extra] = words;
  const seconds = timeout.safeParse(length);
  if (typed === '' || !seconds.success || extra !== undefined) {
    throw new UserError(
      `Which job, and how much longer? It goes: ${room.slash} timeout extend <job> 2h`,
      'help timeout',
    );
  }
  const job = await findJob(typed, 'timeout extend', room);
  requireRole(person, 'operator', { queues: [job.queue] });
  if (isDone(job)) throw new UserError(`${jobTitle(job)} has ended already.`, `job ${job.id}`);
  if (job.terminated === true || job.cancelled === true)
    throw new UserError(`${jobTitle(job)} is being stopped already.`, `job ${job.id}`);
  const parentId = arrayParentOf(job.id);
  const parent = parentId === undefined ? undefined : (await room.history.jobs.get(parentId))?.job;
  const policy = await timeoutPolicy(room, 'now');
  const limit = ruledLimit(job, limitsOf(job, policy, parent).filter(counts), room.timeouts.variable);
  const now = room.now();
  const until = Math.max(limit.at, now) + seconds.data * 1_000;
  const holder = limit.holder === job.id ? job : (parent ?? job);
  const by = { id: person.id, name: person.name };
  // First: a worker that dies in between leaves an entry too many, never one too few.
  await room.history.audit.write({
    ...{ at: now, by, channel: channel.id, verb: 'timeout', words: text, what: 'done' },
    told: `gave ${jobTitle(holder)} ${duration(seconds.data * 1_000)} more than rule ${limit.rule?.n} does`,
    ids: [holder.id],
  });
  const isKept = await room.history.timeoutRules.extend(
    { kind: 'extension', id: holder.id, until, by, at: now },
    policy.extensions.get(holder.id),
  );
  if (!isKept) throw new UserError('Somebody gave it more time in this very moment: look again.', `job ${holder.id}`);
  const first = firstOf(limitsOf(job, await timeoutPolicy(room, 'now'), parent));
  return {
    message: extended({
      job: holder,
      rule: limit.rule?.n,
      until,
      first,
      variable: room.timeouts.variable,
      by: person.id,
      byName: person.name,
      now,
    }),
    public: true,
  };
}
