/** What a job waits for before it may run. */
import type { JobDependency } from '@aws-sdk/client-batch';
import { isOver, parentIdOf, type SimJob } from './simJob';
import { listUnder, type World } from './world';

/** Ids of the jobs that this one dependency means for `job`; none when it only concerns the array's children. */
function idsOf(job: SimJob, { jobId, type }: JobDependency): string[] {
  if (type === 'SEQUENTIAL') {
    return job.index !== undefined && job.index > 0 ? [`${parentIdOf(job.id)}:${job.index - 1}`] : [];
  }
  if (jobId === undefined) return [];
  if (type === 'N_TO_N') return job.index === undefined ? [] : [`${jobId}:${job.index}`];
  // An array's children need not wait for what their parent has already waited for.
  return job.index === undefined ? [jobId] : [];
}

/** So that `finish` knows whom to wake. */
export function watchDependencies(world: World, job: SimJob): void {
  for (const dependency of job.spec.dependsOn) {
    for (const id of idsOf(job, dependency)) {
      listUnder(world.dependents, id).push(job);
      // A child that was never born, since its parent failed first, wakes nobody: watch the parent as well.
      const parentId = parentIdOf(id);
      if (parentId !== undefined && dependency.type === 'N_TO_N') listUnder(world.dependents, parentId).push(job);
    }
  }
}

export function dependencyState(world: World, job: SimJob): 'met' | 'waiting' | 'failed' {
  let state: 'met' | 'waiting' = 'met';
  for (const id of job.spec.dependsOn.flatMap((dependency) => idsOf(job, dependency))) {
    const other = world.jobs.get(id) ?? world.jobs.get(parentIdOf(id) ?? '');
    if (other?.status === 'FAILED') return 'failed';
    if (other && !isOver(other)) state = 'waiting';
  }
  return state;
}
