/** Which log group and stream an attempt writes to. */
import type { Attempt, JobSpec } from './simJob';

export const DEFAULT_LOG_GROUP = '/aws/batch/job';

export const logGroupOf = (spec: JobSpec): string =>
  spec.container?.logConfiguration?.options?.['awslogs-group'] ?? DEFAULT_LOG_GROUP;

/** The stream's prefix is the definition's name, 200 characters at most, unless awslogs-stream-prefix replaces it (Batch user guide). */
export function logStreamOf(spec: JobSpec, attempt: Pick<Attempt, 'taskId'>): string {
  const definitionName = spec.definition.slice(0, spec.definition.lastIndexOf(':'));
  const prefix = spec.container?.logConfiguration?.options?.['awslogs-stream-prefix'] ?? definitionName.slice(0, 200);
  return `${prefix}/default/${attempt.taskId}`;
}
