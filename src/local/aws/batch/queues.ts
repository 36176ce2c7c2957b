/** Batch's operations on job queues. */
import type {
  ComputeEnvironmentOrder,
  CreateJobQueueRequest,
  DeleteJobQueueRequest,
  DescribeJobQueuesRequest,
  GetJobQueueSnapshotRequest,
  JobQueueDetail,
  JobStateTimeLimitAction,
  UpdateJobQueueRequest,
} from '@aws-sdk/client-batch';
import { environmentArn, jobArn, nameIn, queueArn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import type { Operations } from '../operation';
import { frontOf, reconsider, usedVcpus } from '../world/placement';
import { QUEUE_DELETED } from '../world/reasons';
import { isOver } from '../world/simJob';
import { terminate } from '../world/stopping';
import type { World } from '../world/world';
import { pageOf } from './page';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const MOST_ENVIRONMENTS = 3;

const foundQueue = (world: World, nameOrArn: string | undefined): JobQueueDetail => {
  const queue = world.queues.get(nameIn(nameOrArn ?? ''));
  if (!queue) throw clientException(`${nameOrArn} does not exist`);
  return queue;
};

function checkOrder(world: World, order: ComputeEnvironmentOrder[]): void {
  if (order.length === 0 || order.length > MOST_ENVIRONMENTS) {
    throw requestRefused(`A job queue needs 1 to ${MOST_ENVIRONMENTS} compute environments`);
  }
  for (const { computeEnvironment } of order) {
    if (!world.environments.has(nameIn(computeEnvironment ?? ''))) {
      throw clientException(`${computeEnvironment} does not exist`);
    }
  }
}

/** Batch takes names or ARNs, and tells ARNs. */
const byArn = (order: ComputeEnvironmentOrder[]): ComputeEnvironmentOrder[] =>
  order.map(({ computeEnvironment, ...rest }) => ({
    ...rest,
    computeEnvironment: environmentArn(nameIn(computeEnvironment ?? '')),
  }));

/** 10 minutes to a day (API reference, JobStateTimeLimitAction). */
function checkLimits(actions: JobStateTimeLimitAction[]): void {
  for (const { maxTimeSeconds = 0, state, action, reason } of actions) {
    if (maxTimeSeconds < 600 || maxTimeSeconds > 86_400) {
      throw requestRefused('maxTimeSeconds must be between 600 and 86400');
    }
    if (state !== 'RUNNABLE' || action !== 'CANCEL' || !reason) {
      throw requestRefused('jobStateTimeLimitActions need a reason, state RUNNABLE and action CANCEL');
    }
  }
}

const checkState = (state: string | undefined): void => {
  if (state !== undefined && state !== 'ENABLED' && state !== 'DISABLED') {
    throw requestRefused('state must be ENABLED or DISABLED');
  }
};

const checkPriority = (priority: number | undefined): void => {
  if (priority !== undefined && (!Number.isInteger(priority) || priority < 0)) {
    throw requestRefused('priority must be a whole number');
  }
};

/** The vCPUs that each share of a fair-share queue holds, most first, 20 at most (API reference, FairshareUtilizationDetail). */
function sharesOf(world: World, queue: string) {
  const shares = new Map<string, number>();
  for (const job of (world.byQueue.get(queue) ?? []).flatMap((one) => [one, ...(world.families.get(one.id) ?? [])])) {
    const share = job.spec.shareIdentifier;
    if (share !== undefined && job.current) shares.set(share, (shares.get(share) ?? 0) + job.spec.vcpus);
  }
  const top = [...shares].sort((a, b) => b[1] - a[1]).slice(0, 20);
  return {
    activeShareCount: shares.size,
    topCapacityUtilization: top.map(([shareIdentifier, quantity]) => ({
      shareIdentifier,
      capacityUsage: [{ capacityUnit: 'VCPU', quantity }],
    })),
  };
}

/** @param mostQueues the account's quota */
export function queueOperations(world: World, mostQueues: number): Operations {
  return {
    DescribeJobQueues(input: DescribeJobQueuesRequest) {
      const wanted = input.jobQueues?.length ? new Set(input.jobQueues.map(nameIn)) : undefined;
      const all = [...world.queues.values()].filter((queue) => !wanted || wanted.has(queue.jobQueueName ?? ''));
      const page = pageOf(all, input, JSON.stringify(input.jobQueues ?? []), 100);
      return { jobQueues: page.items, ...page.next };
    },

    CreateJobQueue(input: CreateJobQueueRequest) {
      const name = input.jobQueueName;
      if (name === undefined || !NAME.test(name)) throw requestRefused('Job queue name should match valid pattern');
      if (world.queues.has(name)) throw clientException(`Object already exists`);
      if (world.queues.size >= mostQueues) throw clientException(`You have reached the limit of ${mostQueues} queues`);
      if (input.priority === undefined) throw requestRefused('priority must be specified');
      checkPriority(input.priority);
      checkState(input.state);
      checkOrder(world, input.computeEnvironmentOrder ?? []);
      checkLimits(input.jobStateTimeLimitActions ?? []);
      const queue: JobQueueDetail = {
        jobQueueName: name,
        jobQueueArn: queueArn(name),
        state: input.state ?? 'ENABLED',
        ...(input.schedulingPolicyArn !== undefined && { schedulingPolicyArn: input.schedulingPolicyArn }),
        status: 'VALID',
        statusReason: 'JobQueue Healthy',
        priority: input.priority,
        computeEnvironmentOrder: byArn(input.computeEnvironmentOrder ?? []),
        tags: input.tags ?? {},
        jobStateTimeLimitActions: input.jobStateTimeLimitActions ?? [],
      };
      world.queues.set(name, queue);
      return { jobQueueName: name, jobQueueArn: queue.jobQueueArn };
    },

    UpdateJobQueue(input: UpdateJobQueueRequest) {
      const queue = foundQueue(world, input.jobQueue);
      checkState(input.state);
      checkPriority(input.priority);
      if (input.computeEnvironmentOrder) checkOrder(world, input.computeEnvironmentOrder);
      checkLimits(input.jobStateTimeLimitActions ?? []);
      if (input.state !== undefined) queue.state = input.state;
      if (input.priority !== undefined) queue.priority = input.priority;
      if (input.schedulingPolicyArn !== undefined) queue.schedulingPolicyArn = input.schedulingPolicyArn;
      if (input.computeEnvironmentOrder) queue.computeEnvironmentOrder = byArn(input.computeEnvironmentOrder);
      if (input.jobStateTimeLimitActions) queue.jobStateTimeLimitActions = input.jobStateTimeLimitActions;
      reconsider(world);
      return { jobQueueName: queue.jobQueueName, jobQueueArn: queue.jobQueueArn };
    },

    /** Only a disabled queue can be deleted; its jobs are terminated (API reference, DeleteJobQueue). */
    DeleteJobQueue(input: DeleteJobQueueRequest) {
      const queue = world.queues.get(nameIn(input.jobQueue ?? ''));
      if (!queue) return {};
      if (queue.state !== 'DISABLED') throw clientException('Cannot delete, resource is not in DISABLED state');
      const name = queue.jobQueueName ?? '';
      for (const job of world.byQueue.get(name) ?? []) if (!isOver(job)) terminate(world, job, QUEUE_DELETED);
      world.queues.delete(name);
      return {};
    },

    GetJobQueueSnapshot(input: GetJobQueueSnapshotRequest) {
      const queue = foundQueue(world, input.jobQueue);
      const name = queue.jobQueueName ?? '';
      const lastUpdatedAt = world.now();
      const jobs = frontOf(world, name)
        .slice(0, 100)
        .map((job) => ({
          jobArn: jobArn(job.id),
          earliestTimeAtPosition: Math.max(job.createdAt, world.movedUpAt.get(name) ?? 0),
        }));
      return {
        frontOfQueue: { jobs, lastUpdatedAt },
        queueUtilization: {
          totalCapacityUsage: [{ capacityUnit: 'vCPU', quantity: usedVcpus(world, name) }],
          ...(queue.schedulingPolicyArn !== undefined && { fairshareUtilization: sharesOf(world, name) }),
          lastUpdatedAt,
        },
      };
    },
  };
}
