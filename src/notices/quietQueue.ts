/** The occasion: a queue that gets jobs all the time has got none for long. */
import type { JobRow } from '../jobs/job';
import { hourNumber, quietOf } from '../jobs/quiet';
import { duration } from '../views/time';
import { count } from '../views/words';
import { condition } from './conditions/condition';

const NAME = 'quiet-queue';
const HOUR_MS = 3_600_000;

/** The latest submission among the jobs that have not ended, by queue: newer than what the history's statistics tell. */
function latestOf(rows: readonly JobRow[]): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const { queue = '', createdAt = 0 } of rows)
    if (createdAt > (latest.get(queue) ?? 0)) latest.set(queue, createdAt);
  return latest;
}

export const quietQueue = condition({
  name: NAME,
  summary: 'a queue that gets jobs all the time has got none for long',
  isOn: true,
  look({ rows, settings, now, queues, usual: { submitted } }) {
    if (submitted === undefined || queues === undefined) return undefined;
    const latest = latestOf(rows);
    const so = queues.flatMap(({ name, state }) => {
      // Whoever disabled it knows that nothing comes.
      if (state === 'DISABLED') return [];
      const newest = latest.get(name);
      const hours = [...(submitted.get(name) ?? []), ...(newest === undefined ? [] : [newest])].map(hourNumber);
      const quiet = quietOf(hours, now, settings.threshold('quiet', name));
      if (quiet === undefined) return [];
      const usual =
        quiet.longestUsual === 0
          ? 'in the last two weeks it got some every hour'
          : `in the last two weeks it was never longer without than ${count(quiet.longestUsual + 1, 'hour')}`;
      return [
        {
          occasion: NAME,
          severity: 'normal' as const,
          at: now,
          subject: { kind: 'queue' as const, name },
          queue: name,
          member: name,
          told: `No job was submitted for ${duration(Math.floor((now - quiet.since) / HOUR_MS) * HOUR_MS)}; ${usual}. Look whether whoever submits to it still runs: a scheduler, a pipeline, or its credentials.`,
        },
      ];
    });
    return { so };
  },
  word: ({ openedAt }, { now }) => `gets jobs again after ${duration(now - openedAt)}`,
});
