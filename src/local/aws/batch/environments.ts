/** Batch's operations on compute environments. */
import { randomUUID } from 'node:crypto';
import type {
  ComputeEnvironmentDetail,
  ComputeResource,
  CreateComputeEnvironmentRequest,
  DeleteComputeEnvironmentRequest,
  DescribeComputeEnvironmentsRequest,
  UpdateComputeEnvironmentRequest,
} from '@aws-sdk/client-batch';
import { ACCOUNT, clusterArn, environmentArn, nameIn, roleArn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import type { Operations } from '../operation';
import { isFargate, rentedVcpus } from '../world/hosts';
import { reconsider } from '../world/placement';
import type { Environment, World } from '../world/world';
import { pageOf } from './page';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** desiredvCpus is what Batch rents at this moment; Fargate has none. */
function shown(world: World, { detail }: Environment): ComputeEnvironmentDetail {
  const name = detail.computeEnvironmentName ?? '';
  if (!detail.computeResources || isFargate(world, name)) return detail;
  const { minvCpus = 0, maxvCpus } = detail.computeResources;
  const desiredvCpus = Math.min(maxvCpus ?? 0, Math.max(minvCpus, rentedVcpus(world, name)));
  return { ...detail, computeResources: { ...detail.computeResources, desiredvCpus } };
}

const foundEnvironment = (world: World, nameOrArn: string | undefined): Environment => {
  const environment = world.environments.get(nameIn(nameOrArn ?? ''));
  if (!environment) throw clientException(`${nameOrArn} does not exist`);
  return environment;
};

/** A role of another account can't be assumed, and Batch finds that out after it has taken the request. */
export const healthOf = (serviceRole: string): Pick<ComputeEnvironmentDetail, 'status' | 'statusReason'> =>
  serviceRole.split(':')[4] === ACCOUNT
    ? { status: 'VALID', statusReason: 'ComputeEnvironment Healthy' }
    : {
        status: 'INVALID',
        statusReason: `CLIENT_ERROR - Not authorized to perform sts:AssumeRole on resource: ${serviceRole}`,
      };

/** @param mostEnvironments the account's quota */
export function environmentOperations(world: World, mostEnvironments: number): Operations {
  return {
    DescribeComputeEnvironments(input: DescribeComputeEnvironmentsRequest) {
      const wanted = input.computeEnvironments?.length ? new Set(input.computeEnvironments.map(nameIn)) : undefined;
      const all = [...world.environments.values()].filter(
        ({ detail }) => !wanted || wanted.has(detail.computeEnvironmentName ?? ''),
      );
      const page = pageOf(all, input, JSON.stringify(input.computeEnvironments ?? []), 100);
      return { computeEnvironments: page.items.map((environment) => shown(world, environment)), ...page.next };
    },

    CreateComputeEnvironment(input: CreateComputeEnvironmentRequest) {
      const name = input.computeEnvironmentName;
      if (name === undefined || !NAME.test(name)) {
        throw requestRefused('Compute environment name should match valid pattern');
      }
      if (world.environments.has(name)) throw clientException('Object already exists');
      if (world.environments.size >= mostEnvironments) {
        throw clientException(`You have reached the limit of ${mostEnvironments} compute environments`);
      }
      if (input.type !== 'MANAGED' && input.type !== 'UNMANAGED') {
        throw requestRefused('type must be MANAGED or UNMANAGED');
      }
      if (input.type === 'MANAGED' && !input.computeResources?.maxvCpus) {
        throw requestRefused('computeResources must be specified for a MANAGED compute environment');
      }
      const uuid = randomUUID();
      const serviceRole = input.serviceRole ?? roleArn('aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch');
      const detail: ComputeEnvironmentDetail = {
        computeEnvironmentName: name,
        computeEnvironmentArn: environmentArn(name),
        ecsClusterArn: clusterArn(`AWSBatch-${name}-${uuid}`),
        tags: input.tags ?? {},
        type: input.type,
        state: input.state ?? 'ENABLED',
        ...healthOf(serviceRole),
        ...(input.computeResources && { computeResources: { minvCpus: 0, ...input.computeResources } }),
        serviceRole,
        containerOrchestrationType: 'ECS',
        uuid,
      };
      world.environments.set(name, { detail, usedVcpus: 0 });
      return { computeEnvironmentName: name, computeEnvironmentArn: detail.computeEnvironmentArn };
    },

    UpdateComputeEnvironment(input: UpdateComputeEnvironmentRequest) {
      const { detail } = foundEnvironment(world, input.computeEnvironment);
      const { state, computeResources, serviceRole } = input;
      if (state !== undefined && state !== 'ENABLED' && state !== 'DISABLED') {
        throw requestRefused('state must be ENABLED or DISABLED');
      }
      if (computeResources && detail.computeResources) {
        const next = { ...detail.computeResources, ...computeResources } as ComputeResource;
        const rented = rentedVcpus(world, detail.computeEnvironmentName ?? '');
        // API reference, ComputeResourceUpdate: desiredvCpus must not fall below what it is, and lies within min and max.
        if (computeResources.desiredvCpus !== undefined && computeResources.desiredvCpus < rented) {
          throw clientException('Manually scaling down compute environment is not supported.');
        }
        if ((next.minvCpus ?? 0) > (next.maxvCpus ?? 0)) throw clientException('minvCpus must not exceed maxvCpus');
        detail.computeResources = next;
      }
      if (serviceRole !== undefined) Object.assign(detail, { serviceRole, ...healthOf(serviceRole) });
      if (state !== undefined) detail.state = state;
      reconsider(world);
      return {
        computeEnvironmentName: detail.computeEnvironmentName,
        computeEnvironmentArn: detail.computeEnvironmentArn,
      };
    },

    DeleteComputeEnvironment(input: DeleteComputeEnvironmentRequest) {
      const name = nameIn(input.computeEnvironment ?? '');
      const environment = world.environments.get(name);
      if (!environment) return {};
      if (environment.detail.state !== 'DISABLED') {
        throw clientException('Cannot delete, resource is not in DISABLED state');
      }
      for (const { computeEnvironmentOrder } of world.queues.values()) {
        if (computeEnvironmentOrder?.some(({ computeEnvironment }) => nameIn(computeEnvironment ?? '') === name)) {
          throw clientException('Cannot delete, found existing JobQueue relationship');
        }
      }
      world.environments.delete(name);
      return {};
    },
  };
}
