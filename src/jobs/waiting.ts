/**
 * What a job that has not started waits for: the rules, over plain facts. They give every obstacle that is known, the
 * decisive one first; how they are worded is the view's.
 */

import { environmentHealth } from './capacity';
import { type Cause, causeOf } from './causes';
import { fitsNone } from './instanceSizes';
import { arrayParentOf, type Job } from './job';
import { type Awaited, standingOf } from './waitingFor';

/** A compute environment in AWS's words. */
export interface Environment {
  name: string;
  state?: string | undefined;
  status?: string | undefined;
  statusReason?: string | undefined;
  /** EC2, SPOT, FARGATE or FARGATE_SPOT; absent where it is unmanaged. */
  type?: string | undefined;
  maxvCpus?: number | undefined;
  /** What is rented now; Fargate has none. */
  desiredvCpus?: number | undefined;
  instanceTypes: readonly string[];
}

export interface Queue {
  name: string;
  state?: string | undefined;
  status?: string | undefined;
  statusReason?: string | undefined;
  isFairShare: boolean;
  /** After how many seconds at the head it cancels a job that is blocked for that reason. */
  limits: readonly { reason: string; seconds: number }[];
  /** In the order in which Batch tries them. */
  environments: readonly Environment[];
}

/** The first RUNNABLE jobs of a queue, in the order of their turn: Batch tells 100 at most. */
export interface Front {
  jobs: readonly { id: string; since?: number | undefined }[];
  usedVcpus?: number | undefined;
  /** How many shares are in use, and how many vCPUs the job's own holds, in a fair-share queue. */
  activeShares?: number | undefined;
  ownShareVcpus?: number | undefined;
}
export const MOST_IN_FRONT = 100;

export interface WaitingFacts {
  job: Job;
  dependencies: readonly Awaited[];
  /** `gone` when Batch has no such queue; undefined when it could not be asked. */
  queue?: Queue | 'gone' | undefined;
  front?: Front | undefined;
  /** The job at the queue's head, if that is another one and known. */
  head?: Job | undefined;
  /** What the first of the dependencies waits for itself, if it has not started either. */
  beyond?: WaitingFacts | undefined;
}

export type Obstacle =
  | { kind: 'submitted' }
  | { kind: 'children' }
  | {
      kind: 'dependencies';
      waiting: Awaited[];
      failed: Awaited[];
      unknown: Awaited[];
      done: number;
      beyond?: WaitingFacts;
    }
  | { kind: 'dependenciesMet'; done: number }
  | { kind: 'queueGone' }
  | { kind: 'queueInvalid'; queue: Queue }
  | { kind: 'environments'; queue: Queue }
  | { kind: 'tooBig'; asked: number; most: number; environments: string[] }
  | { kind: 'noType'; lacks: 'vcpus' | 'memory' | 'gpus' | 'all'; types: string[]; environments: string[] }
  | { kind: 'blocked'; cause: Cause; limitSeconds: number | undefined }
  | { kind: 'headBlocked'; head: Job; cause: Cause; since: number | undefined }
  | { kind: 'full'; environments: { name: string; used: number; most: number }[]; asked: number }
  | { kind: 'turn'; ahead: number; headSince: number | undefined }
  | { kind: 'behind'; least: number }
  | { kind: 'first'; since: number | undefined }
  | { kind: 'placing' }
  | { kind: 'queueDisabled'; queue: Queue }
  | { kind: 'starting' };
export type ObstacleKind = Obstacle['kind'];

/** What all nodes of a multi-node job ask for together. */
export const askedVcpus = (job: Pick<Job, 'vcpus' | 'nodes'>): number | undefined =>
  job.vcpus === undefined ? undefined : job.vcpus * (job.nodes ?? 1);

/** What no job of the kind can do: it waits for ever. */
export const waitsForEver = (obstacle: Obstacle): boolean =>
  obstacle.kind === 'tooBig' ||
  obstacle.kind === 'noType' ||
  obstacle.kind === 'queueGone' ||
  (obstacle.kind === 'blocked' && ['resourceRequirement', 'maxResource'].includes(obstacle.cause.key));

const isUsable = (environment: Environment): boolean => environmentHealth(environment).kind === 'well';

/** An array may stand in the line by its own id or by its children's. */
function placeInFront(job: Pick<Job, 'id' | 'arraySize'>, front: Front): number {
  const exact = front.jobs.findIndex(({ id }) => id === job.id);
  if (exact >= 0) return exact;
  const parent = arrayParentOf(job.id);
  return front.jobs.findIndex(
    ({ id }) => id === parent || (job.arraySize !== undefined && arrayParentOf(id) === job.id),
  );
}

function dependencyObstacle({ dependencies, beyond }: WaitingFacts): Obstacle | undefined {
  if (dependencies.length === 0) return undefined;
  const by = (standing: ReturnType<typeof standingOf>) => dependencies.filter((one) => standingOf(one) === standing);
  const [waiting, failed, unknown, done] = [by('waiting'), by('failed'), by('unknown'), by('done').length];
  return waiting.length + failed.length + unknown.length === 0
    ? { kind: 'dependenciesMet', done }
    : { kind: 'dependencies', waiting, failed, unknown, done, ...(beyond === undefined ? {} : { beyond }) };
}

