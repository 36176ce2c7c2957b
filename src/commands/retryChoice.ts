/** Which jobs a retry is about, and for each whether and how it can be submitted again. */
import type { JobDetail } from '@aws-sdk/client-batch';
import { jobFromDetail } from '../jobs/fromBatch';
import { fitsNone } from '../jobs/instanceSizes';
import { arrayParentOf, isDone, isLost, type JobRow } from '../jobs/job';
import { MOST_SINGLE_CHILDREN, RETRY_OF, type RetryChanges, UnretriableError } from '../jobs/retry';
import { INDEXES_VARIABLE, indexWayOf } from '../jobs/retryIndexes';
import { requirementsOf } from '../jobs/retryOverrides';
import type { Submission } from '../jobs/retryShapes';
import type { LeftOut } from '../views/retry';
import { rowForList } from '../views/rowForList';
import { memory } from '../views/words';
import type { Room } from './command';
import { nameOfArn } from './queueRows';
import { type RetryPlan, retryTerms, revisionOf } from './retryTerms';

export interface RetryChoice {
  jobs: JobRow[];
  leftOut: LeftOut[];
  notes: Map<string, number>;
  plan: RetryPlan;
  /** How many jobs are submitted, each array counted by its children. */
  size: number;
  queues: Set<string>;
  /** Something is otherwise than it was though nobody asked for it; the notes tell what. */
  differs: boolean;
}

export interface Wish {
  rows: readonly JobRow[];
  changes: RetryChanges;
  /** Named by their ids, so that one that succeeded is meant too. */
  named: boolean;
  /** Of arrays only the children that failed, never the whole. */
  onlyFailed: boolean;
}

const FORGOTTEN =
  'Batch has forgotten it, and with it the values of its environment: submit it anew where it came from';

/** Why a job is left out by what is known of it without asking Batch. */
function whyNot(row: JobRow, { named }: Wish): string | undefined {
  if (row.id.includes('#')) return 'it is one node: retry the whole job';
  if (isLost(row)) return FORGOTTEN;
  if (!isDone(row)) return `it is still ${row.status.toLowerCase()}; once it has ended, or is cancelled, it can be`;
  return row.status === 'SUCCEEDED' && !named ? 'it succeeded; name it by its id to run it again' : undefined;
}

/** A parent stands for its children. */
function withoutCoveredChildren(rows: readonly JobRow[]): JobRow[] {
  const parents = new Set(rows.flatMap(({ id, arraySize }) => (arraySize === undefined ? [] : [id])));
  return rows.filter(({ id }) => !parents.has(arrayParentOf(id) ?? ''));
}

/** As many jobs as come of a submission. */
const sizeOf = ({ arrayProperties }: Submission): number => arrayProperties?.size ?? 1;

export async function chooseRetries(wish: Wish, room: Room): Promise<RetryChoice> {
  const terms = retryTerms(room);
  const leftOut: LeftOut[] = [];
  const notes = new Map<string, number>();
  const note = (words: string, n = 1) => notes.set(words, (notes.get(words) ?? 0) + n);
  const leave = (job: JobRow, why: string) => leftOut.push({ job, why });

  const possible = withoutCoveredChildren(wish.rows).filter((row) => {
    const why = whyNot(row, wish);
    if (why !== undefined) leave(row, why);
    return why === undefined;
  });
  await terms.prepare(possible.map(({ id }) => id));

  /** An array as it is submitted: whole, or as those of its children that failed. */
  async function partsOf(row: JobRow, detail: JobDetail): Promise<JobRow[]> {
    const size = detail.arrayProperties?.size;
    if (size === undefined || detail.status === 'SUCCEEDED') return [row];
    const way = indexWayOf(detail);
    const failed = await terms.failedIndexes(row.id);
    if (way === 'list' || failed.length === 0 || failed.length === size) return [row];
    if (way === 'shell' && failed.length <= MOST_SINGLE_CHILDREN) {
      const ids = failed.map((index) => `${row.id}:${index}`);
      await terms.prepare(ids);
      return ids.flatMap((id) => {
        const child = terms.detail(id);
        return child === undefined ? [] : [rowForList(jobFromDetail(child, room.now()))];
      });
    }
    const why =
      way === 'shell'
        ? `${failed.length} of its children failed, and I submit ${MOST_SINGLE_CHILDREN} single ones at most`
        : `Batch can't run single indexes of an array again, and its job neither runs a shell's script nor has the variable ${INDEXES_VARIABLE}`;
    if (wish.onlyFailed) {
      leave(row, why);
      return [];
    }
    note(`runs whole again, all ${size} children, also the ${size - failed.length} that did not fail: ${why}`);
    return [row];
  }

  const parts: JobRow[] = [];
  for (const row of possible) {
    const detail = terms.detail(row.id);
    if (detail === undefined) leave(row, FORGOTTEN);
    else parts.push(...(await partsOf(row, detail)));
  }
  // What others among them wait for is submitted first.
  parts.sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
  const itself = new Map(parts.map(({ id }) => [id, id]));

  const definitions: Record<string, string> = {};
  const plan = { changes: wish.changes, definitions };
  const chosen: RetryChoice = { jobs: [], leftOut, notes, plan, size: 0, queues: new Set(), differs: false };
  const submissions: { detail: JobDetail; submission: Submission }[] = [];
  for (const row of parts) {
    const detail = terms.detail(row.id);
    if (detail === undefined) continue;
    try {
      const { submission, notes: own } = await terms.submissionOf(detail, '', plan, itself);
      if (submission.jobDefinition !== revisionOf(detail)) definitions[revisionOf(detail)] = submission.jobDefinition;
      for (const words of new Set(own)) note(words);
      chosen.differs ||= own.length > 0;
      if (detail.status === 'SUCCEEDED') note('succeeded, and runs once more');
      chosen.jobs.push(row);
      chosen.size += sizeOf(submission);
      chosen.queues.add(nameOfArn(detail.jobQueue ?? '')).add(submission.jobQueue);
      submissions.push({ detail, submission });
    } catch (error) {
      if (!(error instanceof UnretriableError)) throw error;
      leave(row, error.message);
    }
  }
  await Promise.all([noteMisfits(submissions, note, room), noteEarlierRetries(chosen.jobs, note, room)]);
  return chosen;
}

