/** Tells of jobs that go on although somebody had them terminated, minutes ago. */
import type { Room } from '../../commands/command';
import { ingest } from '../../history/ingest';
import { jobFromDetail } from '../../jobs/fromBatch';
import { isDone, isLost, type Job, type JobRow } from '../../jobs/job';
import { settle } from '../incidents/settle';
import { tell } from '../incidents/tell';
import { subjectOf } from '../jobFailures';
import { STUCK_MS, stuckOf, stuckTerminated } from '../stuckTerminated';

const READ_AT_ONCE = 25;
/** More than these at once are no hosts that hang, but a mass cancel that is under way. */
const MOST_LOOKED_AT = 500;

/** Only what has a host can hang on it. */
const mayHang = (row: JobRow): boolean =>
  (row.terminated === true || row.cancelled === true) &&
  (row.status === 'RUNNING' || row.status === 'STARTING') &&
  !isLost(row) &&
  !row.id.includes('#');

/**
 * @param rows all jobs that have not ended
 * @param since when each was first seen to be terminated, kept by the caller from one minute to the next
 */
export async function tellStuck(rows: readonly JobRow[], since: Map<string, number>, room: Room): Promise<number> {
  const now = room.now();
  const terminated = rows.filter(mayHang).slice(0, MOST_LOOKED_AT);
  const ids = new Set(terminated.map(({ id }) => id));
  for (const id of since.keys()) if (!ids.has(id)) since.delete(id);
  const fresh = [...ids].filter((id) => !since.has(id));
  for (let at = 0; at < fresh.length; at += READ_AT_ONCE)
    await Promise.all(
      fresh.slice(at, at + READ_AT_ONCE).map(async (id) => {
        const { askedAt, mark } = room.history.timeoutStops;
        since.set(id, (await askedAt(id)) ?? (await mark(id, 'terminated', now)));
      }),
    );
  const overdue = [...ids].filter((id) => now - (since.get(id) ?? now) >= STUCK_MS);
  const stuck: Job[] = [];
  for (const detail of await room.batch.describe(overdue)) {
    const { after } = await ingest(room.history.jobs, jobFromDetail(detail, now, room.shows), room.now);
    if (!isDone(after)) stuck.push(after);
  }
  await tell(
    stuck.map((job) => stuckOf(job, since.get(job.id) ?? now, now)),
    room,
  );
  const still = new Set(stuck.map((job) => subjectOf(job).name));
  await settle(
    stuckTerminated.name,
    ({ subject }) => still.has(subject.name),
    () => 'ended at last',
    room,
  );
  return stuck.length;
}
