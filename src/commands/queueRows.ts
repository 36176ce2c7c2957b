/** Queues as they are shown: what Batch says of each and its compute environments, and the jobs known to be in it. */
import type { ComputeEnvironmentDetail, JobQueueDetail } from '@aws-sdk/client-batch';
import { causeOf } from '../jobs/causes';
import { arrayParentOf, type BatchStatus, type JobRow } from '../jobs/job';
import { parseQuery } from '../jobs/query';
import type { QueueEnvironment, QueueRow } from '../views/queues';
import type { Room } from './command';

export const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function environmentOf(detail: ComputeEnvironmentDetail | undefined, arn: string): QueueEnvironment {
  const { type, desiredvCpus, maxvCpus } = detail?.computeResources ?? {};
  return {
    name: detail?.computeEnvironmentName ?? nameOfArn(arn),
    state: detail?.state,
    status: detail?.status,
    statusReason: detail?.statusReason,
    type,
    desiredvCpus,
    maxvCpus: maxvCpus ?? detail?.unmanagedvCpus,
  };
}

function rowOf(
  detail: JobQueueDetail,
  name: string,
  environments: ReadonlyMap<string, ComputeEnvironmentDetail>,
): QueueRow {
  const order = [...(detail.computeEnvironmentOrder ?? [])].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  return {
    name,
    arn: detail.jobQueueArn,
    state: detail.state,
    status: detail.status,
    statusReason: detail.statusReason,
    priority: detail.priority ?? 0,
    schedulingPolicyArn: detail.schedulingPolicyArn || undefined,
    timeLimits: (detail.jobStateTimeLimitActions ?? []).map(({ reason = '', maxTimeSeconds = 0 }) => ({
      reason,
      seconds: maxTimeSeconds,
    })),
    tags: detail.tags ?? {},
    depth: {},
    oldestWaiting: undefined,
    blocked: undefined,
    environments: order.map(({ computeEnvironment: arn = '' }) => environmentOf(environments.get(nameOfArn(arn)), arn)),
  };
}

const ACTIVE = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING'] as const;
/** Arrays of which it is looked up whether all children are known; of more, Batch's own count is taken, a minute old. */
const MOST_LOOKED_UP = 20;

/**
 * The arrays whose children are counted one by one; of the others not all children are known, and the count that Batch
 * keeps with the parent is the better one.
 */
async function arraysKnownWhole(active: readonly JobRow[], room: Room): Promise<Set<string>> {
  const known = new Map<string, number>();
  for (const { id } of active) {
    const parent = arrayParentOf(id);
    if (parent !== undefined) known.set(parent, (known.get(parent) ?? 0) + 1);
  }
  const arrays = active.filter(({ arraySize }) => arraySize !== undefined);
  const told = (row: JobRow) => ACTIVE.reduce((sum, status) => sum + (row.children?.counts[status] ?? 0), 0);
  const whole = new Set(arrays.filter((row) => (known.get(row.id) ?? 0) >= told(row)).map(({ id }) => id));
  const unclear = arrays.filter(({ id }) => !whole.has(id) && known.has(id)).slice(0, MOST_LOOKED_UP);
  await Promise.all(
    unclear.map(async ({ id, arraySize = 0 }) => {
      const query = parseQuery(`array:${id}`, { now: room.now() });
      if ((await room.history.search.search(query, { limit: 1 })).total >= arraySize) whole.add(id);
    }),
  );
  return whole;
}

function addWaiting(row: QueueRow, job: JobRow): void {
  const { id, name = job.id, createdAt } = job;
  if (createdAt === undefined) return;
  const isOldest = row.oldestWaiting === undefined || createdAt < row.oldestWaiting.createdAt;
  if (isOldest) row.oldestWaiting = { id, name, createdAt };
  const cause = job.statusReason === undefined ? undefined : causeOf(job);
  if (cause !== undefined && (isOldest || row.blocked === undefined))
    row.blocked = { headline: cause.headline, nextStep: cause.nextStep, jobId: id };
}

async function addJobs(rows: ReadonlyMap<string, QueueRow>, active: readonly JobRow[], room: Room): Promise<void> {
  const whole = await arraysKnownWhole(active, room);
  const arrays = new Set(active.filter(({ arraySize }) => arraySize !== undefined).map(({ id }) => id));
  for (const job of active) {
    const row = rows.get(job.queue ?? '');
    if (row === undefined) continue;
    const add = (status: BatchStatus, jobs: number) => {
      if (jobs > 0) row.depth[status] = (row.depth[status] ?? 0) + jobs;
    };
    if (job.arraySize !== undefined) {
      if (whole.has(job.id)) continue;
      for (const status of ACTIVE) add(status, job.children?.counts[status] ?? 0);
      if ((job.children?.counts.RUNNABLE ?? 0) > 0) addWaiting(row, job);
      continue;
    }
    const parent = arrayParentOf(job.id);
    if (parent === undefined || !arrays.has(parent) || whole.has(parent)) add(job.status, 1);
    if (job.status === 'RUNNABLE') addWaiting(row, job);
  }
}

/** Every queue that is tracked, with its active jobs as they are known, in the order in which Batch lists them. */
export async function queueRows(room: Room): Promise<QueueRow[]> {
  const [details, environments, active] = await Promise.all([
    room.batch.queues(),
    room.batch.computeEnvironments(),
    room.history.search.unfinished(parseQuery('status:active', { now: room.now() })),
  ]);
  const byName = new Map(environments.map((detail) => [detail.computeEnvironmentName ?? '', detail]));
  const rows = details.flatMap((detail) => {
    const { jobQueueName: name } = detail;
    return name === undefined || !room.tracks(name) ? [] : [rowOf(detail, name, byName)];
  });
  await addJobs(new Map(rows.map((row) => [row.name, row])), active, room);
  return rows;
}