/** Limits that the usable environments put to any job of this size. */
function limitObstacles(job: Job, usable: readonly Environment[]): Obstacle[] {
  const asked = askedVcpus(job);
  const found: Obstacle[] = [];
  const names = usable.map(({ name }) => name);
  const most = Math.max(...usable.map(({ maxvCpus = Number.POSITIVE_INFINITY }) => maxvCpus));
  if (asked !== undefined && asked > most) found.push({ kind: 'tooBig', asked, most, environments: names });
  // Fargate has no instance types, and an unmanaged environment's instances are not Batch's to choose.
  if (usable.every(({ type }) => type === 'EC2' || type === 'SPOT')) {
    const types = usable.flatMap(({ instanceTypes }) => instanceTypes);
    const lacks = fitsNone(types, job);
    if (lacks !== undefined) found.push({ kind: 'noType', lacks, types, environments: names });
  }
  return found;
}

function fullObstacle(job: Job, usable: readonly Environment[], front: Front | undefined): Obstacle | undefined {
  const asked = askedVcpus(job) ?? 0;
  const [only] = usable;
  const filled = usable.flatMap((environment) => {
    const { name, maxvCpus: most } = environment;
    // Of Fargate only the queue's own use is told.
    const used =
      environment.desiredvCpus ?? (usable.length === 1 && only === environment ? front?.usedVcpus : undefined);
    // One that could never take it is not full, but too small.
    const isFull = most !== undefined && used !== undefined && asked <= most && used + asked > most;
    return isFull ? [{ name, used, most }] : [];
  });
  return filled.length > 0 && filled.length === usable.length
    ? { kind: 'full', environments: filled, asked }
    : undefined;
}

/** Its place in the line; undefined where Batch does not tell, since its picture of the line is a little behind. */
function turnObstacle({ jobs }: Front, place: number): Obstacle | undefined {
  if (place === 0) return { kind: 'first', since: jobs[0]?.since };
  if (place > 0) return { kind: 'turn', ahead: place, headSince: jobs[0]?.since };
  return jobs.length >= MOST_IN_FRONT ? { kind: 'behind', least: jobs.length } : undefined;
}

function queueObstacles(job: Job, queue: Queue): Obstacle[] {
  const usable = queue.environments.filter(isUsable);
  return [
    ...(queue.status === undefined || queue.status === 'VALID' ? [] : [{ kind: 'queueInvalid' as const, queue }]),
    ...(queue.environments.length > 0 && usable.length === 0 ? [{ kind: 'environments' as const, queue }] : []),
    ...(usable.length === 0 ? [] : limitObstacles(job, usable)),
  ];
}

function blockObstacles({ job, front, head }: WaitingFacts, queue: Queue | undefined, place: number): Obstacle[] {
  const own = causeOf(job);
  const limit = queue?.limits.find(({ reason }) => job.statusReason?.startsWith(reason));
  const others = head === undefined || head.status !== 'RUNNABLE' || place === 0 ? undefined : causeOf(head);
  return [
    ...(own === undefined ? [] : [{ kind: 'blocked' as const, cause: own, limitSeconds: limit?.seconds }]),
    ...(head === undefined || others === undefined
      ? []
      : [{ kind: 'headBlocked' as const, head, cause: others, since: front?.jobs[0]?.since }]),
  ];
}

function runnableObstacles(facts: WaitingFacts): Obstacle[] {
  const { job, front } = facts;
  if (facts.queue === 'gone') return [{ kind: 'queueGone' }];
  const { queue } = facts;
  const place = front === undefined ? -1 : placeInFront(job, front);
  const usable = queue?.environments.filter(isUsable) ?? [];
  const blocks = blockObstacles(facts, queue, place);
  const found = [
    ...(queue === undefined ? [] : queueObstacles(job, queue)),
    ...blocks,
    // Room would not help while Batch holds the line up for another reason.
    usable.length === 0 || blocks.length > 0 ? undefined : fullObstacle(job, usable, front),
    front === undefined ? undefined : turnObstacle(front, place),
    // Jobs that are in a disabled queue can go on (SDK, JobQueueDetail), so that this is told last.
    queue?.state === 'DISABLED' ? { kind: 'queueDisabled' as const, queue } : undefined,
  ].filter((obstacle) => obstacle !== undefined);
  return found.length > 0 ? found : [{ kind: 'placing' }];
}

/**
 * Everything that is known to hold the job back, the decisive thing first; empty for a job that has started or ended.
 */
export function obstaclesOf(facts: WaitingFacts): Obstacle[] {
  const { job } = facts;
  switch (job.status) {
    case 'SUBMITTED':
      return [dependencyObstacle(facts) ?? { kind: 'submitted' }];
    case 'PENDING': {
      const awaited = dependencyObstacle(facts);
      // A parent stays PENDING while its children live (https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html).
      const hasChildren = job.arraySize !== undefined && job.children !== undefined;
      const held = awaited?.kind === 'dependencies' ? [awaited] : [];
      if (hasChildren && held.length === 0) return [{ kind: 'children' }];
      return awaited === undefined ? [{ kind: 'submitted' }] : [awaited];
    }
    case 'RUNNABLE':
      return runnableObstacles(facts);
    case 'STARTING':
      return [{ kind: 'starting' }];
    default:
      return [];
  }
}
