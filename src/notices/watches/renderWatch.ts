/** The two messages of a watch, worked out of what is kept of it: the one that moves, and the one that tells the end. */
import type { Room } from '../../commands/command';
import { isDone } from '../../jobs/job';
import type { Message } from '../../views/kit';
import { watchEnded, watchedJobEnded, watchedJobLost, watchOver, watchProgress } from '../../views/watch';

export async function renderWatch(id: string, { history }: Room): Promise<Message | undefined> {
  const ended = await history.watches.ended(id);
  if (ended !== undefined) return watchOver(ended);
  const [watch, progress] = await Promise.all([history.watches.get(id), history.watches.progress(id)]);
  return watch === undefined ? undefined : watchProgress(watch, progress?.standing ?? watch.began);
}

export async function renderWatchEnd(id: string, { history }: Room): Promise<Message | undefined> {
  const ended = await history.watches.ended(id);
  if (ended === undefined || ended.ended.how === 'stopped') return undefined;
  if (ended.kind !== 'job') return watchEnded(ended);
  const stored = await history.jobs.get(ended.ids?.[0] ?? '');
  return stored === undefined || !isDone(stored.job) ? watchedJobLost(ended) : watchedJobEnded(ended, stored.job);
}
