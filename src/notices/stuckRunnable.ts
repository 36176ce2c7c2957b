/** The occasion: the head of a queue waits RUNNABLE for longer than the queue's threshold, and nobody has told of the reason. */
import { causeOf } from '../jobs/causes';
import type { JobRow } from '../jobs/job';
import { obstaclesOf, type Queue } from '../jobs/waiting';
import { elsewhere, runsOnSpot } from '../jobs/waitingElsewhere';
import { titled } from '../views/explanation';
import { duration } from '../views/time';
import { count } from '../views/words';
import { condition, type Line, notOld, type Seen } from './conditions/condition';
import { saidOf } from './conditions/said';
import type { AlertSettings } from './routing/settings';

const NAME = 'stuck-runnable';

/** How many jobs of a queue may have waited for longer than its threshold, and since when the oldest. */
interface Waiting {
  jobs: number;
  oldest: number;
}

/** A row tells when a job was submitted, and not when it became RUNNABLE: which of these wait too long, their line tells. */
export function waitingLong(
  rows: readonly JobRow[],
  settings: AlertSettings,
  now: number,
): ReadonlyMap<string, Waiting> {
  const thresholds = new Map<string, number>();
  const found = new Map<string, Waiting>();
  for (const { status, queue, createdAt } of rows) {
    if (status !== 'RUNNABLE' || queue === undefined || createdAt === undefined) continue;
    const threshold = thresholds.get(queue) ?? settings.threshold('runnable', queue);
    thresholds.set(queue, threshold);
    if (now - createdAt < threshold) continue;
    const known = found.get(queue);
    if (known === undefined) found.set(queue, { jobs: 1, oldest: createdAt });
    else {
      known.jobs++;
      known.oldest = Math.min(known.oldest, createdAt);
    }
  }
  return found;
}

/** Told already by an occasion of its own. */
function isToldElsewhere({ front, head }: Line, queue: Queue | undefined, { settings }: Seen): boolean {
  if (head === undefined) return false;
  if (causeOf(head) !== undefined) return settings.isOn('queue-blocked');
  const [main] = obstaclesOf({ job: head, dependencies: [], queue, front });
  return (main?.kind === 'queueInvalid' || main?.kind === 'environments') && settings.isOn('queue-trouble');
}

export const stuckRunnable = condition({
  name: NAME,
  summary: 'the first job of a queue waits RUNNABLE for too long',
  isOn: true,
  look(seen) {
    const { rows, settings, now, queues, lines } = seen;
    if (queues === undefined) return undefined;
    const waiting = waitingLong(rows, settings, now);
    // Of these nothing is told anew, but they don't move either.
    const toldElsewhere = new Set<string>();
    const so = [...waiting].flatMap(([name, { jobs, oldest }]) => {
      const line = lines.get(name);
      const head = line?.head;
      const at = line?.front.jobs[0]?.since ?? head?.createdAt;
      if (line === undefined || head?.status !== 'RUNNABLE' || at === undefined) return [];
      const threshold = settings.threshold('runnable', name);
      const queue = queues.find((one) => one.name === name);
      // A line whose head changes moves, however long it is.
      if (now - at < threshold) return [];
      if (isToldElsewhere(line, queue, seen)) {
        toldElsewhere.add(name);
        return [];
      }
      const facts = { job: head, dependencies: [], queue, front: line.front };
      const [main] = obstaclesOf(facts);
      const other = queue !== undefined && runsOnSpot(queue) ? elsewhere(head, name, queues)?.name : undefined;
      const held = main === undefined ? '' : ` ${titled(head)}: ${saidOf(main, { job: head, facts, now }, other)}`;
      return [
        {
          occasion: NAME,
          severity: 'normal' as const,
          at: notOld(at + threshold, now),
          subject: { kind: 'queue' as const, name },
          queue: name,
          member: head.id,
          job: head,
          told: `The first in line has waited at its head for ${duration(now - at)}; ${count(jobs, 'job')} there ${jobs === 1 ? 'was' : 'were'} submitted more than ${duration(threshold)} ago, the oldest ${duration(now - oldest)} ago.${held}`,
        },
      ];
    });
    return { so, isUnsure: ({ queue = '' }) => waiting.has(queue) && (!lines.has(queue) || toldElsewhere.has(queue)) };
  },
  word: ({ openedAt }, { now }) => `moves again after ${duration(now - openedAt)}`,
});
