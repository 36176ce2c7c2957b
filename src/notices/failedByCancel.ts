/** What a job fell with; and whether that was cancelled from Slack: whoever did that meant it. */
import type { Room } from '../commands/command';
import { cancelledBy } from '../jobs/cancelReason';
import { jobFromDetail } from '../jobs/fromBatch';
import { isDone, type Job } from '../jobs/job';

/** Batch's words for it, as in `jobs/causes/placement.ts`. */
const DEPENDENCY_FAILED = /^Dependent Job failed/im;
/** A job has at most 20 dependencies (https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html); chains of them may be long. */
const MOST_STEPS = 10;

/** The end of a dependency may be told after that of its dependent: Batch is asked for those that the history holds to be alive. */
async function fresh(ids: readonly string[], known: readonly Job[], room: Asked): Promise<Job[]> {
  const done = new Set(known.filter(isDone).map(({ id }) => id));
  const unsure = ids.filter((id) => !done.has(id));
  if (unsure.length === 0) return [];
  return (await room.batch.describe(unsure)).map((detail) => jobFromDetail(detail, room.now()));
}

type Asked = Pick<Room, 'history' | 'batch' | 'now'>;

/** The jobs whose failure brought this one down: those that it depends on, and those before them, the nearest first. */
export async function failedBefore(job: Job, room: Asked): Promise<Job[]> {
  const seen = new Set([job.id]);
  const found: Job[] = [];
  let failed: Job[] = [job];
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = failed
      .filter(({ statusReason = '' }) => DEPENDENCY_FAILED.test(statusReason))
      .flatMap(({ dependsOn = [] }) => dependsOn.filter((id) => !seen.has(id)));
    if (next.length === 0) break;
    for (const id of next) seen.add(id);
    const known = (await room.history.jobs.getMany([...new Set(next)])).map((one) => one.job);
    failed = [...known, ...(await fresh(next, known, room))].filter(({ status }) => status === 'FAILED');
    found.push(...failed);
  }
  return found;
}

export const failedByCancel = async (job: Job, room: Asked): Promise<boolean> =>
  (await failedBefore(job, room)).some((one) => cancelledBy(one) !== undefined);
