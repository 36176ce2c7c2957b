/** Changes of a job's status, with all that follows from one: the event, the array's counts, the jobs that waited for it. */
import type { JobStatus } from '@aws-sdk/client-batch';
import { jobChanged } from './events';
import { isOver, parentIdOf, type SimJob } from './simJob';
import { pause, plan, type World } from './world';

export function setStatus(world: World, job: SimJob, status: JobStatus, statusReason?: string): void {
  const parentId = parentIdOf(job.id);
  const parent = parentId === undefined ? undefined : world.jobs.get(parentId);
  if (parent?.array) {
    parent.array.counts[job.status]--;
    parent.array.counts[status]++;
    parent.array.countedAt = world.now();
  }
  job.status = status;
  if (statusReason === undefined) delete job.statusReason;
  else job.statusReason = statusReason;
  jobChanged(world, job);
}

export function finish(world: World, job: SimJob, status: 'SUCCEEDED' | 'FAILED', statusReason: string): void {
  if (isOver(job)) return;
  delete job.next;
  delete job.current;
  job.stoppedAt = world.now();
  setStatus(world, job, status, statusReason);

  for (const dependent of world.dependents.get(job.id) ?? []) {
    // By the timer, not by a call: a SEQUENTIAL array of 10,000 would otherwise recurse as deep.
    if (dependent.status === 'PENDING' && !dependent.array?.opened) plan(world, dependent, 'checkDependencies', 0);
  }
  world.dependents.delete(job.id);

  const parentId = parentIdOf(job.id);
  const parent = parentId === undefined ? undefined : world.jobs.get(parentId);
  if (parent?.array && parent.array.counts.SUCCEEDED + parent.array.counts.FAILED === parent.spec.arraySize) {
    plan(world, parent, 'closeArray', pause(world, 0.2, 1));
  }
}
