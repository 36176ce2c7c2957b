/** Finds a job by its id or ARN. */
import { nameIn } from '../arns';
import type { SimJob } from '../world/simJob';
import type { World } from '../world/world';

export const foundJob = (world: World, idOrArn: string): SimJob | undefined => world.jobs.get(nameIn(idOrArn));

/** `uuid#3`: a node of a multi-node job. */
export function foundNode(world: World, idOrArn: string): { job: SimJob; index: number } | undefined {
  const [id, node] = nameIn(idOrArn).split('#');
  const job = node !== undefined && /^\d+$/.test(node) ? world.jobs.get(id ?? '') : undefined;
  const index = Number(node);
  return job?.spec.nodes && index < (job.spec.nodes.numNodes ?? 0) ? { job, index } : undefined;
}
