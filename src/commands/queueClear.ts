/** Cancels what is in one queue, by state: an operation like a cancel, whose jobs are chosen here. */
import * as z from 'zod';
import { UserError } from '../errors';
import type { Query, StatusWord } from '../jobs/query';
import type { Answer } from '../slack/deliver';
import { arraysTogether } from '../views/operationFacts';
import type { Asking, Room } from './command';
import { asArrays, statesOf, withoutMixedArrays } from './operations/arraysMeant';
import { activeJobs, searchFor } from './operations/choose';
import { preview } from './operations/preview';
import { requireRole } from './permission';
import { queueNamed } from './queueSwitch';

/** What has not started. */
export const BY_DEFAULT = ['submitted', 'pending', 'runnable'] as const;
const STARTED = ['starting', 'running'] as const;
const CLEARED = [...BY_DEFAULT, ...STARTED, 'active'] as const;

export const clearedStatuses = z
  .string()
  .toLowerCase()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(z.enum(CLEARED, `it is one or more of ${CLEARED.join(', ')}`)).min(1, 'name a state'));

/** PRODUCT limit of a mass action. */
const MOST_JOBS = 100_000;

export async function previewClear(
  name: string,
  statuses: StatusWord[],
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  const queue = await queueNamed(name, 'queue clear', room);
  requireRole(asking.person, 'operator', { queues: [queue.name] });
  const query: Query = { words: [], queues: [queue.name], statuses };
  const states = statesOf(query);
  const chosen = await activeJobs(query, room, asking.remainingMs);
  const { jobs: meant, mixed } = await withoutMixedArrays(chosen.jobs, states, room);
  const { jobs, covered, gathered } = await asArrays(meant, room);
  const search = searchFor(query);
  if (jobs.length === 0)
    throw new UserError(
      `Nothing in queue ${queue.name} is ${statuses.join(', ')}: there is nothing to cancel.`,
      `queues ${queue.name}`,
    );
  if (jobs.length > MOST_JOBS)
    throw new UserError(
      `That would be ${jobs.length} jobs; I cancel ${MOST_JOBS} at once at most. Narrow it down.`,
      search,
    );
  const notes = [
    ...arraysTogether({ covered, gathered, mixed }),
    ...(queue.state === 'ENABLED' ? ['The queue still takes new jobs: disable it first to keep it empty.'] : []),
    ...chosen.notes,
  ];
  const told = statuses.includes('active') ? 'of everything' : `of what was ${statuses.join(', ')}`;
  return await preview(
    {
      kind: 'clear',
      jobs,
      covered,
      searched: false,
      named: `queue ${queue.name} cleared ${told}`,
      notes,
      ...(states === undefined ? {} : { states }),
    },
    { ...asking, text: asking.text.trim() },
    room,
  );
}
