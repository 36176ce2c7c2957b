/** When jobs entered STARTING, which their rows do not tell: each is looked up once in a process. */
import type { Room } from '../../commands/command';
import type { JobRow } from '../../jobs/job';
import { enteredAt } from '../../jobs/statistics';

/** So many are looked up at a time: ten calls to DynamoDB. */
const MOST_LOOKED_UP = 1_000;

export function startingSince({ history }: Pick<Room, 'history'>) {
  const known = new Map<string, { attempts: number; at: number }>();

  return {
    /** @param rows STARTING all of them; what is known of others is forgotten */
    async of(rows: readonly JobRow[]): Promise<ReadonlyMap<string, number>> {
      const present = new Map(rows.map((row) => [row.id, row]));
      for (const [id, { attempts }] of known) if (present.get(id)?.attemptCount !== attempts) known.delete(id);
      const unknown = rows.filter(({ id }) => !known.has(id)).slice(0, MOST_LOOKED_UP);
      for (const { job } of unknown.length === 0 ? [] : await history.jobs.getMany(unknown.map(({ id }) => id))) {
        const row = present.get(job.id);
        if (row === undefined || job.status !== 'STARTING') continue;
        // Of one that a sweep found, without an event: since it was first seen so.
        known.set(job.id, { attempts: row.attemptCount, at: enteredAt(job, 'STARTING') ?? job.seenAt });
      }
      return new Map([...known].map(([id, { at }]) => [id, at]));
    },
  };
}
