/** What the functions may do in AWS: one statement a purpose, as narrow as the service authorization reference lets it be. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Reading Batch, and the ECS tasks and EC2 instances underneath. */
export function readBatch(scope: Construct): PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    new PolicyStatement({
      sid: 'ReadBatch',
      actions: [
        'batch:ListJobs',
        'batch:DescribeJobs',
        'batch:DescribeJobQueues',
        'batch:DescribeComputeEnvironments',
        'batch:DescribeJobDefinitions',
      ],
      // None of these has a resource level: https://docs.aws.amazon.com/service-authorization/latest/reference/list_batch.html
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'SeeWhoIsNext',
      actions: ['batch:GetJobQueueSnapshot'],
      resources: [stack.formatArn({ service: 'batch', resource: 'job-queue', resourceName: '*' })],
    }),
    new PolicyStatement({
      sid: 'ReadTasks',
      actions: ['ecs:DescribeTasks', 'ecs:DescribeContainerInstances'],
      // Batch makes a cluster for each compute environment and names it itself.
      resources: ['task', 'container-instance'].map((resource) =>
        stack.formatArn({ service: 'ecs', resource, resourceName: '*' }),
      ),
    }),
    new PolicyStatement({
      sid: 'ReadInstances',
      // EC2's Describe calls have no resource level: https://docs.aws.amazon.com/service-authorization/latest/reference/list_ec2.html
      actions: ['ec2:DescribeInstances'],
      resources: ['*'],
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

/** Reading what jobs wrote. @param groups names of log groups, `*` at the end allowed */
export function readJobLogs(scope: Construct, groups: readonly string[]): PolicyStatement {
  const stack = Stack.of(scope);
  return new PolicyStatement({
    sid: 'ReadJobLogs',
    actions: ['logs:GetLogEvents', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'],
    // FilterLogEvents and DescribeLogStreams are about a group, GetLogEvents about a stream in it.
    resources: groups.flatMap((group) => {
      const arn = `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${group}`;
      return [arn, `${arn}:log-stream:*`];
    }),
  });
}
