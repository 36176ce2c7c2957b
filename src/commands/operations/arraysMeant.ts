/**
 * Arrays among the jobs that somebody means: a parent stands for its children where all of them are meant, and never where
 * only some are. Batch shows a parent as PENDING while its children run, whatever they do
 * (https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html).
 */
import { errorFields } from '../../errors';
import { jobFromDetail } from '../../jobs/fromBatch';
import { arrayParentOf, BATCH_STATUSES, type BatchStatus, isDone, type JobRow } from '../../jobs/job';
import type { Query } from '../../jobs/query';
import { rowForList } from '../../views/rowForList';
import type { Room } from '../command';

/** Ten calls of DescribeJobs; of more arrays the history tells. */
const MOST_DESCRIBED = 1_000;

const ACTIVE = BATCH_STATUSES.filter((status) => !isDone({ status }));

/** The states that a search asks for, among those of jobs that have not ended; undefined where it asks for none or all. */
export function statesOf({ statuses }: Pick<Query, 'statuses'>): BatchStatus[] | undefined {
  if (statuses === undefined || statuses.includes('active')) return undefined;
  const asked = ACTIVE.filter((status) => statuses.some((word) => word === status.toLowerCase()));
  return asked.length === 0 || asked.length === ACTIVE.length ? undefined : asked;
}

const isParent = ({ arraySize }: JobRow): boolean => arraySize !== undefined;

function childrenByParent(jobs: readonly JobRow[]): Map<string, JobRow[]> {
  const groups = new Map<string, JobRow[]>();
  for (const job of jobs) {
    const parent = arrayParentOf(job.id);
    if (parent === undefined) continue;
    const group = groups.get(parent) ?? [];
    group.push(job);
    groups.set(parent, group);
  }
  return groups;
}

/** Arrays as Batch counts their children now, as far as it can be asked. */
async function arraysNow(ids: readonly string[], room: Room): Promise<Map<string, JobRow>> {
  try {
    const details = await room.batch.describe(ids.slice(0, MOST_DESCRIBED));
    const rows = details.map((detail) => rowForList(jobFromDetail(detail, room.now(), room.shows)));
    return new Map(rows.map((row) => [row.id, row]));
  } catch (error) {
    room.log.warn('Batch could not be asked for arrays', errorFields(error));
    return new Map();
  }
}

const activeIn = (counts: Partial<Record<BatchStatus, number>>, states: readonly BatchStatus[]): number =>
  states.reduce((sum, status) => sum + (counts[status] ?? 0), 0);

/**
 * Leaves out the arrays that have children in other states than those that are meant; their children in these states stay.
 * @param states undefined where all are meant
 */
export async function withoutMixedArrays(
  jobs: readonly JobRow[],
  states: readonly BatchStatus[] | undefined,
  room: Room,
): Promise<{ jobs: JobRow[]; mixed: JobRow[] }> {
  const parents = jobs.filter(isParent);
  if (states === undefined || parents.length === 0) return { jobs: [...jobs], mixed: [] };
  const others = ACTIVE.filter((status) => !states.includes(status));
  const words = others.map((status) => status.toLowerCase() as Lowercase<typeof status>);
  const elsewhere = childrenByParent(
    await room.history.search.unfinished({ words: [], array: 'children', statuses: words }),
  );
  const now = await arraysNow(
    parents.map(({ id }) => id),
    room,
  );
  const mixed = parents
    .map((parent) => now.get(parent.id) ?? parent)
    .filter(({ id, children }) => elsewhere.has(id) || activeIn(children?.counts ?? {}, others) > 0);
  const left = new Set(mixed.map(({ id }) => id));
  return { jobs: jobs.flatMap((job) => (left.has(job.id) ? [] : (now.get(job.id) ?? job))), mixed };
}

/**
 * An array in place of its children where all of them that have not ended are there: what is done to it is done to them, once.
 * @returns `covered`: the children that go with an array; `gathered`: the arrays that were not there themselves
 */
export async function asArrays(
  jobs: readonly JobRow[],
  room: Room,
): Promise<{ jobs: JobRow[]; covered: JobRow[]; gathered: JobRow[] }> {
  const parents = new Set(jobs.filter(isParent).map(({ id }) => id));
  const groups = [...childrenByParent(jobs)].filter(([id, children]) => !parents.has(id) && children.length > 1);
  const now = await arraysNow(
    groups.map(([id]) => id),
    room,
  );
  const gathered = groups.flatMap(([id, children]) => {
    const array = now.get(id);
    const active = activeIn(array?.children?.counts ?? {}, ACTIVE);
    return array !== undefined && active > 0 && children.length >= active ? [array] : [];
  });
  for (const { id } of gathered) parents.add(id);
  const isCovered = ({ id }: JobRow) => parents.has(arrayParentOf(id) ?? '');
  return { jobs: [...gathered, ...jobs.filter((job) => !isCovered(job))], covered: jobs.filter(isCovered), gathered };
}
