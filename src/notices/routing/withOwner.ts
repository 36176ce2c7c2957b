/** An array's child with its parent's tags, since Batch gives children none: its submitter is the array's. */
import type { Room } from '../../commands/command';
import { arrayParentOf, type Job } from '../../jobs/job';
import type { Occurrence } from '../occasion';

type Tags = Job['tags'];
type History = Room['history'];

/** Arrays remembered in one process, so that 10,000 children cost one look. */
const MOST_REMEMBERED = 1_000;
const remembered = new WeakMap<History, Map<string, Promise<Tags>>>();

function tagsOf(parent: string, history: History): Promise<Tags> {
  const known = remembered.get(history) ?? new Map<string, Promise<Tags>>();
  remembered.set(history, known);
  if (known.size >= MOST_REMEMBERED) known.clear();
  const tags =
    known.get(parent) ??
    history.jobs.get(parent).then(
      (found) => {
        // One of which not all is known yet may have tags later.
        if (found?.job.whole !== true) known.delete(parent);
        return found?.job.tags;
      },
      (error: unknown) => {
        known.delete(parent);
        throw error;
      },
    );
  known.set(parent, tags);
  return tags;
}

export async function withOwner(occurrence: Occurrence, { history }: Pick<Room, 'history'>): Promise<Occurrence> {
  const { job } = occurrence;
  const parent = job === undefined ? undefined : arrayParentOf(job.id);
  if (job === undefined || parent === undefined) return occurrence;
  const tags = await tagsOf(parent, history);
  if (tags === undefined) return occurrence;
  return { ...occurrence, job: { ...job, tags: { ...tags, values: { ...tags.values, ...job.tags?.values } } } };
}
