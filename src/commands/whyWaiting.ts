/** Gathers what a waiting job waits for: its dependencies, its queue and compute environments, and the line before it. */
import { IDS_PER_DESCRIBE } from '../aws/batch';
import { ingest } from '../history/ingest';
import { jobFromDetail } from '../jobs/fromBatch';
import { arrayParentOf, isDone, isLost, type Job } from '../jobs/job';
import { type Front, MOST_IN_FRONT, type Queue, type WaitingFacts } from '../jobs/waiting';
import { elsewhere, runsOnSpot } from '../jobs/waitingElsewhere';
import { type Dependency, dependenciesOf, standingOf } from '../jobs/waitingFor';
import type { WhyWaitingProps } from '../views/obstacle';
import type { Room } from './command';
import type { Gathering } from './gathering';

/** The newest of each: jobs that have ended as the history keeps them, the others as Batch tells them, in one call. */
export async function newestOf(ids: readonly string[], room: Room): Promise<Map<string, Job>> {
  const known = new Map((await room.history.jobs.getMany(ids)).map(({ job }) => [job.id, job]));
  const open = ids.filter((id) => {
    const job = known.get(id);
    return job === undefined || !isDone(job);
  });
  if (open.length === 0) return known;
  for (const detail of await room.batch.describe(open.slice(0, IDS_PER_DESCRIBE))) {
    const news = jobFromDetail(detail, room.now(), room.shows);
    known.set(news.id, (await ingest(room.history.jobs, news, room.now)).after);
  }
  return known;
}

async function awaited(job: Job, gathering: Gathering, room: Room): Promise<WaitingFacts['dependencies']> {
  const parentId = arrayParentOf(job.id);
  const parent = parentId === undefined ? undefined : (await room.history.jobs.get(parentId))?.job;
  const dependencies: Dependency[] = dependenciesOf(job, parent);
  if (dependencies.length === 0) return [];
  const ids = dependencies.map(({ id }) => id);
  const jobs = (await gathering.part('the jobs it depends on', newestOf(ids, room))) ?? new Map<string, Job>();
  return dependencies.map((dependency) => ({ ...dependency, job: jobs.get(dependency.id) }));
}

/** What the first dependency that has not started waits for. */
async function beyond(
  dependencies: WaitingFacts['dependencies'],
  gathering: Gathering,
  room: Room,
  isBeyond: boolean,
): Promise<WaitingFacts | undefined> {
  const job = dependencies.find((one) => standingOf(one) === 'waiting')?.job;
  if (isBeyond || job === undefined || isLost(job)) return undefined;
  if (job.status !== 'RUNNABLE' && job.status !== 'PENDING') return undefined;
  return (await gatherWaiting(job, gathering, room, true)).facts;
}

/** How long the jobs ahead have waited: their creation, as far as the history knows them. */
async function aheadOf(job: Job, front: Front, room: Room): Promise<number[]> {
  const ids = front.jobs.map(({ id }) => id);
  const place = ids.indexOf(job.id);
  const ahead = await room.history.jobs.getMany(place < 0 ? ids : ids.slice(0, place));
  return ahead.flatMap((known) => known.job.createdAt ?? []);
}

/** Beyond the jobs that Batch lists: how many of those that wait were submitted before it, which is the order of a plain queue. */
async function submittedBefore(job: Job, queue: Queue, front: Front, room: Room): Promise<number | undefined> {
  const isListed = front.jobs.length < MOST_IN_FRONT || front.jobs.some(({ id }) => id === job.id);
  if (isListed || queue.isFairShare || job.createdAt === undefined) return undefined;
  const until = { at: job.createdAt, typed: new Date(job.createdAt).toISOString() };
  const query = { words: [], queues: [queue.name], statuses: ['runnable' as const], until };
  return (await room.history.search.search(query, { limit: 1 })).total;
}

/** Of an array whose children wait: one that does. */
async function waitingChild(job: Job, room: Room): Promise<string | undefined> {
  const query = { words: [], array: job.id, statuses: ['runnable' as const] };
  return (await room.history.search.search(query, { limit: 1 })).rows[0]?.id;
}

/**
 * At most five calls to Batch beside the one that found the job: queues, environments, the queue's front and its head; of a
 * job that waits for other jobs one, which describes them, and those five where the first of them waits too.
 * @param isBeyond the job is one that another waits for: one step is followed, no more
 */
export async function gatherWaiting(
  job: Job,
  gathering: Gathering,
  room: Room,
  isBeyond = false,
): Promise<Omit<WhyWaitingProps, 'mayAct'>> {
  const base = {
    job,
    missing: gathering.missing,
    now: room.now(),
    region: room.region,
    verbs: room.commands.map(({ name }) => name),
  };
  const dependencies =
    job.status === 'SUBMITTED' || job.status === 'PENDING' ? await awaited(job, gathering, room) : [];
  const facts: WaitingFacts = { job, dependencies, beyond: await beyond(dependencies, gathering, room, isBeyond) };
  if (job.status === 'PENDING' && job.arraySize !== undefined)
    return { ...base, facts, child: await waitingChild(job, room) };
  if (job.status !== 'RUNNABLE' || job.queue === undefined) return { ...base, facts };
  const { queue: name } = job;
  const share = job.properties?.shareIdentifier ?? (await shareOfParent(job, room));
  const [whole, front] = await Promise.all([
    gathering.part('its queue', room.batch.wholeQueues()),
    gathering.part('its place in the queue', room.batch.front(name, share)),
  ]);
  const queues = whole?.queues;
  const queue = queues === undefined ? undefined : (queues.find((one) => one.name === name) ?? 'gone');
  const headId = front?.jobs[0]?.id;
  const head =
    headId === undefined || headId === job.id
      ? undefined
      : (await gathering.part('the job at the head', newestOf([headId], room)))?.get(headId);
  const other =
    queues === undefined
      ? undefined
      : elsewhere(
          job,
          name,
          queues.filter((one) => room.tracks(one.name)),
        );
  return {
    ...base,
    facts: { ...facts, queue, front, head },
    submittedBefore:
      front === undefined || queue === undefined || queue === 'gone'
        ? undefined
        : await submittedBefore(job, queue, front, room),
    aheadCreatedAt: front === undefined ? [] : await aheadOf(job, front, room),
    share,
    // On-demand is the answer to Spot alone, unless its queue can't run it at all.
    other: queue === undefined || queue === 'gone' || !runsOnSpot(queue) ? undefined : other?.name,
  };
}

async function shareOfParent(job: Job, room: Room): Promise<string | undefined> {
  const parentId = arrayParentOf(job.id);
  return parentId === undefined ? undefined : (await room.history.jobs.get(parentId))?.job.properties?.shareIdentifier;
}
