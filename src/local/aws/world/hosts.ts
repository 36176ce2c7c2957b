/** The EC2 instances that compute environments start for their jobs, and end when idle or reclaimed. */
import { randomBytes } from 'node:crypto';
import { pause, type World } from './world';

/** vCPUs, memory in MiB and GPUs of the types that this AWS rents out (EC2's own figures). */
export const INSTANCE_TYPES: Record<string, { vcpus: number; memoryMiB: number; gpus: number; arm?: true }> = {
  'm5.2xlarge': { vcpus: 8, memoryMiB: 32_768, gpus: 0 },
  'm6i.4xlarge': { vcpus: 16, memoryMiB: 65_536, gpus: 0 },
  'm7i.8xlarge': { vcpus: 32, memoryMiB: 131_072, gpus: 0 },
  'c6i.8xlarge': { vcpus: 32, memoryMiB: 65_536, gpus: 0 },
  'c5.18xlarge': { vcpus: 72, memoryMiB: 147_456, gpus: 0 },
  'r6i.8xlarge': { vcpus: 32, memoryMiB: 262_144, gpus: 0 },
  'r5.24xlarge': { vcpus: 96, memoryMiB: 786_432, gpus: 0 },
  'm7g.8xlarge': { vcpus: 32, memoryMiB: 131_072, gpus: 0, arm: true },
  'c7g.4xlarge': { vcpus: 16, memoryMiB: 32_768, gpus: 0, arm: true },
  'g4dn.xlarge': { vcpus: 4, memoryMiB: 16_384, gpus: 1 },
  'g5.12xlarge': { vcpus: 48, memoryMiB: 196_608, gpus: 4 },
  'p3.2xlarge': { vcpus: 8, memoryMiB: 62_464, gpus: 1 },
};
const OPTIMAL = ['m5.2xlarge', 'm6i.4xlarge', 'c6i.8xlarge', 'r6i.8xlarge', 'c5.18xlarge', 'r5.24xlarge'];
export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d'] as const;

export interface Host {
  instanceId: string;
  containerInstanceId: string;
  environment: string;
  cluster: string;
  type: string;
  availabilityZone: string;
  spot: boolean;
  privateIp: string;
  launchedAt: number;
  terminatedAt?: number;
  /** EC2 took it back, so that its agent could not sign off. */
  reclaimed?: boolean;
  /** Takes no more tasks, while those it has go on. */
  draining?: boolean;
  usedVcpus: number;
  usedMemoryMiB: number;
  tasks: number;
  /** Kept for one job alone, since this host is going to be reclaimed. */
  alone?: boolean;
}

export interface Need {
  vcpus: number;
  memoryMiB: number;
  gpus: number;
}

/** The types that an environment may rent: `optimal`, a family such as `c6i`, or a type by name. */
export function typesOf(world: World, environment: string): string[] {
  const wanted = world.environments.get(environment)?.detail.computeResources?.instanceTypes ?? ['optimal'];
  const known = wanted.flatMap((want) =>
    want === 'optimal' || want.startsWith('default_')
      ? OPTIMAL
      : Object.keys(INSTANCE_TYPES).filter((type) => type === want || type.startsWith(`${want}.`)),
  );
  return known.length ? known : OPTIMAL;
}

export const fits = (type: string, need: Need): boolean => {
  const size = INSTANCE_TYPES[type];
  return size !== undefined && size.vcpus >= need.vcpus && size.memoryMiB >= need.memoryMiB && size.gpus >= need.gpus;
};

export const isFargate = (world: World, environment: string): boolean =>
  world.environments.get(environment)?.detail.computeResources?.type?.startsWith('FARGATE') ?? false;

export const clusterOf = (world: World, environment: string): string => {
  const arn = world.environments.get(environment)?.detail.ecsClusterArn ?? '';
  return arn.slice(arn.indexOf('/') + 1);
};

const hasRoom = (host: Host, need: Need): boolean => {
  const size = INSTANCE_TYPES[host.type];
  return (
    size !== undefined &&
    size.gpus >= need.gpus &&
    size.vcpus - host.usedVcpus >= need.vcpus &&
    size.memoryMiB - host.usedMemoryMiB >= need.memoryMiB
  );
};

export const privateIp = (world: World): string =>
  `10.${world.random.between(0, 3)}.${world.random.between(0, 255)}.${world.random.between(4, 254)}`;

/** A host with room for the job, started if there is none. */
export function hostFor(world: World, environment: string, need: Need, alone: boolean): Host {
  if (!alone) {
    for (const host of world.hosts.values()) {
      if (
        host.environment === environment &&
        !host.alone &&
        !host.draining &&
        host.terminatedAt === undefined &&
        hasRoom(host, need)
      ) {
        return host;
      }
    }
  }
  const types = typesOf(world, environment).filter((type) => fits(type, need));
  const host: Host = {
    // Hosts outlive this process in the state file, so that their names must not come from the seed.
    instanceId: `i-0${randomBytes(8).toString('hex')}`,
    containerInstanceId: randomBytes(16).toString('hex'),
    environment,
    cluster: clusterOf(world, environment),
    type: types.length ? world.random.pick(types) : 'c5.18xlarge',
    availabilityZone: world.random.pick(ZONES),
    spot: world.environments.get(environment)?.detail.computeResources?.type === 'SPOT',
    privateIp: privateIp(world),
    launchedAt: world.now(),
    usedVcpus: 0,
    usedMemoryMiB: 0,
    tasks: 0,
    ...(alone ? { alone } : {}),
  };
  world.hosts.set(host.instanceId, host);
  return host;
}

export function occupy(host: Host, need: Need): void {
  host.tasks++;
  host.usedVcpus += need.vcpus;
  host.usedMemoryMiB += need.memoryMiB;
}

/** EC2 shows a terminated instance for about an hour. */
const SHOWN_AFTER_END_MS = 3_600_000;

function endHost(world: World, host: Host): void {
  host.terminatedAt = world.now();
  world.timers.at(world.now() + SHOWN_AFTER_END_MS, () => world.hosts.delete(host.instanceId));
}

export function vacate(world: World, instanceId: string, need: Need, reclaimed: boolean): void {
  const host = world.hosts.get(instanceId);
  if (!host) return;
  host.tasks--;
  host.usedVcpus -= need.vcpus;
  host.usedMemoryMiB -= need.memoryMiB;
  if (reclaimed) {
    host.reclaimed = true;
    endHost(world, host);
  } else if (host.tasks === 0) endWhenIdle(world, host);
}

export function endWhenIdle(world: World, host: Host): void {
  world.timers.at(world.now() + pause(world, 60, 120), () => {
    if (host.tasks === 0 && host.terminatedAt === undefined) endHost(world, host);
  });
}

/** The vCPUs that an environment has rented at this moment: its `desiredvCpus`. */
export function rentedVcpus(world: World, environment: string): number {
  let sum = 0;
  for (const host of world.hosts.values()) {
    if (host.environment === environment && host.terminatedAt === undefined) {
      sum += INSTANCE_TYPES[host.type]?.vcpus ?? 0;
    }
  }
  return sum;
}
