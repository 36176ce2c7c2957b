/** What limits the time of one job now, for its card. */
import { arrayParentOf, isDone, type Job } from '../../jobs/job';
import { limitsOf } from '../../jobs/timeouts';
import { timeoutPolicy } from '../../notices/timeouts/policy';
import type { TimeLimits } from '../../views/timeoutLines';
import type { Room } from '../command';

/** @param parent of an array's child, where the caller has it */
export async function timeLimitsOf(job: Job, room: Room, parent?: Job): Promise<TimeLimits> {
  const policy = await timeoutPolicy(room);
  const { isOn } = policy;
  const parentId = arrayParentOf(job.id);
  const array =
    parentId === undefined || isDone(job) ? undefined : (parent ?? (await room.history.jobs.get(parentId))?.job);
  return { limits: isDone(job) ? [] : limitsOf(job, policy, array), isOn, variable: room.timeouts.variable };
}
