/** The state of the local AWS's compute side: every job, queue, environment, definition and host, and what indexes them. */
import type { ComputeEnvironmentDetail, JobDefinition, JobQueueDetail } from '@aws-sdk/client-batch';
import type { Random } from '../../workload/random';
import type { Bus } from '../bus';
import type { Timers } from '../timers';
import type { Host } from './hosts';
import { nodeCount, nodeTaskId } from './nodes';
import { type Attempt, isOver, parentIdOf, type SimJob, type Step } from './simJob';

/** Batch keeps a finished job for 7 days at least (user guide, *Job states*). */
export const KEPT_MS = 7 * 86_400_000;

export interface Environment {
  detail: ComputeEnvironmentDetail;
  usedVcpus: number;
}

/** An attempt's task; of a multi-node job, that of one node. */
export interface Task {
  job: SimJob;
  attempt: Attempt;
  node?: number;
}

export interface World {
  now: () => number;
  /** Divides every simulated duration. */
  speed: number;
  random: Random;
  timers: Timers;
  bus: Bus;
  jobs: Map<string, SimJob>;
  /** An array's children by index, by the parent's id. */
  families: Map<string, SimJob[]>;
  /** Jobs that are no array's child, by queue name, oldest first. */
  byQueue: Map<string, SimJob[]>;
  /** Jobs that look for capacity, by queue name, first come first served. */
  waiting: Map<string, SimJob[]>;
  /** When a job last left the front of a queue's line, by queue name: all behind it then moved up. */
  movedUpAt: Map<string, number>;
  /** Jobs to look at again when the job of this id is over. */
  dependents: Map<string, SimJob[]>;
  /** By `name:revision`. */
  definitions: Map<string, JobDefinition>;
  /** The highest revision ever given out, by definition name. */
  latestRevisions: Map<string, number>;
  queues: Map<string, JobQueueDetail>;
  environments: Map<string, Environment>;
  /** By EC2 instance id. */
  hosts: Map<string, Host>;
  /** By ECS task id. */
  tasks: Map<string, Task>;
  /** Does a job's next step; see `lifecycle.ts`. */
  perform: (job: SimJob, step: Step) => void;
}

export const emptyWorld = (given: Pick<World, 'now' | 'speed' | 'random' | 'timers' | 'bus' | 'perform'>): World => ({
  ...given,
  jobs: new Map(),
  families: new Map(),
  byQueue: new Map(),
  waiting: new Map(),
  movedUpAt: new Map(),
  dependents: new Map(),
  definitions: new Map(),
  latestRevisions: new Map(),
  queues: new Map(),
  environments: new Map(),
  hosts: new Map(),
  tasks: new Map(),
});

export function listUnder<T>(map: Map<string, T[]>, key: string): T[] {
  const list = map.get(key);
  if (list) return list;
  const fresh: T[] = [];
  map.set(key, fresh);
  return fresh;
}

/** Makes a job known: by id, by queue or by parent, and by the tasks that it has had. */
export function addJob(world: World, job: SimJob): void {
  world.jobs.set(job.id, job);
  const parentId = parentIdOf(job.id);
  if (parentId !== undefined && job.index !== undefined) listUnder(world.families, parentId)[job.index] = job;
  else listUnder(world.byQueue, job.spec.queue).push(job);
  for (const attempt of job.current ? [...job.attempts, job.current] : job.attempts) {
    addTask(world, job, attempt);
  }
}

/** Makes an attempt's task known, or those of all nodes. */
export function addTask(world: World, job: SimJob, attempt: Attempt): void {
  for (let node = 0; node < nodeCount(job.spec); node++)
    world.tasks.set(nodeTaskId(job.spec, attempt.taskId, node), { job, attempt, node });
  if (!job.spec.nodes) world.tasks.set(attempt.taskId, { job, attempt });
}

function forgetTask(world: World, { spec }: SimJob, { taskId }: Attempt): void {
  world.tasks.delete(taskId);
  for (let node = 0; node < nodeCount(spec); node++) world.tasks.delete(nodeTaskId(spec, taskId, node));
}

/** Forgets what Batch would have forgotten: jobs over for more than seven days, with their children and tasks. */
export function forgetOldJobs(world: World): void {
  const horizon = world.now() - KEPT_MS;
  for (const [queue, jobs] of world.byQueue) {
    const kept = jobs.filter((job) => !isOver(job) || (job.stoppedAt ?? job.createdAt) >= horizon);
    if (kept.length === jobs.length) continue;
    const alive = new Set(kept);
    for (const gone of jobs.filter((job) => !alive.has(job))) {
      for (const job of [gone, ...(world.families.get(gone.id) ?? [])]) {
        world.jobs.delete(job.id);
        for (const attempt of job.attempts) forgetTask(world, job, attempt);
      }
      world.families.delete(gone.id);
    }
    world.byQueue.set(queue, kept);
  }
}

/** The job's next step, `delayMs` from now; it takes the place of any other that was planned. */
export function plan(world: World, job: SimJob, step: Step, delayMs: number): void {
  planAt(world, job, step, world.now() + delayMs);
}

export function planAt(world: World, job: SimJob, step: Step, at: number): void {
  const next = { step, at };
  job.next = next;
  world.timers.at(at, () => {
    if (job.next !== next) return;
    delete job.next;
    world.perform(job, step);
  });
}

/** A simulated duration between two bounds in seconds, as real ms at the world's speed. */
export const pause = (world: World, lowSeconds: number, highSeconds: number): number =>
  ((lowSeconds + world.random.fraction() * (highSeconds - lowSeconds)) * 1000) / world.speed;
