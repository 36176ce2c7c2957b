/** Learns what stands around a job: from the history where it can, from Batch where it must, in few calls. */
import { errorFields } from '../errors';
import { ingest } from '../history/ingest';
import { jobFromDetail, jobFromSummary } from '../jobs/fromBatch';
import { arrayParentOf, isDone, isLost, type Job, type JobRow } from '../jobs/job';
import { RETRY_OF } from '../jobs/retry';
import { type Dependency, nodeIndexOf, type Surroundings } from '../jobs/surroundings';
import { rowForList } from '../views/rowForList';
import type { Room } from './command';
import { gathering } from './gathering';

/** As many nodes as one call describes. */
const MOST_NODES = 100;
/** An array's 10,000 children in pages of 1,000: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html */
const MOST_CHILDREN = 10_000;
/** Three calls' worth. */
const MOST_REMEMBERED = 300;
const WRITES_AT_ONCE = 25;
const MOST_RETRIES = 3;

type OrMissing = <T>(what: string, look: () => Promise<T>) => Promise<T | undefined>;

/** What is not known is left out, and never keeps a card from its reader, who is told what AWS refused. */
function orMissingFor(job: Job, room: Room): { missing: string[]; orMissing: OrMissing } {
  const { missing, part } = gathering(room);
  return {
    missing,
    async orMissing(what, look) {
      try {
        return await part(what, look());
      } catch (error) {
        room.log.warn(`a card goes without ${what}`, { job: job.id, ...errorFields(error) });
        return undefined;
      }
    },
  };
}

const isWaiting = (job: Job): boolean => !isDone(job) && !isLost(job) && job.status !== 'RUNNING';

async function positionOf({ id, queue = '' }: Job, room: Room): Promise<Surroundings['position']> {
  const { frontOfQueue } = await room.batch.snapshot(queue);
  const front = frontOfQueue?.jobs ?? [];
  const at = front.findIndex(({ jobArn }) => jobArn?.endsWith(`/${id}`));
  return at < 0 ? { of: front.length } : { place: at + 1, of: front.length };
}

/** Whether the state of what a job depends on still matters decides whether Batch is asked. */
async function dependenciesOf(job: Job, room: Room, orMissing: OrMissing): Promise<Dependency[]> {
  const ids = job.dependsOn ?? [];
  if (ids.length === 0) return [];
  const known = new Map((await room.history.jobs.getMany(ids)).map((stored) => [stored.job.id, stored.job]));
  const unsure = ids.filter((id) => !isDone(known.get(id) ?? { status: 'RUNNING' }));
  if (isWaiting(job) && unsure.length > 0) {
    const details = await orMissing('the state of its dependencies', () => room.batch.describe(unsure));
    for (const detail of details ?? []) {
      const fresh = jobFromDetail(detail, room.now());
      known.set(fresh.id, fresh);
    }
  }
  return ids.map((id) => ({ id, job: known.get(id) }));
}

const byIndex = (a: JobRow, b: JobRow): number => (a.arrayIndex ?? 0) - (b.arrayIndex ?? 0);

/** Describes what the card has listed and the history does not know, so that a search finds it the next moment. */
async function remember(ids: readonly string[], room: Room): Promise<void> {
  const details = await room.batch.describe(ids);
  const rest = details.values();
  await Promise.all(
    Array.from({ length: WRITES_AT_ONCE }, async () => {
      for (const detail of rest)
        await ingest(room.history.jobs, jobFromDetail(detail, room.now(), room.shows), room.now);
    }),
  );
}

/** Those of which the history knows: from memory where all that Batch has counted are there, else from the table. */
export async function knownFailures({ id, arraySize = 0, children }: Job, room: Room): Promise<JobRow[]> {
  const counted = children?.counts.FAILED ?? 0;
  const { search, jobs } = room.history;
  await search.refresh();
  const live: JobRow[] = [];
  for (let index = 0; index < Math.min(arraySize, MOST_CHILDREN); index++) {
    const row = search.known(`${id}:${index}`);
    if (row?.status === 'FAILED') live.push(row);
  }
  if (children !== undefined && live.length >= counted) return live;
  const rows = new Map((await jobs.failedChildren(id)).map((row) => [row.id, row]));
  for (const row of live) rows.set(row.id, row);
  return [...rows.values()];
}

