/** What the functions may do in AWS: one statement a purpose, as narrow as the service authorization reference lets it be. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { RETRY_OF } from '../src/jobs/retry';

/** Reading Batch: what the bot calls and nothing more. */
export function readBatch(): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadBatch',
    actions: ['batch:ListJobs', 'batch:DescribeJobs', 'batch:DescribeJobQueues', 'batch:DescribeComputeEnvironments'],
    // None of these has a resource level: https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
    resources: ['*'],
  });
}

/**
 * Batch's names for the ECS clusters of its compute environments: `AWSBatch-<environment>-<uuid>`, in older
 * accounts `<environment>_Batch_<uuid>`, as DescribeComputeEnvironments shows them.
 */
export const BATCH_CLUSTERS = ['AWSBatch-*', '*_Batch_*'] as const;

const arnIn = (scope: Construct, service: string, resource: string): string =>
  `arn:${Stack.of(scope).partition}:${service}:${Stack.of(scope).region}:${Stack.of(scope).account}:${resource}`;

/** Where a job's container runs: the type and zone of its container instance. */
export const readHosts = (scope: Construct): PolicyStatement =>
  new PolicyStatement({
    sid: 'ReadHosts',
    actions: ['ecs:DescribeContainerInstances'],
    resources: BATCH_CLUSTERS.map((cluster) => arnIn(scope, 'ecs', `container-instance/${cluster}/*`)),
  });

/** The first in a queue's line: for those who ask, and for the clock, which tells of a line that stands. */
export const readFrontOfQueue = (scope: Construct): PolicyStatement =>
  new PolicyStatement({
    sid: 'ReadFrontOfQueue',
    actions: ['batch:GetJobQueueSnapshot'],
    resources: [arnIn(scope, 'batch', 'job-queue/*')],
  });

/**
 * Reading queues, definitions and the instances behind compute environments, for those who ask: the worker alone.
 * Resource levels: https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html and its pages of
 * Amazon ECS and Amazon EC2.
 */
export function readCapacity(scope: Construct): PolicyStatement[] {
  const arn = (service: string, resource: string) => arnIn(scope, service, resource);
  return [
    new PolicyStatement({
      sid: 'ReadCapacity',
      actions: ['batch:DescribeJobDefinitions', 'batch:DescribeSchedulingPolicies', 'ec2:DescribeInstances'],
      resources: ['*'],
    }),
    readFrontOfQueue(scope),
    new PolicyStatement({
      sid: 'ListHosts',
      actions: ['ecs:ListContainerInstances'],
      resources: BATCH_CLUSTERS.map((cluster) => arn('ecs', `cluster/${cluster}`)),
    }),
  ];
}

/**
 * Cancelling and terminating. The bulk calls CancelJobs and TerminateJobs are authorized as CancelJob and TerminateJob.
 * @param killTag `key=value` that a job must carry
 */
export function stopJobs(scope: Construct, killTag?: string): PolicyStatement {
  const [key, ...value] = (killTag ?? '').split('=');
  return new PolicyStatement({
    sid: 'StopJobs',
    actions: ['batch:CancelJob', 'batch:TerminateJob'],
    resources: [Stack.of(scope).formatArn({ service: 'batch', resource: 'job', resourceName: '*' })],
    ...(killTag === undefined ? {} : { conditions: { StringEquals: { [`aws:ResourceTag/${key}`]: value.join('=') } } }),
  });
}

/**
 * Submitting jobs again and switching queues. SubmitJob has queue and definition for its resources, both of them; tags on a
 * new job are authorized as TagResource besides, and a refusal then names the definition. Only what carries the tag of a
 * retry passes: https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
 */
export function changeQueues(scope: Construct): PolicyStatement[] {
  const arn = (resource: string) => arnIn(scope, 'batch', resource);
  const queues = arn('job-queue/*');
  const definitions = arn('job-definition/*');
  const isRetry = { Null: { [`aws:RequestTag/${RETRY_OF}`]: 'false' } };
  return [
    new PolicyStatement({
      sid: 'RetryJobs',
      actions: ['batch:SubmitJob'],
      resources: [queues, definitions],
      conditions: isRetry,
    }),
    new PolicyStatement({
      sid: 'TagRetries',
      actions: ['batch:TagResource'],
      resources: [queues, definitions, arn('job/*')],
      conditions: isRetry,
    }),
    new PolicyStatement({ sid: 'SwitchQueues', actions: ['batch:UpdateJobQueue'], resources: [queues] }),
  ];
}

/** Reading what jobs wrote. @param groups names of log groups, `*` at the end allowed */
export function readJobLogs(scope: Construct, groups: readonly string[]): PolicyStatement {
  const stack = Stack.of(scope);
  return new PolicyStatement({
    sid: 'ReadJobLogs',
    actions: ['logs:GetLogEvents'],
    resources: groups.map(
      (group) => `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${group}:log-stream:*`,
    ),
  });
}

/**
 * Searching in what jobs wrote, and for how long it is kept: for those who ask, so the worker alone. FilterLogEvents has the
 * group for its resource; DescribeLogGroups, which lists by a prefix, is allowed or denied for all groups
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html).
 */
export function searchJobLogs(scope: Construct, groups: readonly string[]): PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    new PolicyStatement({
      sid: 'SearchJobLogs',
      actions: ['logs:FilterLogEvents'],
      resources: groups.map(
        (group) => `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${group}:*`,
      ),
    }),
    new PolicyStatement({
      sid: 'ReadRetention',
      actions: ['logs:DescribeLogGroups'],
      resources: [`arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:*`],
    }),
  ];
}
