/** ECS as a reader of Batch's clusters sees it: tasks and container instances. */
import { containerInstanceArn, nameIn, taskArn } from '../arns';
import { AwsError } from '../awsError';
import { pageOf } from '../batch/page';
import type { Operations } from '../operation';
import { type Host, INSTANCE_TYPES } from '../world/hosts';
import { ecsTask, taskStatus } from '../world/task';
import type { World } from '../world/world';

/** DescribeTasks shows a stopped task for an hour at least (API reference). */
const STOPPED_SHOWN_MS = 3_600_000;
const DATES = new Set(['connectivityAt', 'createdAt', 'startedAt', 'stoppingAt', 'stoppedAt']);

interface Input {
  cluster?: string;
  status?: string;
  maxResults?: number;
  nextToken?: string;
  tasks?: string[];
  containerInstances?: string[];
  desiredStatus?: string;
}

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** JSON 1.1 gives times as seconds since 1970. */
const inSeconds = (task: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(task)
      .filter(([key]) => key !== 'updatedAt')
      .map(([key, value]) =>
        DATES.has(key) && typeof value === 'string' ? [key, Date.parse(value) / 1000] : [key, value],
      ),
  );

/** How long a host that EC2 took back stays registered, with its agent out of touch. */
const STRUCK_OFF_MS = 300_000;

function statusOf(world: World, { terminatedAt, reclaimed, draining }: Host): 'ACTIVE' | 'DRAINING' | 'INACTIVE' {
  const isStruckOff = !reclaimed || world.now() - (terminatedAt ?? 0) > STRUCK_OFF_MS / world.speed;
  if (terminatedAt !== undefined && isStruckOff) return 'INACTIVE';
  return draining ? 'DRAINING' : 'ACTIVE';
}

const instance = (world: World, host: Host) => {
  const size = INSTANCE_TYPES[host.type];
  const resource = (name: string, integerValue: number) => ({
    name,
    type: 'INTEGER',
    doubleValue: 0,
    longValue: 0,
    integerValue,
  });
  const attribute = (name: string, value: string) => ({ name: `ecs.${name}`, value });
  return {
    containerInstanceArn: containerInstanceArn(host.cluster, host.containerInstanceId),
    ec2InstanceId: host.instanceId,
    version: 3,
    versionInfo: { agentVersion: '1.89.2', dockerVersion: 'DockerVersion: 25.0.6' },
    registeredResources: [
      resource('CPU', (size?.vcpus ?? 0) * 1024),
      resource('MEMORY', Math.round((size?.memoryMiB ?? 0) * 0.97)),
    ],
    remainingResources: [
      resource('CPU', Math.round(((size?.vcpus ?? 0) - host.usedVcpus) * 1024)),
      resource('MEMORY', Math.round((size?.memoryMiB ?? 0) * 0.97) - host.usedMemoryMiB),
    ],
    status: statusOf(world, host),
    agentConnected: host.terminatedAt === undefined,
    runningTasksCount: host.tasks,
    pendingTasksCount: 0,
    attributes: [
      attribute('availability-zone', host.availabilityZone),
      attribute('instance-type', host.type),
      attribute('cpu-architecture', size?.arm ? 'arm64' : 'x86_64'),
    ],
    registeredAt: (host.launchedAt + 20_000) / 1000,
    tags: [],
  };
};

export function ecsOperations(world: World): Operations {
  const clusterOf = ({ cluster = 'default' }: Input): string => {
    const name = cluster.startsWith('arn:') ? nameIn(cluster) : cluster;
    const known = [...world.environments.values()].some(({ detail }) => detail.ecsClusterArn?.endsWith(`/${name}`));
    if (!known) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    return name;
  };
  const missing = (arn: string) => ({ arn, reason: 'MISSING' });
  const tasksOf = (cluster: string) =>
    [...world.tasks].flatMap(([taskId, entry]) => {
      const { attempt } = entry;
      // Of a multi-node job's tasks the main node's stands for all.
      const isShown =
        attempt.taskId === taskId &&
        attempt.cluster === cluster &&
        (attempt.stoppedAt ?? world.now()) >= world.now() - STOPPED_SHOWN_MS;
      return isShown ? [entry] : [];
    });
  const hostsOf = (cluster: string) => [...world.hosts.values()].filter((host) => host.cluster === cluster);

  return {
    DescribeTasks(input: Input) {
      const cluster = clusterOf(input);
      const wanted = input.tasks ?? [];
      if (wanted.length === 0 || wanted.length > 100) {
        throw new AwsError('InvalidParameterException', 'Tasks must have 1 to 100 members.');
      }
      const known = new Map(tasksOf(cluster).map((entry) => [entry.attempt.taskId, entry]));
      const found = wanted.flatMap((task) => known.get(lastPart(task)) ?? []);
      return {
        tasks: found.map(({ job, attempt }) => inSeconds(ecsTask(world, job, attempt))),
        failures: wanted.filter((task) => !known.has(lastPart(task))).map(missing),
      };
    },

    DescribeContainerInstances(input: Input) {
      const known = new Map(hostsOf(clusterOf(input)).map((host) => [host.containerInstanceId, host]));
      const wanted = input.containerInstances ?? [];
      if (wanted.length === 0 || wanted.length > 100) {
        throw new AwsError('InvalidParameterException', 'Container instances must have 1 to 100 members.');
      }
      return {
        containerInstances: wanted
          .flatMap((arn) => known.get(lastPart(arn)) ?? [])
          .map((host) => instance(world, host)),
        failures: wanted.filter((arn) => !known.has(lastPart(arn))).map(missing),
      };
    },

    ListTasks(input: Input) {
      const cluster = clusterOf(input);
      const stopped = input.desiredStatus === 'STOPPED';
      const found = tasksOf(cluster).filter(({ attempt }) => (taskStatus(attempt) === 'STOPPED') === stopped);
      return { taskArns: found.map(({ attempt }) => taskArn(cluster, attempt.taskId)) };
    },

    ListContainerInstances(input: Input) {
      const cluster = clusterOf(input);
      const { status } = input;
      const found = hostsOf(cluster).filter((host) =>
        status === undefined ? statusOf(world, host) !== 'INACTIVE' : statusOf(world, host) === status,
      );
      const page = pageOf(found, input, `${cluster} ${status}`, 100);
      return {
        containerInstanceArns: page.items.map((host) => containerInstanceArn(cluster, host.containerInstanceId)),
        ...page.next,
      };
    },

    /** ACTIVE or DRAINING, for 10 at most (API reference). */
    UpdateContainerInstancesState(input: Input) {
      const known = new Map(hostsOf(clusterOf(input)).map((host) => [host.containerInstanceId, host]));
      const wanted = input.containerInstances ?? [];
      if (wanted.length === 0 || wanted.length > 10 || !/^(?:ACTIVE|DRAINING)$/.test(input.status ?? '')) {
        throw new AwsError('InvalidParameterException', 'Give 1 to 10 container instances and ACTIVE or DRAINING.');
      }
      const found = wanted.flatMap((arn) => known.get(lastPart(arn)) ?? []);
      for (const host of found) host.draining = input.status === 'DRAINING';
      return {
        containerInstances: found.map((host) => instance(world, host)),
        failures: wanted.filter((arn) => !known.has(lastPart(arn))).map(missing),
      };
    },

    ListClusters() {
      return { clusterArns: [...world.environments.values()].flatMap(({ detail }) => detail.ecsClusterArn ?? []) };
    },
  };
}
