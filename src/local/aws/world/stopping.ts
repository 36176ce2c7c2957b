/** CancelJob and TerminateJob: who is stopped, when, and what stays untouched. */
import { dependencyState } from './dependencies';
import { isOver, type SimJob } from './simJob';
import { finish } from './status';
import { pause, plan, type World } from './world';

const isOnHost = (job: SimJob): boolean => job.status === 'STARTING' || job.status === 'RUNNING';

/** SUBMITTED and RUNNABLE jobs fail soon, PENDING ones once their dependencies are over; STARTING and RUNNING ones are left alone (API reference, CancelJob). */
export function cancel(world: World, job: SimJob, reason: string): void {
  if (isOver(job) || isOnHost(job)) return;
  job.cancelled = true;
  withdraw(world, job, reason, cancel);
}

/** STARTING and RUNNING jobs are stopped, earlier ones cancelled, an array's parent stops all its children. */
export function terminate(world: World, job: SimJob, reason: string): void {
  if (isOver(job)) return;
  job.terminated = true;
  if (isOnHost(job)) {
    job.stopReason ??= reason;
    // As on a host that answers no more: Batch waits for it.
    if (job.spec.script.ending.kind === 'undying') return;
    if (job.next?.step !== 'stop') plan(world, job, 'stop', pause(world, 0.8, 2));
  } else withdraw(world, job, reason, terminate);
}

function withdraw(world: World, job: SimJob, reason: string, each: typeof cancel): void {
  job.stopReason ??= reason;
  if (job.array?.opened) {
    for (const child of world.families.get(job.id) ?? []) each(world, child, reason);
  } else if (job.status !== 'PENDING' || dependencyState(world, job) !== 'waiting') {
    if (job.next?.step !== 'stop') plan(world, job, 'stop', pause(world, 0.2, 0.6));
  }
}

/** A job that never reached a host fails with the reason that was given. */
export function withdrawn(world: World, job: SimJob): void {
  finish(world, job, 'FAILED', job.stopReason ?? 'Cancelled');
}
