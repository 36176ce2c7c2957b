/** The sentences in which Batch and ECS explain themselves. */

export const EXITED = 'Essential container in task exited';
export const TIMED_OUT = 'Job attempt duration exceeded timeout';
export const OUT_OF_MEMORY = 'OutOfMemoryError: Container killed due to memory usage';
export const START_FAILED = 'Task failed to start';
export const DEPENDENT_FAILED = 'Dependent Job failed';
export const CHILD_FAILED = 'Array Child Job failed';
export const QUEUE_DELETED = 'JobQueue deleted';
export const hostLost = (instanceId: string): string => `Host EC2 (instance ${instanceId}) terminated.`;
/** ECS developer guide, "Amazon ECS stopped tasks error messages", of Fargate Spot. */
export const SPOT_TASK_LOST = 'Your Spot Task was interrupted.';
export const pullFailed = (image: string): string =>
  `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: ${image}: not found`;
export const CONTAINER_NOT_STARTED =
  'CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "run": executable file not found in $PATH: unknown';
export const timeLimited = (reason: string): string => `Canceled by JobStateTimeLimit action due to reason: ${reason}`;

/** Why a job at the head of its queue cannot leave RUNNABLE, by the word after the colon (user guide, *Jobs stuck in RUNNABLE*). */
export const BLOCKED_REASONS: Record<string, string> = {
  JOB_RESOURCE_REQUIREMENT:
    'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met by the CE(s) attached to the job queue.',
  COMPUTE_ENVIRONMENT_MAX_RESOURCE:
    'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of the job.',
  CAPACITY:
    'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [p3.2xlarge]',
  INSUFFICIENT_INSTANCE_CAPACITY:
    'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [p3.2xlarge]',
  SERVICE_ROLE_PERMISSIONS: 'MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS - Batch service role has permission issue.',
  UNDETERMINED: 'UNDETERMINED - Batch job is blocked, root cause is undetermined.',
};
