/** Queues and the front of their lines as the rules of `jobs/waiting.ts` read them, out of Batch's own answers. */
import type { ComputeEnvironmentDetail, GetJobQueueSnapshotResponse, JobQueueDetail } from '@aws-sdk/client-batch';
import type { Environment, Front, Queue } from '../jobs/waiting';

const nameOfArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function environmentOf(detail: ComputeEnvironmentDetail | undefined, name: string): Environment {
  const { type, maxvCpus, desiredvCpus, instanceTypes } = detail?.computeResources ?? {};
  return {
    name,
    state: detail?.state,
    // An environment that a queue names and nobody has was deleted.
    status: detail === undefined ? 'DELETED' : detail.status,
    statusReason: detail?.statusReason,
    type,
    maxvCpus: maxvCpus ?? detail?.unmanagedvCpus,
    desiredvCpus,
    instanceTypes: instanceTypes ?? [],
  };
}

function queueOf(detail: JobQueueDetail, environments: ReadonlyMap<string, ComputeEnvironmentDetail>): Queue {
  return {
    name: detail.jobQueueName ?? '',
    state: detail.state,
    status: detail.status,
    statusReason: detail.statusReason,
    isFairShare: detail.schedulingPolicyArn !== undefined && detail.schedulingPolicyArn !== '',
    limits: (detail.jobStateTimeLimitActions ?? []).map(({ reason = '', maxTimeSeconds = 0 }) => ({
      reason,
      seconds: maxTimeSeconds,
    })),
    environments: [...(detail.computeEnvironmentOrder ?? [])]
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
      .map(({ computeEnvironment: arn = '' }) => environmentOf(environments.get(nameOfArn(arn)), nameOfArn(arn))),
  };
}

/** Every queue with its compute environments. */
export function wholeQueues(queues: readonly JobQueueDetail[], environments: readonly ComputeEnvironmentDetail[]) {
  const byName = new Map(environments.map((detail) => [detail.computeEnvironmentName ?? '', detail]));
  return queues.map((detail) => queueOf(detail, byName));
}

/** The compute environments that none of the queues uses. */
export function spareEnvironments(
  queues: readonly Queue[],
  environments: readonly ComputeEnvironmentDetail[],
): Environment[] {
  const used = new Set(queues.flatMap((queue) => queue.environments.map(({ name }) => name)));
  return environments
    .filter(({ computeEnvironmentName: name = '' }) => !used.has(name))
    .map((detail) => environmentOf(detail, detail.computeEnvironmentName ?? ''));
}

/** @param share of whose use in a fair-share queue is told */
export function frontOf({ frontOfQueue, queueUtilization }: GetJobQueueSnapshotResponse, share?: string): Front {
  // The API reference calls the unit VCPU for EC2 and cpu for EKS.
  const sum = (usage: { quantity?: number | undefined }[] | undefined): number | undefined =>
    usage?.reduce((total, { quantity = 0 }) => total + quantity, 0);
  const { totalCapacityUsage, fairshareUtilization } = queueUtilization ?? {};
  const own = fairshareUtilization?.topCapacityUtilization?.find(({ shareIdentifier }) => shareIdentifier === share);
  return {
    jobs: (frontOfQueue?.jobs ?? []).map(({ jobArn = '', earliestTimeAtPosition: since }) => ({
      id: nameOfArn(jobArn),
      since,
    })),
    usedVcpus: sum(totalCapacityUsage),
    activeShares: fairshareUtilization?.activeShareCount,
    ownShareVcpus: sum(own?.capacityUsage),
  };
}
