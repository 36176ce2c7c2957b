/** Hears of successes: one that started after the last failure of its definition in its queue ends the incident. */
import type { Room } from '../../commands/command';
import type { OpenIncident } from '../../history/records/incidents';
import { arrayParentOf, type Job } from '../../jobs/job';
import { queueToSend } from '../sending/queueToSend';
import { cardKey } from './keys';
import { withoutRevision } from './member';
import { isOfFailures, keyOf, type Stand, standingOf } from './standing';

/** What is known of an incident is read again so often, however many jobs succeed. */
const READ_EVERY_MS = 3_000;
const MOST_REMEMBERED = 1_000;

interface Standing {
  readAt: number;
  places: Map<string, Stand>;
}

interface Remembered {
  open: { at: number; incidents: OpenIncident[] } | undefined;
  standings: Map<string, Standing>;
}

const remembered = new WeakMap<Room['history'], Remembered>();

function memoryOf({ history }: Room): Remembered {
  const known = remembered.get(history) ?? { open: undefined, standings: new Map() };
  remembered.set(history, known);
  if (known.standings.size > MOST_REMEMBERED) known.standings.clear();
  return known;
}

async function openOnes(memory: Remembered, room: Room): Promise<OpenIncident[]> {
  const now = room.now();
  if (memory.open === undefined || now - memory.open.at > READ_EVERY_MS)
    memory.open = { at: now, incidents: await room.history.incidents.listOpen() };
  return memory.open.incidents.filter(({ occasion }) => isOfFailures(occasion));
}

async function read(id: string, memory: Remembered, room: Room): Promise<Standing> {
  const whole = await room.history.incidents.whole(id);
  const standing = { readAt: room.now(), places: whole === undefined ? new Map<string, Stand>() : standingOf(whole) };
  memory.standings.set(id, standing);
  return standing;
}

/**
 * Whether a job that ended well shows that its definition works again. A child of an array that may still fail does not, nor a
 * node of a job: in what fails now and then, some always succeed.
 */
export async function isSuccess(
  { id, status }: Pick<Job, 'id' | 'status'>,
  { history }: Pick<Room, 'history'>,
): Promise<boolean> {
  if (status !== 'SUCCEEDED' || id.includes('#')) return false;
  const parent = arrayParentOf(id);
  return parent === undefined || (await history.jobs.get(parent))?.job.status === 'SUCCEEDED';
}

/** Of an array Batch may not tell when it started; none of its children started before it was submitted. */
export const startOf = (job: Pick<Job, 'startedAt' | 'arraySize' | 'createdAt'>): number | undefined =>
  job.startedAt ?? (job.arraySize === undefined ? undefined : job.createdAt);

/** @throws when AWS refuses: the news is then given again */
export async function recover(job: Job, room: Room): Promise<void> {
  const startedAt = startOf(job);
  if (job.status !== 'SUCCEEDED' || job.definition === undefined || startedAt === undefined) return;
  const place = { definition: withoutRevision(job.definition), queue: job.queue };
  const key = keyOf(place);
  const memory = memoryOf(room);
  for (const { id, to, breadth, isShared, definition: own, queue } of await openOnes(memory, room)) {
    const isOwn = own === place.definition && queue === place.queue;
    if (breadth === 'group' && isShared !== true && !isOwn) continue;
    const known = memory.standings.get(id);
    const isFresh = known !== undefined && room.now() - known.readAt < READ_EVERY_MS;
    const before = isFresh ? known.places.get(key) : undefined;
    const changesNothing = ({ failedAt, startedAt: again }: Stand) => again !== undefined || startedAt <= failedAt;
    if (isFresh && (before === undefined || changesNothing(before))) continue;
    if (!(await isSuccess(job, room))) return;
    const standing = (await read(id, memory, room)).places.get(key);
    if (standing === undefined) continue;
    // A worker that died may have written it down and told nobody.
    if (standing.startedAt === startedAt) await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
    if (changesNothing(standing)) continue;
    const stoppedAt = job.stoppedAt ?? job.seenAt;
    await room.history.incidents.putRecovery(id, {
      definition: place.definition,
      jobId: job.id,
      startedAt,
      stoppedAt,
      ...(job.queue === undefined ? {} : { queue: job.queue }),
    });
    await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
    standing.startedAt = startedAt;
    standing.succeededAt = stoppedAt;
  }
}
