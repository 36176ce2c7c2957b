/** Asks Batch for the front of those queues in which jobs wait for long, and for the jobs at their heads. */
import type { Room } from '../../commands/command';
import { errorFields } from '../../errors';
import { jobFromDetail } from '../../jobs/fromBatch';
import type { Job } from '../../jobs/job';
import type { Front } from '../../jobs/waiting';
import type { Line } from './condition';

const AT_ONCE = 4;

/** A queue of which AWS refused to tell is missing. */
export async function linesOf(
  queues: Iterable<string>,
  room: Pick<Room, 'batch' | 'log' | 'now' | 'shows'>,
  hasTime: () => boolean,
): Promise<ReadonlyMap<string, Line>> {
  const fronts = new Map<string, Front>();
  const rest = [...queues].values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const queue of rest) {
        if (!hasTime()) return;
        try {
          fronts.set(queue, await room.batch.front(queue));
        } catch (error) {
          room.log.warn('AWS did not tell the front of a queue', { queue, ...errorFields(error) });
        }
      }
    }),
  );
  const ids = [...fronts.values()].flatMap(({ jobs: [head] }) => head?.id ?? []);
  const heads = new Map<string, Job>();
  for (const detail of ids.length === 0 ? [] : await room.batch.describe(ids)) {
    const head = jobFromDetail(detail, room.now(), room.shows);
    heads.set(head.id, head);
  }
  return new Map(
    [...fronts].map(([queue, front]) => [queue, { front, head: heads.get(front.jobs[0]?.id ?? '') }] as const),
  );
}
