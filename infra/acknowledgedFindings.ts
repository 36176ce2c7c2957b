/** The findings of cdk-nag that stay, each with the reason why. Everything else it finds fails the synthesis. */
import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { BATCH_CLUSTERS } from './permissions';

/** Every function: the runtime is chosen, not forgotten. */
export function acknowledgeRuntime(lambda: IConstruct): void {
  Validations.of(lambda).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'nodejs22.x is in long-term support; the bundles are built for it and the tests run on it and below.',
  });
}

/** A dead-letter queue has none of its own. */
export function acknowledgeDeadLetters(queue: IConstruct): void {
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This is a dead-letter queue, of a rule or of a function; an alarm watches its depth.',
  });
}

/** X-Ray has no resource level. */
export function acknowledgeTracing(role: IConstruct): void {
  acknowledgeResources(role, { '*': 'xray:PutTraceSegments and PutTelemetryRecords have no resource level.' });
}

const CLUSTERS = 'Batch names its ECS clusters after compute environments, which come and go while the bot runs.';

/** The wildcards that reading Batch can't do without: see permissions.ts. */
export function acknowledgeReading(role: IConstruct, logGroups: readonly string[]): void {
  const streams = 'A log stream is named after a task, which Batch starts while the bot runs; the group is named.';
  acknowledgeResources(role, {
    ...Object.fromEntries(
      BATCH_CLUSTERS.map((cluster) => [arn(role, 'ecs', `container-instance/${cluster}/*`), CLUSTERS]),
    ),
    '*': "Batch's List and Describe calls and EC2's have no resource level.",
    ...Object.fromEntries(logGroups.map((group) => [arn(role, 'logs', `log-group:${group}:log-stream:*`), streams])),
  });
}

/** The wildcard of searching in logs: see permissions.ts. */
export function acknowledgeSearching(role: IConstruct, logGroups: readonly string[]): void {
  const streams = 'All streams of a group that is named.';
  acknowledgeResources(role, {
    [arn(role, 'logs', 'log-group:*')]: 'DescribeLogGroups lists by a prefix, and is allowed for all groups or none.',
    ...Object.fromEntries(logGroups.map((group) => [arn(role, 'logs', `log-group:${group}:*`), streams])),
  });
}

/** The wildcard of stopping jobs: see permissions.ts. */
export function acknowledgeStopping(role: IConstruct): void {
  acknowledgeResources(role, {
    [arn(role, 'batch', 'job/*')]:
      'Jobs are made while the bot runs. Who may stop which is decided and audited by the bot; killTag narrows it here.',
  });
}

/** The wildcard of retrying jobs, beside those of reading and stopping: see permissions.ts. */
export function acknowledgeRetrying(role: IConstruct): void {
  acknowledgeResources(role, {
    [arn(role, 'batch', 'job-definition/*')]:
      'A job of any definition may be retried, also of those that are made later; the tag of a retry is demanded.',
  });
}

/** The wildcard of reading the fronts of queues: see permissions.ts. */
export function acknowledgeFronts(role: IConstruct): void {
  acknowledgeResources(role, {
    [arn(role, 'batch', 'job-queue/*')]: 'Every queue may be asked about, also those that are made later.',
  });
}

/** The wildcards of reading queues and hosts: see permissions.ts. */
export function acknowledgeCapacity(role: IConstruct): void {
  acknowledgeFronts(role);
  acknowledgeResources(role, {
    ...Object.fromEntries(BATCH_CLUSTERS.map((cluster) => [arn(role, 'ecs', `cluster/${cluster}`), CLUSTERS])),
  });
}

function acknowledgeResources(role: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [resource, reason] of Object.entries(reasons))
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

/** An ARN as cdk-nag writes it in a finding: what only the deployment knows is in angle brackets. */
function arn(scope: IConstruct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  const known = (value: string, name: string): string => (Token.isUnresolved(value) ? `<AWS::${name}>` : value);
  return `arn:${known(partition, 'Partition')}:${service}:${known(region, 'Region')}:${known(account, 'AccountId')}:${resource}`;
}
