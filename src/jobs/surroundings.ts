/** What stands around a job: its place in the queue, the jobs that it waits for, its array, its children and its nodes. */
import type { Job, JobRow } from './job';
import type { Properties } from './properties';

export interface Dependency {
  id: string;
  /** Undefined where neither the history nor Batch knows it. */
  job?: Job | undefined;
}

/** Every piece may be missing: what could not be learnt is left out. */
export interface Surroundings {
  /** Its place among the RUNNABLE jobs of its queue, counted from 1, or that it is not among the first `of`. */
  position?: { place?: number | undefined; of: number } | undefined;
  /** In the order in which they were given. */
  dependencies: Dependency[];
  /** Those children of an array that failed, by index. */
  failed?: JobRow[] | undefined;
  /** Of a multi-node job, by index; the first 100. */
  nodes?: Job[] | undefined;
  /** Jobs that were submitted in its place, newest first. */
  retries?: JobRow[] | undefined;
  /** The array that the job is a child of. */
  parent?: Job | undefined;
  /** What AWS refused to tell, each in a sentence. */
  missing?: readonly string[] | undefined;
}

/** How a job was set up; an array's child as its parent was. */
export const propertiesOf = (job: Job, { parent }: Pick<Surroundings, 'parent'>): Properties => ({
  ...parent?.properties,
  ...job.properties,
});

/** `uuid#3` → 3; undefined for a job that is no node. */
export const nodeIndexOf = (id: string): number | undefined => {
  const hash = id.indexOf('#');
  return hash < 0 ? undefined : Number(id.slice(hash + 1));
};
