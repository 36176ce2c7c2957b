/** Which log group and stream an attempt writes to. */
import type { LogConfiguration } from '@aws-sdk/client-batch';
import type { Attempt, JobSpec } from './simJob';

export const DEFAULT_LOG_GROUP = '/aws/batch/job';

/** Of a job's only container, or of the named one of several. */
const configurationOf = ({ container, ecs }: JobSpec, name: string | undefined): LogConfiguration | undefined =>
  container?.logConfiguration ??
  ecs?.taskProperties?.[0]?.containers?.find((one) => one.name === name)?.logConfiguration;

export const logGroupOf = (spec: JobSpec, containerName?: string): string =>
  configurationOf(spec, containerName)?.options?.['awslogs-group'] ?? DEFAULT_LOG_GROUP;

/** Every container's name; a job of one container has none to give. */
export const loggingContainersOf = ({ ecs, eks }: JobSpec): (string | undefined)[] =>
  // On EKS, Batch writes no log: the cluster's own agent does (Batch user guide, *Amazon EKS jobs*).
  eks ? [] : (ecs?.taskProperties?.[0]?.containers?.map(({ name }) => name) ?? [undefined]);

/** The stream's prefix is the definition's name, 200 characters at most, unless awslogs-stream-prefix replaces it (Batch user guide). */
export function logStreamOf(spec: JobSpec, attempt: Pick<Attempt, 'taskId'>, containerName?: string): string {
  const definitionName = spec.definition.slice(0, spec.definition.lastIndexOf(':'));
  const options = configurationOf(spec, containerName)?.options;
  const prefix = options?.['awslogs-stream-prefix'] ?? definitionName.slice(0, 200);
  return `${prefix}/${containerName ?? 'default'}/${attempt.taskId}`;
}
