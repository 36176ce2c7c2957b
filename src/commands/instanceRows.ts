/** Container instances as they are shown: what ECS registered, joined with what EC2 knows of each. */
import type { Instance } from '@aws-sdk/client-ec2';
import type { ContainerInstance, Resource } from '@aws-sdk/client-ecs';
import { errorFields } from '../errors';
import type { EnvironmentRow } from '../views/envs';
import type { InstanceRow } from '../views/instances';
import { awsRefusal } from './awsRefusal';
import type { Room } from './command';

/** Registered and remaining amounts of ECS: 1,024 CPU units are a vCPU, memory is in MiB, GPUs are a set of ids. */
function amount(resources: readonly Resource[] | undefined, name: string): number | undefined {
  const found = resources?.find((resource) => resource.name === name);
  if (found === undefined) return undefined;
  return found.type === 'STRINGSET' ? (found.stringSetValue?.length ?? 0) : found.integerValue;
}

function amounts(
  { registeredResources, remainingResources }: ContainerInstance,
  name: string,
  units = 1,
): { free: number; all: number } | undefined {
  const all = amount(registeredResources, name);
  if (all === undefined || all === 0) return undefined;
  return { free: (amount(remainingResources, name) ?? 0) / units, all: all / units };
}

const attribute = ({ attributes = [] }: ContainerInstance, name: string): string | undefined =>
  attributes.find((each) => each.name === name)?.value;

function detailsOf(container: ContainerInstance, instance: Instance | undefined): [string, string][] {
  const all: [string, string | undefined][] = [
    [
      'launched as',
      instance?.InstanceLifecycle === 'spot' ? `Spot, ${instance.SpotInstanceRequestId ?? ''}` : undefined,
    ],
    ['AMI', instance?.ImageId ?? attribute(container, 'ecs.ami-id')],
    ['architecture', instance?.Architecture ?? attribute(container, 'ecs.cpu-architecture')],
    ['private address', instance?.PrivateIpAddress],
    ['public address', instance?.PublicIpAddress],
    ['ECS agent', container.versionInfo?.agentVersion],
    ['waiting to start', container.pendingTasksCount ? String(container.pendingTasksCount) : undefined],
  ];
  return all.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value.replace(/, $/, '')] as [string, string]],
  );
}

function rowOf(
  container: ContainerInstance,
  environment: EnvironmentRow,
  known: ReadonlyMap<string, Instance> | undefined,
): InstanceRow {
  const { containerInstanceArn: arn = '', ec2InstanceId } = container;
  const instance = ec2InstanceId === undefined ? undefined : known?.get(ec2InstanceId);
  return {
    id: ec2InstanceId ?? arn.slice(arn.lastIndexOf('/') + 1),
    isOnEc2: ec2InstanceId?.startsWith('i-') ?? false,
    containerInstanceArn: arn,
    environment: environment.name,
    queues: environment.queues.map(({ name }) => name),
    minvCpus: environment.minvCpus ?? 0,
    type: instance?.InstanceType ?? attribute(container, 'ecs.instance-type'),
    zone: instance?.Placement?.AvailabilityZone ?? attribute(container, 'ecs.availability-zone'),
    isSpot: instance === undefined ? undefined : instance.InstanceLifecycle === 'spot',
    since: (instance?.LaunchTime ?? container.registeredAt)?.getTime(),
    status: container.status ?? 'UNKNOWN',
    statusReason: container.statusReason || undefined,
    isConnected: container.agentConnected ?? false,
    ec2State: known === undefined || ec2InstanceId === undefined ? undefined : (instance?.State?.Name ?? 'gone'),
    tasks: (container.runningTasksCount ?? 0) + (container.pendingTasksCount ?? 0),
    vcpus: amounts(container, 'CPU', 1024),
    memoryMiB: amounts(container, 'MEMORY'),
    gpus: amounts(container, 'GPU'),
    details: detailsOf(container, instance),
  };
}

/**
 * Every instance that is registered for one of these environments. That EC2 can't be asked is a note, since ECS tells
 * most of it.
 */
export async function instanceRows(
  environments: readonly EnvironmentRow[],
  notes: Set<string>,
  room: Room,
): Promise<InstanceRow[]> {
  const byCluster = new Map(environments.map((row) => [row.ecsClusterArn ?? '', row]));
  const found = await room.containerInstances.ofClusters([...byCluster.keys()]);
  const ids = [...found.values()].flat().flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []);
  let known: Map<string, Instance> | undefined;
  try {
    known = await room.instances.describe(ids);
  } catch (error) {
    room.log.warn('EC2 did not tell of instances', errorFields(error));
    notes.add(awsRefusal(error, undefined)?.message ?? 'EC2 did not tell which are Spot, and how old they are');
  }
  return [...found].flatMap(([cluster, containers]) => {
    const environment = byCluster.get(cluster);
    return environment === undefined ? [] : containers.map((container) => rowOf(container, environment, known));
  });
}
