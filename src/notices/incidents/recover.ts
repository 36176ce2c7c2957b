/** Hears of successes: one that started after the last failure of its definition ends the incident. */
import type { Room } from '../../commands/command';
import type { WholeIncident } from '../../history/records/incident';
import type { OpenIncident } from '../../history/records/incidents';
import type { Job } from '../../jobs/job';
import { queueToSend } from '../sending/queueToSend';
import { cardKey } from './keys';
import { withoutRevision } from './member';

/** What is known of an incident is read again so often, however many jobs succeed. */
const READ_EVERY_MS = 3_000;
const MOST_REMEMBERED = 1_000;

/** What ends by a success, rather than by a `settle`. */
export const FAILURES: ReadonlySet<string> = new Set(['failed', 'timed-out', 'spot-reclaimed', 'retried']);

export const isOfFailures = (occasion: string): boolean => FAILURES.has(occasion);

interface Standing {
  readAt: number;
  /** Of each definition, when it failed last, and when the success started that came after, if one did. */
  definitions: Map<string, { failedAt: number; startedAt: number | undefined }>;
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

/** Of each definition of an incident, when it failed last, and since when it is known to succeed again. */
export function standingOf({ members, recoveries }: WholeIncident): Standing['definitions'] {
  const definitions: Standing['definitions'] = new Map();
  for (const { definition, at } of members)
    if (definition !== undefined)
      definitions.set(definition, {
        failedAt: Math.max(at, definitions.get(definition)?.failedAt ?? 0),
        startedAt: undefined,
      });
  for (const { definition, startedAt } of recoveries) {
    const known = definitions.get(definition);
    if (known !== undefined && startedAt > known.failedAt) known.startedAt = startedAt;
  }
  return definitions;
}

async function openOnes(memory: Remembered, room: Room): Promise<OpenIncident[]> {
  const now = room.now();
  if (memory.open === undefined || now - memory.open.at > READ_EVERY_MS)
    memory.open = { at: now, incidents: await room.history.incidents.listOpen() };
  return memory.open.incidents.filter(({ occasion }) => isOfFailures(occasion));
}

async function read(id: string, memory: Remembered, room: Room): Promise<Standing> {
  const whole = await room.history.incidents.whole(id);
  const standing = { readAt: room.now(), definitions: whole === undefined ? new Map() : standingOf(whole) };
  memory.standings.set(id, standing);
  return standing;
}

/** @throws when AWS refuses: the news is then given again */
export async function recover(job: Job, room: Room): Promise<void> {
  if (job.status !== 'SUCCEEDED' || job.definition === undefined || job.startedAt === undefined) return;
  const definition = withoutRevision(job.definition);
  const { startedAt } = job;
  const memory = memoryOf(room);
  for (const { id, to, breadth, isShared, definition: own } of await openOnes(memory, room)) {
    if (breadth === 'group' && isShared !== true && own !== definition) continue;
    const known = memory.standings.get(id);
    const isFresh = known !== undefined && room.now() - known.readAt < READ_EVERY_MS;
    const before = isFresh ? known.definitions.get(definition) : undefined;
    const changesNothing = ({ failedAt, startedAt: again }: NonNullable<typeof before>) =>
      again !== undefined || startedAt <= failedAt;
    if (isFresh && (before === undefined || changesNothing(before))) continue;
    const standing = (await read(id, memory, room)).definitions.get(definition);
    if (standing === undefined) continue;
    // A worker that died may have written it down and told nobody.
    if (standing.startedAt === startedAt) await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
    if (changesNothing(standing)) continue;
    await room.history.incidents.putRecovery(id, {
      definition,
      jobId: job.id,
      startedAt,
      stoppedAt: job.stoppedAt ?? job.seenAt,
      ...(job.queue === undefined ? {} : { queue: job.queue }),
    });
    await queueToSend(room, to, cardKey(id), { urgency: 'edit' });
    standing.startedAt = startedAt;
  }
}
