/** What the end of a job brings to those who watch it: an end that is told, or soon a look that counts. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { isDone, type Job } from '../../jobs/job';
import { askForLook } from './askForLook';
import { lookAtWatch } from './lookAtWatch';

/** Never fails: what went wrong here a tick makes up for. */
export async function watchNews(job: Job, room: Room): Promise<void> {
  if (!isDone(job)) return;
  try {
    for (const watch of await room.history.watches.holding(job.id)) {
      if (watch.kind === 'job') await lookAtWatch(watch.id, room);
      else await askForLook(watch, room);
    }
  } catch (error) {
    room.log.warn('a watch did not hear of an end', { job: job.id, ...errorFields(error) });
  }
}
