/** The events that Batch and ECS put on the bus, in their documented shapes. */
import { randomUUID } from 'node:crypto';
import { ACCOUNT, jobArn, queueArn, REGION, taskArn } from '../arns';
import { jobDetail } from './jobDetail';
import { type Attempt, parentIdOf, type SimJob } from './simJob';
import { ecsTask } from './task';
import type { World } from './world';

const envelope = (world: World, source: string, type: string, resources: string[], detail: object): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': type,
  source,
  account: ACCOUNT,
  // EventBridge gives whole seconds.
  time: `${new Date(world.now()).toISOString().slice(0, 19)}Z`,
  region: REGION,
  resources,
  detail,
});

/** `Batch Job State Change`: the DescribeJobs answer, and among the tags the ARN of the tagged job (an array child's is its parent's). */
export function jobChanged(world: World, job: SimJob): void {
  const { isCancelled, isTerminated, ...detail } = jobDetail(job);
  const tags = { ...detail.tags, resourceArn: jobArn(parentIdOf(job.id) ?? job.id) };
  const flags = { ...(isCancelled && { isCancelled }), ...(isTerminated && { isTerminated }) };
  world.bus.emit(
    envelope(world, 'aws.batch', 'Batch Job State Change', [jobArn(job.id)], { ...detail, ...flags, tags }),
  );
}

/** `Batch Job Queue Blocked`: two resources, the job and its queue, and no tags. */
export function queueBlocked(world: World, job: SimJob): void {
  const { tags: _, isCancelled: _c, isTerminated: _t, ...detail } = jobDetail(job);
  const resources = [jobArn(job.id), queueArn(job.spec.queue)];
  world.bus.emit(envelope(world, 'aws.batch', 'Batch Job Queue Blocked', resources, detail));
}

/** `ECS Task State Change`, for a task that started or stopped. */
export function taskChanged(world: World, job: SimJob, attempt: Attempt): void {
  const arn = taskArn(attempt.cluster, attempt.taskId);
  world.bus.emit(envelope(world, 'aws.ecs', 'ECS Task State Change', [arn], ecsTask(world, job, attempt)));
}
