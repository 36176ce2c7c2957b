/** The nodes of a multi-node job: each a container of its range, in a task and with a log of its own. */
import type { NodeProperties, NodeRangeProperty } from '@aws-sdk/client-batch';
import { scriptOf } from '../script';
import type { Attempt, JobSpec, SimJob } from './simJob';

/** `0:3`, `2:`, `:3` or `1` (API reference, NodeRangeProperty: a start left out is 0, an end left out the last node). */
export function rangeOf(targetNodes: string | undefined, numNodes: number): { from: number; to: number } {
  const [from = '', to = from] = (targetNodes ?? '').split(':');
  return { from: Number(from || 0), to: to === '' ? numNodes - 1 : Number(to) };
}

/** "You can nest node ranges (0:10 and 4:5)": the narrower one counts (same page). */
export function rangeOfNode(nodes: NodeProperties, index: number): NodeRangeProperty | undefined {
  const numNodes = nodes.numNodes ?? 1;
  let narrowest: { size: number; range: NodeRangeProperty } | undefined;
  for (const range of nodes.nodeRangeProperties ?? []) {
    const { from, to } = rangeOf(range.targetNodes, numNodes);
    if (index < from || index > to) continue;
    if (narrowest === undefined || to - from <= narrowest.size) narrowest = { size: to - from, range };
  }
  return narrowest?.range;
}

export const nodeCount = ({ nodes }: Pick<JobSpec, 'nodes'>): number => nodes?.numNodes ?? 0;

/** The main node's task is the one that the job's own attempts tell of. */
export const nodeTaskId = ({ nodes }: Pick<JobSpec, 'nodes'>, taskId: string, index: number): string =>
  index === (nodes?.mainNode ?? 0) ? taskId : `${taskId.slice(0, 28)}${index.toString(16).padStart(4, '0')}`;

export const attemptOfNode = (spec: JobSpec, attempt: Attempt, index: number): Attempt => ({
  ...attempt,
  taskId: nodeTaskId(spec, attempt.taskId, index),
});

/** What node `index` runs; it writes what its own environment and command tell, and ends as the job does. */
export function specOfNode(spec: JobSpec, index: number): JobSpec {
  const container = spec.nodes && rangeOfNode(spec.nodes, index)?.container;
  if (!container) return spec;
  const { logCount: _, logLines: __, ...ending } = spec.script;
  const { logCount, logLines } = scriptOf(container);
  return {
    ...spec,
    container,
    script: { ...ending, ...(logCount !== undefined && { logCount }), ...(logLines && { logLines }) },
  };
}

/** Node `index` as a job of its own, `<id>#<index>`: it lives and dies with its job here. */
export const nodeJob = (job: SimJob, index: number): SimJob => ({
  ...job,
  id: `${job.id}#${index}`,
  spec: specOfNode(job.spec, index),
  attempts: job.attempts.map((attempt) => attemptOfNode(job.spec, attempt, index)),
  ...(job.current && { current: attemptOfNode(job.spec, job.current, index) }),
});
