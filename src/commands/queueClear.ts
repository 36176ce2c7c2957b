/** Cancels what is in one queue, by state: a cancel like any other, whose jobs are chosen here. */
import * as z from 'zod';
import { UserError } from '../errors';
import { arrayParentOf, type JobRow } from '../jobs/job';
import type { Query, StatusWord } from '../jobs/query';
import type { Answer } from '../slack/deliver';
import { count } from '../views/words';
import type { Asking, Room } from './command';
import { activeJobs, searchFor, withoutCoveredChildren } from './operations/choose';
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

/**
 * An array waits (PENDING) while its children run, and cancelling it would end those too: where only what has not started
 * is cleared, its waiting children are cancelled in its place.
 */
function sparingStarted(jobs: readonly JobRow[], started: readonly JobRow[]): { jobs: JobRow[]; spared: number } {
  const busy = new Set(started.flatMap(({ id }) => arrayParentOf(id) ?? []));
  const isBusy = ({ id, children }: JobRow) =>
    busy.has(id) || (children?.counts.RUNNING ?? 0) + (children?.counts.STARTING ?? 0) > 0;
  const kept = jobs.filter((job) => job.arraySize === undefined || !isBusy(job));
  return { jobs: kept, spared: jobs.length - kept.length };
}

export async function previewClear(
  name: string,
  statuses: StatusWord[],
  asking: Asking<unknown>,
  room: Room,
): Promise<Answer> {
  const queue = await queueNamed(name, 'queue clear', room);
  requireRole(asking.person, 'operator', { queues: [queue.name] });
  const query: Query = { words: [], queues: [queue.name], statuses };
  const isAll = statuses.includes('active') || STARTED.every((status) => statuses.includes(status));
  const chosen = await activeJobs(query, room, asking.remainingMs);
  const started = isAll
    ? []
    : await room.history.search.unfinished({ words: [], queues: [queue.name], statuses: [...STARTED] });
  const { jobs: meant, spared } = isAll ? { jobs: chosen.jobs, spared: 0 } : sparingStarted(chosen.jobs, started);
  const { jobs, covered } = withoutCoveredChildren(meant);
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
    ...(spared === 0
      ? []
      : [
          `${count(spared, 'array')} whose children run ${spared === 1 ? 'goes' : 'go'} on; of ${spared === 1 ? 'it' : 'them'} only the children in these states are cancelled.`,
        ]),
    ...(queue.state === 'ENABLED' ? ['The queue still takes new jobs: disable it first to keep it empty.'] : []),
    ...chosen.notes,
  ];
  const words = search.slice('search '.length);
  return await preview({ kind: 'cancel', jobs, covered, searched: false, notes }, { ...asking, text: words }, room);
}
