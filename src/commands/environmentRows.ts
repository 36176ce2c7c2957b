/** Compute environments as they are shown, with the queues that use each. */
import type { ComputeEnvironmentDetail, JobQueueDetail } from '@aws-sdk/client-batch';
import type { EnvironmentRow } from '../views/envs';
import type { Room } from './command';
import { nameOfArn } from './queueRows';

/** Roles and the like by their last word; what is not set is left out. */
function settingsOf({ serviceRole, unmanagedvCpus, computeResources: resources }: ComputeEnvironmentDetail) {
  const template = resources?.launchTemplate;
  const all: [string, string | undefined][] = [
    ['service role', serviceRole && nameOfArn(serviceRole)],
    ['instance role', resources?.instanceRole && nameOfArn(resources.instanceRole)],
    ['Spot fleet role', resources?.spotIamFleetRole && nameOfArn(resources.spotIamFleetRole)],
    [
      'launch template',
      template && `${template.launchTemplateName ?? template.launchTemplateId ?? ''} ${template.version ?? '$Default'}`,
    ],
    [
      'AMI',
      resources?.ec2Configuration?.map(({ imageType, imageIdOverride }) => imageIdOverride ?? imageType).join(', ') ??
        resources?.imageId,
    ],
    ['key pair', resources?.ec2KeyPair],
    ['placement group', resources?.placementGroup],
    ['vCPUs of its own instances', unmanagedvCpus === undefined ? undefined : String(unmanagedvCpus)],
  ];
  return all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

function queuesOf(name: string, queues: readonly JobQueueDetail[]): EnvironmentRow['queues'] {
  return queues
    .flatMap(({ jobQueueName, computeEnvironmentOrder = [] }) => {
      const order = [...computeEnvironmentOrder].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      const at = order.findIndex(({ computeEnvironment = '' }) => nameOfArn(computeEnvironment) === name);
      return at < 0 || jobQueueName === undefined ? [] : [{ name: jobQueueName, order: at + 1 }];
    })
    .sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));
}

function rowOf(detail: ComputeEnvironmentDetail, queues: readonly JobQueueDetail[]): EnvironmentRow {
  const {
    computeEnvironmentName: name = '',
    computeResources: resources,
    eksConfiguration: eks,
    updatePolicy,
  } = detail;
  const isOnEc2 = eks === undefined && !(resources?.type ?? '').startsWith('FARGATE');
  return {
    name,
    arn: detail.computeEnvironmentArn,
    state: detail.state,
    status: detail.status,
    statusReason: detail.statusReason,
    isManaged: detail.type !== 'UNMANAGED',
    type: resources?.type,
    eks: eks && { cluster: nameOfArn(eks.eksClusterArn ?? ''), namespace: eks.kubernetesNamespace ?? '' },
    ecsClusterArn: isOnEc2 ? detail.ecsClusterArn : undefined,
    allocationStrategy: resources?.allocationStrategy,
    minvCpus: resources?.minvCpus,
    desiredvCpus: resources?.desiredvCpus,
    maxvCpus: resources?.maxvCpus ?? detail.unmanagedvCpus,
    bidPercentage: resources?.bidPercentage,
    instanceTypes: resources?.instanceTypes ?? [],
    subnets: resources?.subnets ?? [],
    securityGroups: resources?.securityGroupIds ?? [],
    updatePolicy: updatePolicy && {
      endsJobs: updatePolicy.terminateJobsOnUpdate ?? false,
      minutes: updatePolicy.jobExecutionTimeoutMinutes,
    },
    queues: queuesOf(name, queues),
    settings: settingsOf(detail),
    tags: detail.tags ?? {},
  };
}

/** All of them, by name. */
export async function environmentRows(room: Room): Promise<EnvironmentRow[]> {
  const [details, queues] = await Promise.all([room.batch.computeEnvironments(), room.batch.queues()]);
  return details.map((detail) => rowOf(detail, queues)).sort((a, b) => a.name.localeCompare(b.name));
}
