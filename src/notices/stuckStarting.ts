/** The occasion: a job is STARTING for longer than the threshold of its queue. */
import type { JobRow } from '../jobs/job';
import { duration } from '../views/time';
import { condition, notOld } from './conditions/condition';
import type { AlertSettings } from './routing/settings';

const NAME = 'stuck-starting';

/** Those that may be STARTING for so long: they were submitted before that. */
export const startingLong = (rows: readonly JobRow[], settings: AlertSettings, now: number): JobRow[] =>
  rows.filter(
    ({ status, queue, createdAt = 0 }) =>
      status === 'STARTING' && now - createdAt >= settings.threshold('starting', queue),
  );

export const stuckStarting = condition({
  name: NAME,
  summary: 'a job is STARTING for too long',
  isOn: true,
  look({ rows, settings, now, startingSince }) {
    const long = startingLong(rows, settings, now);
    const so = long.flatMap(({ id, queue }) => {
      const at = startingSince.get(id);
      const threshold = settings.threshold('starting', queue);
      if (at === undefined || now - at < threshold) return [];
      const network = 'whether its subnet reaches the image’s registry (NAT or VPC endpoints for ECR and S3)';
      return [
        {
          occasion: NAME,
          severity: 'normal' as const,
          at: notOld(at + threshold, now),
          // What keeps jobs from starting is most often their hosts', and the same for all of a queue.
          subject: { kind: 'queue' as const, name: queue ?? '' },
          queue,
          member: id,
          told: `STARTING for ${duration(now - at)}: its instance boots or its image is pulled, which takes minutes at most. Look ${network}, and at the ECS agent and disk of its instance.`,
        },
      ];
    });
    const unknown = new Set(long.filter(({ id }) => !startingSince.has(id)).map(({ queue }) => queue));
    return { so, isUnsure: ({ queue }) => unknown.has(queue) };
  },
  word: ({ openedAt }, { now }) => `starts jobs again after ${duration(now - openedAt)}`,
});
