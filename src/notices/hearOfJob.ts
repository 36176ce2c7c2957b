/** What a job's news brings: a failure is told, another attempt noted, and a success ends what failed before. */
import type { Room } from '../commands/command';
import { cancelledBy, causeOf } from '../jobs/causes';
import type { Job } from '../jobs/job';
import { failedByCancel } from './failedByCancel';
import { recover } from './incidents/recover';
import { MOST_AGE_MS, tell } from './incidents/tell';
import { failureOf, retryOf } from './jobFailures';
import { endFixedMutes } from './routing/endMutes';

/** An array that ended only of children that were cancelled from Slack: whoever did that meant it. */
async function onlyChildrenCancelled(job: Job, { history }: Room): Promise<boolean> {
  if (job.arraySize === undefined || causeOf(job)?.key !== 'arrayChildFailed') return false;
  const failed = await history.jobs.failedChildren(job.id);
  return failed.length > 0 && failed.every((child) => cancelledBy(child) !== undefined);
}

/**
 * @param job as it is known after the news
 * @param at when it happened, by AWS's clock
 * @throws when AWS refuses: the news is then given again
 */
export async function hearOfJob(job: Job, at: number, room: Room): Promise<void> {
  if (room.now() - at > MOST_AGE_MS) return;
  if (job.status === 'SUCCEEDED') {
    await recover(job, room);
    return await endFixedMutes(job, room);
  }
  const occurrence = failureOf(job, at) ?? retryOf(job, at);
  if (occurrence === undefined) return;
  if (job.status === 'FAILED' && ((await failedByCancel(job, room)) || (await onlyChildrenCancelled(job, room))))
    return;
  await tell([occurrence], room);
}
