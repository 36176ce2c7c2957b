/** An attempt as ECS sees it: a task with one container called `default`. */

import { hashOf } from '../../workload/random';
import { ACCOUNT, clusterArn, containerInstanceArn, REGION, taskArn } from '../arns';
import { INSTANCE_TYPES } from './hosts';
import { SPOT_TASK_LOST } from './reasons';
import { type Attempt, parentIdOf, type SimJob } from './simJob';
import type { World } from './world';

const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());
const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/** What Batch adds to the container's environment (user guide, *Job environment variables*). */
function batchEnvironment(job: SimJob, attempt: Attempt): { name: string; value: string }[] {
  const number = job.current === attempt ? job.attempts.length + 1 : job.attempts.indexOf(attempt) + 1;
  const variables: Record<string, string> = {
    AWS_BATCH_JOB_ID: job.id,
    AWS_BATCH_JQ_NAME: job.spec.queue,
    AWS_BATCH_JOB_ATTEMPT: String(number),
    AWS_BATCH_CE_NAME: attempt.environment,
  };
  if (job.index !== undefined) variables.AWS_BATCH_JOB_ARRAY_INDEX = String(job.index);
  if (parentIdOf(job.id)) variables.AWS_BATCH_JOB_ARRAY_SIZE = String(job.spec.arraySize ?? 0);
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

export const taskStatus = (attempt: Attempt): 'PENDING' | 'RUNNING' | 'STOPPED' =>
  attempt.stoppedAt !== undefined ? 'STOPPED' : attempt.startedAt !== undefined ? 'RUNNING' : 'PENDING';

/** Dates are ISO 8601 as in events; DescribeTasks turns them into seconds. */
export function ecsTask(world: World, job: SimJob, attempt: Attempt): Record<string, unknown> {
  const arn = taskArn(attempt.cluster, attempt.taskId);
  const status = taskStatus(attempt);
  const { spec } = job;
  const type = attempt.instanceId === undefined ? undefined : world.hosts.get(attempt.instanceId)?.type;
  const architecture = type !== undefined && INSTANCE_TYPES[type]?.arm ? 'arm64' : 'x86_64';
  const [family, revision] = spec.definition.split(':');
  const stoppedBy =
    status !== 'STOPPED'
      ? undefined
      : attempt.exitCode !== undefined && attempt.statusReason?.startsWith('Essential')
        ? 'EssentialContainerExited'
        : attempt.startedAt === undefined
          ? 'TaskFailedToStart'
          : attempt.statusReason?.startsWith('Host EC2')
            ? 'TerminationNotice'
            : attempt.statusReason === SPOT_TASK_LOST
              ? 'SpotInterruption'
              : 'UserInitiated';
  return present({
    attachments: [],
    attributes: [{ name: 'ecs.cpu-architecture', value: architecture }],
    availabilityZone: attempt.availabilityZone,
    clusterArn: clusterArn(attempt.cluster),
    connectivity: 'CONNECTED',
    connectivityAt: iso(attempt.startedAt),
    containerInstanceArn:
      attempt.containerInstanceId && containerInstanceArn(attempt.cluster, attempt.containerInstanceId),
    containers: [
      present({
        containerArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:container/${attempt.cluster}/${attempt.taskId}/${hashOf(arn).toString(16)}`,
        taskArn: arn,
        name: 'default',
        image: spec.container?.image,
        lastStatus: status,
        exitCode: attempt.exitCode,
        reason: attempt.reason,
        networkInterfaces: [],
        healthStatus: 'UNKNOWN',
        cpu: String(Math.round(spec.vcpus * 1024)),
        memory: String(spec.memoryMiB),
      }),
    ],
    cpu: String(Math.round(spec.vcpus * 1024)),
    memory: String(spec.memoryMiB),
    createdAt: iso(attempt.createdAt),
    startedAt: iso(attempt.startedAt),
    stoppingAt: iso(attempt.stoppedAt),
    stoppedAt: iso(attempt.stoppedAt),
    stoppedReason: status === 'STOPPED' ? attempt.statusReason : undefined,
    stopCode: stoppedBy,
    desiredStatus: status === 'STOPPED' ? 'STOPPED' : 'RUNNING',
    lastStatus: status,
    enableExecuteCommand: false,
    group: `family:${family}`,
    launchType: attempt.instanceId === undefined ? 'FARGATE' : 'EC2',
    overrides: { containerOverrides: [{ name: 'default', environment: batchEnvironment(job, attempt) }] },
    taskArn: arn,
    taskDefinitionArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/${family}:${revision}`,
    updatedAt: iso(attempt.stoppedAt ?? attempt.startedAt ?? attempt.createdAt),
    version: status === 'STOPPED' ? 4 : status === 'RUNNING' ? 3 : 1,
  });
}
