/** EC2's DescribeInstances, for the instances behind Batch's compute environments. */
import { ACCOUNT } from '../arns';
import { AwsError } from '../awsError';
import type { Operations } from '../operation';
import { type Host, INSTANCE_TYPES } from '../world/hosts';
import type { World } from '../world/world';

interface Filter {
  Name?: string;
  Value?: string[];
}

const stateOf = (host: Host) =>
  host.terminatedAt === undefined ? { code: 16, name: 'running' } : { code: 48, name: 'terminated' };

/** EC2's own codes (API reference, StateReason). */
const endOf = (host: Host) =>
  host.alone
    ? {
        code: 'Server.SpotInstanceTermination',
        message: 'Server.SpotInstanceTermination: Spot instance termination',
      }
    : { code: 'Client.InstanceInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' };

const fieldOf = (host: Host, name: string): string | undefined =>
  ({
    'instance-id': host.instanceId,
    'instance-type': host.type,
    'availability-zone': host.availabilityZone,
    'instance-lifecycle': host.spot ? 'spot' : 'on-demand',
    'instance-state-name': stateOf(host).name,
    'private-ip-address': host.privateIp,
  })[name];

/** In the lists' own XML form: an array becomes `<item>`s. */
const reservation = (host: Host) => ({
  reservationId: `r-${host.instanceId.slice(2)}`,
  ownerId: ACCOUNT,
  groupSet: [],
  instancesSet: [
    {
      instanceId: host.instanceId,
      imageId: 'ami-0c1d2e3f4a5b6c7d8',
      instanceState: stateOf(host),
      privateDnsName: `ip-${host.privateIp.replaceAll('.', '-')}.ec2.internal`,
      instanceType: host.type,
      launchTime: new Date(host.launchedAt).toISOString(),
      placement: { availabilityZone: host.availabilityZone, groupName: '', tenancy: 'default' },
      monitoring: { state: 'disabled' },
      privateIpAddress: host.privateIp,
      architecture: INSTANCE_TYPES[host.type]?.arm ? 'arm64' : 'x86_64',
      ...(host.spot && { instanceLifecycle: 'spot' }),
      ...(host.terminatedAt !== undefined && { stateReason: endOf(host) }),
      tagSet: [{ key: 'AWSBatchServiceTag', value: 'batch' }],
    },
  ],
});

export function ec2Operations(world: World): Operations {
  return {
    DescribeInstances({ InstanceId: ids = [], Filter: filters = [] }: { InstanceId?: string[]; Filter?: Filter[] }) {
      const unknown = ids.filter((id) => !world.hosts.has(id));
      if (unknown.length) {
        const what = unknown.length > 1 ? `IDs '${unknown.join(', ')}' do` : `ID '${unknown[0]}' does`;
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ${what} not exist`);
      }
      const hosts = (ids.length ? ids.flatMap((id) => world.hosts.get(id) ?? []) : [...world.hosts.values()]).filter(
        (host) => filters.every(({ Name = '', Value = [] }) => Value.includes(fieldOf(host, Name) ?? '')),
      );
      return { reservationSet: hosts.map(reservation) };
    },
  };
}
