/** Where RUNNABLE jobs find their capacity: first come, first served in a queue, within each environment's maxvCpus. */

import { nameIn } from '../arns';
import { endingOf } from '../script';
import { startAttempt } from './attempts';
import { queueBlocked } from './events';
import { fits, isFargate, typesOf } from './hosts';
import { BLOCKED_REASONS } from './reasons';
import type { SimJob } from './simJob';
import { listUnder, pause, plan, type World } from './world';

const environmentsOf = (world: World, queue: string): string[] =>
  [...(world.queues.get(queue)?.computeEnvironmentOrder ?? [])]
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ computeEnvironment }) => nameIn(computeEnvironment ?? ''))
    .filter((name) => world.environments.has(name));

const maxVcpus = (world: World, environment: string): number =>
  world.environments.get(environment)?.detail.computeResources?.maxvCpus ?? 256;

/** Why no environment of the queue could ever run the job, as a key of BLOCKED_REASONS. */
function impossible(world: World, job: SimJob): string | undefined {
  if (job.spec.script.stuck !== undefined) return job.spec.script.stuck;
  const environments = environmentsOf(world, job.spec.queue);
  if (environments.length === 0) return undefined;
  if (environments.every((name) => maxVcpus(world, name) < job.spec.vcpus)) return 'COMPUTE_ENVIRONMENT_MAX_RESOURCE';
  const never = environments.every(
    (name) => !isFargate(world, name) && !typesOf(world, name).some((type) => fits(type, eachNodeOf(job))),
  );
  return never ? 'JOB_RESOURCE_REQUIREMENT' : undefined;
}

const eachNodeOf = ({ spec }: SimJob) => {
  const nodes = spec.nodes?.numNodes ?? 1;
  return { vcpus: spec.vcpus / nodes, memoryMiB: spec.memoryMiB / nodes, gpus: spec.gpus / nodes };
};

/** A RUNNABLE job joins the wait for capacity, unless it can never have any. */
export function seekCapacity(world: World, job: SimJob): void {
  if (impossible(world, job) !== undefined) {
    // Batch takes minutes to call a queue blocked; a demo has not that long.
    plan(world, job, 'reportBlocked', pause(world, 10, 15));
    return;
  }
  listUnder(world.waiting, job.spec.queue).push(job);
  place(world, job.spec.queue);
}

/** Says why the job waits, once, and starts the clock of the queue's time limit if it has one for that reason. */
export function reportBlocked(world: World, job: SimJob): void {
  const reason = BLOCKED_REASONS[impossible(world, job) ?? ''] ?? BLOCKED_REASONS.UNDETERMINED ?? '';
  job.statusReason = reason;
  queueBlocked(world, job);
  const limit = world.queues
    .get(job.spec.queue)
    ?.jobStateTimeLimitActions?.find((action) => action.reason !== undefined && reason.startsWith(action.reason));
  if (limit?.maxTimeSeconds !== undefined) plan(world, job, 'timeLimit', (limit.maxTimeSeconds * 1000) / world.speed);
}

const isWaiting = (world: World, job: SimJob): boolean =>
  job.status === 'RUNNABLE' && !job.next && world.jobs.has(job.id);

/** Starts as many of the queue's waiting jobs as there is room for, in order; the first without room stops the line. */
export function place(world: World, queue: string): void {
  const line = world.waiting.get(queue);
  if (!line?.length) return;
  let taken = 0;
  for (const job of line) {
    if (isWaiting(world, job)) {
      const home = environmentsOf(world, queue).find((name) => {
        const environment = world.environments.get(name);
        return (
          environment?.detail.state === 'ENABLED' &&
          environment.detail.status === 'VALID' &&
          environment.usedVcpus + job.spec.vcpus <= maxVcpus(world, name)
        );
      });
      if (home === undefined) break;
      const number = job.attempts.length + 1;
      startAttempt(world, job, home, endingOf(job.spec.script, number, job.index));
    }
    taken++;
  }
  line.splice(0, taken);
  if (taken > 0) world.movedUpAt.set(queue, world.now());
}

/** Room has come free in an environment: every queue that uses it may go on. */
export function placeIn(world: World, environment: string): void {
  for (const [queue, line] of world.waiting) {
    if (line.length && environmentsOf(world, queue).includes(environment)) place(world, queue);
  }
}

/** Jobs of the queue in the order in which they will be served. */
export const frontOf = (world: World, queue: string): SimJob[] => {
  const blocked = (world.byQueue.get(queue) ?? []).filter((job) => job.status === 'RUNNABLE' && job.statusReason);
  return [...blocked, ...(world.waiting.get(queue) ?? []).filter((job) => isWaiting(world, job))];
};

export const usedVcpus = (world: World, queue: string): number =>
  environmentsOf(world, queue).reduce((sum, name) => sum + (world.environments.get(name)?.usedVcpus ?? 0), 0);

/** The queue's or an environment's settings have changed: jobs that could never run may now, and the others may go on. */
export function reconsider(world: World): void {
  for (const jobs of world.byQueue.values()) {
    for (const job of jobs) {
      if (job.status !== 'RUNNABLE' || job.statusReason === undefined || impossible(world, job) !== undefined) continue;
      delete job.statusReason;
      plan(world, job, 'seekCapacity', 0);
    }
  }
  for (const queue of world.waiting.keys()) place(world, queue);
}