/** Lists the failed children only where the history knows of fewer than Batch has counted. */
async function failedChildren(parent: Job, room: Room, orMissing: OrMissing): Promise<JobRow[]> {
  const counted = parent.children?.counts.FAILED ?? 0;
  const failed = new Map((await knownFailures(parent, room)).map((row) => [row.id, row]));
  if (failed.size < counted) {
    await orMissing('some of its failed children', async () => {
      let listed = 0;
      const unknown: string[] = [];
      for await (const page of room.batch.list({ arrayJobId: parent.id }, 'FAILED')) {
        for (const summary of page) {
          const child = jobFromSummary(summary, parent.queue, room.now());
          if (failed.has(child.id)) continue;
          failed.set(child.id, rowForList(child));
          unknown.push(child.id);
        }
        listed += page.length;
        if (listed >= Math.min(counted, MOST_CHILDREN)) break;
      }
      // More than these the next sweep takes in.
      if (unknown.length > 0 && unknown.length <= MOST_REMEMBERED) await remember(unknown, room);
    });
  }
  return [...failed.values()].sort(byIndex);
}

async function nodesOf({ id, nodes = 0 }: Job, room: Room): Promise<Job[]> {
  const ids = Array.from({ length: Math.min(nodes, MOST_NODES) }, (_, index) => `${id}#${index}`);
  const details = await room.batch.describe(ids);
  return details
    .map((detail) => jobFromDetail(detail, room.now()))
    .sort((a, b) => (nodeIndexOf(a.id) ?? 0) - (nodeIndexOf(b.id) ?? 0));
}

/** @param mayAsk whether Batch is asked for an array that the history does not know; its children are told without it too */
async function parentOf({ id }: Job, room: Room, mayAsk: boolean): Promise<Job | undefined> {
  const parentId = arrayParentOf(id);
  if (parentId === undefined) return undefined;
  const stored = (await room.history.jobs.get(parentId))?.job;
  if (stored?.properties !== undefined || !mayAsk) return stored;
  const [detail] = await room.batch.describe([parentId]);
  return detail === undefined ? stored : jobFromDetail(detail, room.now(), room.shows);
}

/** The last few jobs that were submitted in the place of one that has ended. */
async function retriesOf({ id }: Job, room: Room): Promise<JobRow[]> {
  const query = { words: [], tags: [{ key: RETRY_OF, value: id }] };
  const { rows } = await room.history.search.search(query, { limit: MOST_RETRIES });
  return rows.filter(({ arrayIndex }) => arrayIndex === undefined);
}

/**
 * At most two calls of Batch for a job that waits, none for one that has ended; one for a multi-node job, and up to ten
 * for an array of whose failed children the history does not know.
 * @param inDetail also what only all the details show
 */
export async function lookAround(job: Job, room: Room, inDetail: boolean): Promise<Surroundings> {
  const { missing, orMissing } = orMissingFor(job, room);
  const isInLine = job.status === 'RUNNABLE' && job.queue !== undefined && !isLost(job);
  const [position, dependencies, failed, nodes, parent, retries] = await Promise.all([
    isInLine ? orMissing('its place in the queue', () => positionOf(job, room)) : undefined,
    orMissing('its dependencies', () => dependenciesOf(job, room, orMissing)),
    job.arraySize === undefined
      ? undefined
      : orMissing('its failed children', () => failedChildren(job, room, orMissing)),
    job.nodes === undefined ? undefined : orMissing('its nodes', () => nodesOf(job, room)),
    orMissing('its array', () => parentOf(job, room, inDetail)),
    isDone(job) ? orMissing('its retries', () => retriesOf(job, room)) : undefined,
  ]);
  return { position, dependencies: dependencies ?? [], failed, nodes, parent, retries, missing };
}
