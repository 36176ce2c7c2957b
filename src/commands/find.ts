/** From what people call a job (id, prefix, ARN, link, parent:index) to the job, fresh from Batch where that matters. */
import { UserError } from '../errors';
import { ingest } from '../history/ingest';
import { jobFromDetail } from '../jobs/fromBatch';
import { isDone, type Job } from '../jobs/job';
import { parseReference } from '../jobs/reference';
import { some } from '../views/words';
import type { Room } from './command';
import { malformed, refuseForeign, refuseOutside, unknownJob, wholeOf } from './notFound';

/** How many of the jobs that a prefix fits are listed. */
const MOST_LISTED = 10;

export class AmbiguousJobError extends Error {
  override name = 'AmbiguousJobError';
  constructor(
    readonly prefix: string,
    readonly jobs: readonly Job[],
    readonly more: boolean,
  ) {
    super(`${prefix} fits several jobs`);
  }
}

/** Asks Batch for the newest state of a job; undefined when Batch does not know it (any more). */
async function fromBatch(id: string, room: Room): Promise<Job | undefined> {
  const [detail] = await room.batch.describe([id]);
  if (detail === undefined) return undefined;
  return (await ingest(room.history.jobs, jobFromDetail(detail, room.now(), room.shows), room.now)).after;
}

/** @throws UserError for a child or a node that the job, which is known, cannot have */
async function refusePartOutside(id: string, room: Room): Promise<void> {
  const wholeId = wholeOf(id);
  if (wholeId === undefined) return;
  const whole = (await room.history.jobs.get(wholeId))?.job ?? (await fromBatch(wholeId, room));
  if (whole !== undefined) refuseOutside(id, whole);
}

/**
 * @throws UserError when nothing is called that
 * @throws AmbiguousJobError when a prefix fits several jobs
 */
export async function findJob(text: string, verb: string, room: Room): Promise<Job> {
  if (text.trim() === '')
    throw new UserError(
      `Which job? It goes: ${room.slash} ${verb} <id>, for example an id from ${room.slash} search.`,
      'search',
    );
  const reference = parseReference(text);
  if (reference === undefined) throw await malformed(text, verb, room);
  if (reference.kind === 'prefix') {
    const found = await room.history.jobs.findByPrefix(reference.prefix, MOST_LISTED * 20);
    // An array's children begin with their parent's id: the parent is what is meant.
    const jobs = found.map(({ job }) => job);
    const tops = jobs.filter(({ arrayIndex }) => arrayIndex === undefined);
    const meant = tops.length > 0 ? tops : jobs;
    const [only, ...others] = meant;
    if (only === undefined)
      throw new UserError(
        `No job's id begins with ${reference.prefix}. Jobs from before batchbot ran here, and older than 7 days, are not known.`,
      );
    if (others.length > 0)
      throw new AmbiguousJobError(reference.prefix, meant.slice(0, MOST_LISTED), meant.length > MOST_LISTED);
    return isDone(only) ? only : ((await fromBatch(only.id, room)) ?? only);
  }
  const stored = await room.history.jobs.get(reference.id);
  await refuseForeign(reference, stored?.job, room);
  if (stored !== undefined && isDone(stored.job) && stored.job.whole) return stored.job;
  const fresh = await fromBatch(reference.id, room);
  if (fresh !== undefined) return fresh;
  if (stored !== undefined) return stored.job;
  await refusePartOutside(reference.id, room);
  throw await unknownJob(reference, verb, room);
}

/** So many of those that are not known are named. */
const MOST_UNKNOWN_NAMED = 5;

/**
 * Several at once.
 * @throws UserError that names all that are not known, with the others as a way on
 */
export async function findJobs(texts: readonly string[], verb: string, room: Room): Promise<Job[]> {
  const found = await Promise.allSettled(texts.map((text) => findJob(text, verb, room)));
  const failures = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const [first] = failures;
  if (first === undefined) return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const isUnknown = failures.every((failure) => failure instanceof UserError);
  if (!isUnknown || texts.length === 1 || (failures.length === 1 && texts.length === 2)) throw first;
  const unknown = texts.filter((_, n) => found[n]?.status === 'rejected');
  const known = texts.filter((_, n) => found[n]?.status === 'fulfilled');
  throw new UserError(
    `Of these ${texts.length} jobs I don't know ${some(unknown, MOST_UNKNOWN_NAMED)}.${known.length === 0 ? '' : ' The others I do.'}`,
    known.length === 0 ? undefined : `${verb} ${known.join(' ')}`,
  );
}
