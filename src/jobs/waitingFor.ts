/** Which jobs a job waits for: whole jobs, the child of its own index (N_TO_N), or the child before it (SEQUENTIAL). */
import { arrayParentOf, type Job } from './job';

export interface Dependency {
  id: string;
  kind: 'job' | 'N_TO_N' | 'SEQUENTIAL';
}

type Depending = Pick<Job, 'id' | 'arrayIndex'> & Partial<Pick<Job, 'dependsOn' | 'properties' | 'arraySize'>>;

/**
 * What `job` itself waits for. An array's child waits by its parent's rules: the parent's whole dependencies hold the parent
 * back before there are children, and those by index hold each child
 * (https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html).
 */
export function dependenciesOf(job: Depending, parent?: Depending): Dependency[] {
  const index = job.arrayIndex;
  const parentId = arrayParentOf(job.id);
  const rules = index === undefined ? job : (parent ?? job);
  const byIndex = new Set(rules.properties?.nToN ?? []);
  const whole = (rules.dependsOn ?? []).map((id): Dependency => {
    if (!byIndex.has(id)) return { id, kind: 'job' };
    return { id: index === undefined ? id : `${id}:${index}`, kind: 'N_TO_N' };
  });
  const before: Dependency[] =
    rules.properties?.sequential === true && index !== undefined && index > 0 && parentId !== undefined
      ? [{ id: `${parentId}:${index - 1}`, kind: 'SEQUENTIAL' }]
      : [];
  return [...whole, ...before].filter(({ id }, at, all) => all.findIndex((other) => other.id === id) === at);
}

export interface Awaited extends Dependency {
  /** Undefined where nobody knows it: Batch has forgotten it, or it is another account's. */
  job: Job | undefined;
}

/** What becomes of the waiting job by this dependency. */
export function standingOf({ job }: Awaited): 'done' | 'failed' | 'waiting' | 'unknown' {
  if (job === undefined) return 'unknown';
  if (job.status === 'SUCCEEDED') return 'done';
  return job.status === 'FAILED' ? 'failed' : 'waiting';
}
