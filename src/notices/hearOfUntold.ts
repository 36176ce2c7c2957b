/** Tells of the ends of jobs that no event told of: a sweep, a command or the clock's own look was the first to see them. */
import type { Room } from '../commands/command';
import { errorFields } from '../errors';
import { isDone } from '../jobs/job';
import { hearOfJob } from './hearOfJob';

const AT_ONCE = 8;

/**
 * Each by itself: what can't be told now is told a minute later, and keeps nothing else from being told.
 * @param remainingMs what may still be spent; what is left then is told a minute later too
 * @returns how many could not be told
 * @throws when the notes themselves can't be read
 */
export async function hearOfUntold(room: Room, remainingMs: () => number): Promise<number> {
  const { jobs } = room.history;
  let failed = 0;

  async function hear(id: string): Promise<void> {
    try {
      const stored = await jobs.get(id);
      // Noted a moment ago, and written in a moment; by the next sweep, if whoever noted it died.
      if (stored === undefined || !isDone(stored.job)) return;
      await hearOfJob(stored.job, stored.job.stoppedAt ?? stored.job.seenAt, room);
      await jobs.untold.remove(id);
    } catch (error) {
      failed++;
      room.log.error("a job's end could not be told", { job: id, ...errorFields(error) });
      room.log.metric('FailedNews', 1);
    }
  }

  for await (const ids of jobs.untold.pages()) {
    if (remainingMs() <= 0) break;
    const rest = ids.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const id of rest) {
          if (remainingMs() <= 0) return;
          await hear(id);
        }
      }),
    );
  }
  return failed;
}