/** Where none of the queue's environments could ever run it, as far as they and its size are known. */
async function noteMisfits(
  submissions: readonly { detail: JobDetail; submission: Submission }[],
  note: (words: string) => void,
  room: Room,
): Promise<void> {
  const isChanged = submissions.filter(
    ({ detail, submission }) =>
      submission.containerOverrides?.resourceRequirements !== undefined ||
      submission.jobQueue !== nameOfArn(detail.jobQueue ?? ''),
  );
  for (const name of new Set(isChanged.map(({ submission }) => submission.jobQueue))) {
    const [queue] = await room.batch.queues(name);
    const names = (queue?.computeEnvironmentOrder ?? []).flatMap(({ computeEnvironment }) => computeEnvironment ?? []);
    const resources = (await room.batch.computeEnvironments(names)).flatMap(
      ({ computeResources }) => computeResources ?? [],
    );
    if (resources.length === 0) continue;
    const most = Math.max(...resources.map(({ maxvCpus = Number.POSITIVE_INFINITY }) => maxvCpus));
    const types = resources.flatMap(({ instanceTypes = [] }) => instanceTypes);
    const onEc2 = resources.every(({ type = '' }) => !type.startsWith('FARGATE'));
    for (const { detail, submission } of isChanged.filter((one) => one.submission.jobQueue === name)) {
      const wanted = new Map([
        ...requirementsOf(detail.container ?? {}),
        ...requirementsOf(submission.containerOverrides ?? {}),
      ]);
      const asked = { vcpus: Number(wanted.get('VCPU') ?? 0), memoryMiB: Number(wanted.get('MEMORY') ?? 0) };
      if (asked.vcpus > most)
        note(`asks for ${asked.vcpus} vCPU, and ${name} has ${most} at most: it would never start`);
      else if (onEc2 && fitsNone(types, asked) !== undefined)
        note(
          `asks for ${asked.vcpus} vCPU and ${memory(asked.memoryMiB)}, which no instance type of ${name} has: it would never start`,
        );
    }
  }
}

/** One search for as many ids as this. */
const IDS_PER_SEARCH = 100;

/** A retry of a retry is meant sometimes, and forgotten more often. */
async function noteEarlierRetries(
  jobs: readonly JobRow[],
  note: (words: string, n?: number) => void,
  room: Room,
): Promise<void> {
  for (let at = 0; at < jobs.length; at += IDS_PER_SEARCH) {
    const some = jobs.slice(at, at + IDS_PER_SEARCH).map(({ id }) => id);
    const tags = some.map((value) => ({ key: RETRY_OF, value }));
    const known = new Set<string>();
    for (const found of await room.history.search.all({ words: [], tags })) {
      const old = found.tags?.values[RETRY_OF];
      if (found.arrayIndex !== undefined || old === undefined) continue;
      note(`was retried before: ${found.id}, ${found.status.toLowerCase()}`);
      known.add(old);
    }
    // Batch tells of a new job only when its state changes.
    for (const [id, { by, op }] of await room.history.retryClaims.takenSince(some, 0, ''))
      if (!known.has(id)) note(`was retried before, by ${by.name} (op ${op})`);
  }
}
