/** Jobs of several containers (`ecsProperties`) and jobs on EKS (`eksProperties`), as DescribeJobs shows them. */
import type {
  AttemptEcsTaskDetails,
  EcsPropertiesDetail,
  EksAttemptDetail,
  EksPropertiesDetail,
} from '@aws-sdk/client-batch';
import { containerInstanceArn, taskArn } from '../arns';
import { logStreamOf } from './logNames';
import type { Attempt, JobSpec, SimJob } from './simJob';

/** The container whose end is the job's: the first essential one, as containers are unless told otherwise. */
export const mainContainerOf = ({ ecs, eks }: Pick<JobSpec, 'ecs' | 'eks'>) => {
  const containers = ecs?.taskProperties?.[0]?.containers ?? [];
  return (
    containers.find(({ essential }) => essential !== false) ?? containers[0] ?? eks?.podProperties?.containers?.[0]
  );
};

const isOver = (attempt: Attempt): boolean => attempt.stoppedAt !== undefined;

/** What is seen of one container: the main one ends as the attempt does, the others well, or not at all with their host. */
function outcomeOf(spec: JobSpec, attempt: Attempt | undefined, name: string | undefined) {
  if (!attempt || !isOver(attempt)) return {};
  const isMain = mainContainerOf(spec)?.name === name;
  const exitCode = isMain || attempt.exitCode === undefined ? attempt.exitCode : 0;
  return {
    ...(exitCode !== undefined && { exitCode }),
    ...(isMain && attempt.reason !== undefined && { reason: attempt.reason }),
  };
}

const streamOf = (spec: JobSpec, attempt: Attempt | undefined, name: string | undefined) =>
  attempt?.startedAt === undefined ? {} : { logStreamName: logStreamOf(spec, attempt, name) };

const placeOf = (attempt: Attempt | undefined) => ({
  ...(attempt?.containerInstanceId !== undefined && {
    containerInstanceArn: containerInstanceArn(attempt.cluster, attempt.containerInstanceId),
  }),
  ...(attempt && { taskArn: taskArn(attempt.cluster, attempt.taskId) }),
});

export const ecsPropertiesOf = ({ spec }: SimJob, attempt: Attempt | undefined): EcsPropertiesDetail => ({
  taskProperties: (spec.ecs?.taskProperties ?? []).map((task) => ({
    ...task,
    ...placeOf(attempt),
    containers: (task.containers ?? []).map((container) => ({
      ...container,
      ...outcomeOf(spec, attempt, container.name),
      ...streamOf(spec, attempt, container.name),
      networkInterfaces: [],
    })),
  })),
});

export const attemptTasksOf = ({ spec }: SimJob, attempt: Attempt): AttemptEcsTaskDetails[] =>
  (spec.ecs?.taskProperties ?? []).map((task) => ({
    ...placeOf(attempt),
    containers: (task.containers ?? []).map(({ name }) => ({
      ...(name !== undefined && { name }),
      ...outcomeOf(spec, attempt, name),
      ...streamOf(spec, attempt, name),
      networkInterfaces: [],
    })),
  }));

const podOf = (attempt: Attempt) => ({
  podName: `aws-batch.${attempt.taskId.slice(0, 8)}-4232-3e82-b09b-${attempt.taskId.slice(-12)}`,
  nodeName: `ip-10-0-${Number.parseInt(attempt.taskId.slice(0, 2), 16)}-${Number.parseInt(attempt.taskId.slice(2, 4), 16)}.ec2.internal`,
});

export const eksPropertiesOf = ({ spec }: SimJob, attempt: Attempt | undefined): EksPropertiesDetail => ({
  podProperties: {
    ...spec.eks?.podProperties,
    ...(attempt && podOf(attempt)),
    containers: (spec.eks?.podProperties?.containers ?? []).map((container) => ({
      ...container,
      ...outcomeOf(spec, attempt, container.name),
    })),
  },
});

/** A pod that still runs is the last of the list already. */
export const eksAttemptsOf = ({ spec, attempts, current }: SimJob): EksAttemptDetail[] =>
  [...attempts, ...(current ? [current] : [])].map((attempt) => ({
    ...podOf(attempt),
    podNamespace: spec.eks?.podProperties?.metadata?.namespace ?? 'default',
    containers: (spec.eks?.podProperties?.containers ?? []).map(({ name }) => ({
      ...(name !== undefined && { name }),
      ...outcomeOf(spec, attempt, name),
    })),
    initContainers: [],
    ...(attempt.startedAt !== undefined && { startedAt: attempt.startedAt }),
    ...(attempt.stoppedAt !== undefined && { stoppedAt: attempt.stoppedAt }),
    ...(attempt.statusReason !== undefined && { statusReason: attempt.statusReason }),
  }));
