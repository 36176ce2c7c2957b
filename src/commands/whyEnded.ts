/** Gathers what bears out why a job failed, and how long jobs like it take, from the history as far as that knows. */
import { type Cause, cancelledBy, instanceIn } from '../jobs/causes';
import type { Job } from '../jobs/job';
import { logPlaceOf, newestAttempt } from '../jobs/logPlace';
import type { Query } from '../jobs/query';
import { elsewhere } from '../jobs/waitingElsewhere';
import type { Usual } from '../views/why';
import type { HostFacts, WhyFailedProps } from '../views/whyFailed';
import type { Room } from './command';
import type { Gathering } from './gathering';
import { knownFailures } from './lookAround';
import { repeatsOf } from './whyRepeats';
import { newestOf } from './whyWaiting';

const DAY_MS = 86_400_000;
/** Jobs that tell how long one of their kind takes. */
const USUAL_DAYS = 30;
const MOST_USUAL = 100;
const LOG_LINES = 8;

const since = (days: number, now: number) => ({ at: now - days * DAY_MS, typed: `${days}d` });

/** The median length of the runs of this definition that succeeded. */
export async function usualOf(job: Job, room: Room): Promise<Usual | undefined> {
  if (job.definition === undefined || job.arraySize !== undefined) return undefined;
  const query: Query = {
    words: [],
    definitions: [job.definition],
    statuses: ['succeeded'],
    since: since(USUAL_DAYS, room.now()),
  };
  const { rows } = await room.history.search.search(query, { limit: MOST_USUAL });
  const runs = rows
    .filter(({ id }) => id !== job.id)
    .flatMap(({ startedAt, stoppedAt }) =>
      startedAt === undefined || stoppedAt === undefined ? [] : [stoppedAt - startedAt],
    )
    .sort((a, b) => a - b);
  const median = runs[Math.floor((runs.length - 1) / 2)];
  const longest = runs.at(-1);
  return median === undefined || longest === undefined
    ? undefined
    : { medianMs: median, longestMs: longest, runs: runs.length, days: USUAL_DAYS };
}

/** The end of the log of the attempt that failed: one call to CloudWatch. */
async function lastLines(job: Job, gathering: Gathering, room: Room) {
  const place = logPlaceOf(job, newestAttempt(job));
  if (place === undefined) return [];
  const page = await gathering.part('the end of its log', room.logs.read(place, 'tail', LOG_LINES));
  return page?.lines ?? [];
}

/** What EC2 says of the instance, which it forgets within the hour, and how many jobs were lost with it. */
async function hostOf(job: Job, gathering: Gathering, room: Room): Promise<HostFacts | undefined> {
  const id = instanceIn(job);
  if (id === undefined) return undefined;
  const [found, lost] = await Promise.all([
    gathering.part('its instance', room.instances.describe([id])),
    room.history.search.search({ words: [], reasons: [id], statuses: ['failed'] }, { limit: 1 }),
  ]);
  const instance = found?.get(id);
  return {
    id,
    type: instance?.InstanceType,
    zone: instance?.Placement?.AvailabilityZone,
    isSpot: instance === undefined ? undefined : instance.InstanceLifecycle === 'spot',
    state: instance?.State?.Name,
    reason: instance?.StateReason?.Message ?? (instance?.StateTransitionReason || undefined),
    // The job itself is among them once the history has its end.
    lostWithIt: Math.max(0, lost.total - 1),
  };
}

/** One call where the history does not know of their end yet. */
async function failedDependencies(job: Job, gathering: Gathering, room: Room): Promise<Job[]> {
  const known = await gathering.part('the jobs it depends on', newestOf(job.dependsOn ?? [], room));
  return [...(known?.values() ?? [])].filter(({ status }) => status === 'FAILED');
}

/**
 * At most four calls to AWS, and only those that the cause asks for: the log's end, the instance, and queues with their
 * compute environments where another queue may be the answer.
 */
export async function gatherFailed(
  job: Job,
  cause: Cause,
  gathering: Gathering,
  room: Room,
): Promise<Omit<WhyFailedProps, 'mayAct'>> {
  const wants = (evidence: Cause['evidence'][number]): boolean => cause.evidence.includes(evidence);
  const op = cancelledBy(job)?.op;
  const [lines, host, dependencies, children, whole, repeats, operation] = await Promise.all([
    wants('log') ? lastLines(job, gathering, room) : [],
    wants('host') ? hostOf(job, gathering, room) : undefined,
    wants('dependencies') ? failedDependencies(job, gathering, room) : [],
    wants('children') ? knownFailures(job, room) : [],
    cause.key === 'hostTerminated' || cause.key === 'spotInterrupted'
      ? gathering.part('other queues', room.batch.wholeQueues())
      : undefined,
    // What somebody stopped on purpose did not fail again.
    op !== undefined || cause.key === 'terminated' ? undefined : repeatsOf(job, cause, room),
    op === undefined ? undefined : room.history.operations.get(op),
  ]);
  const tracked = whole?.queues.filter(({ name }) => room.tracks(name)) ?? [];
  return {
    job,
    cause,
    lines,
    host,
    dependencies,
    children,
    repeats,
    operation,
    other: job.queue === undefined ? undefined : elsewhere(job, job.queue, tracked)?.name,
    missing: gathering.missing,
    now: room.now(),
    region: room.region,
    verbs: room.commands.map(({ name }) => name),
  };
}
