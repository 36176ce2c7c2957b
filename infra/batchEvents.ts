/** The EventBridge rules that bring Batch's news to the events queue, and the queue for what they couldn't bring. */
import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './parkedQueue';

const patterns = {
  JobStateChange: { source: ['aws.batch'], detailType: ['Batch Job State Change'] },
  JobQueueBlocked: { source: ['aws.batch'], detailType: ['Batch Job Queue Blocked'] },
} satisfies Record<string, EventPattern>;

/** ECS tells of every task in the account; Batch's own clusters are named `AWSBatch-<environment>-<uuid>` or `<environment>_Batch_<uuid>`. */
const taskPattern: EventPattern = {
  source: ['aws.ecs'],
  detailType: ['ECS Task State Change'],
  detail: { clusterArn: Match.anyOf(Match.wildcard('*:cluster/AWSBatch-*'), Match.wildcard('*_Batch_*')) },
};

export interface BatchEventsProps {
  queue: Queue;
  followTasks: boolean;
}

export class BatchEvents extends Construct {
  /** Events that EventBridge could not put on the queue. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { queue, followTasks }: BatchEventsProps) {
    super(scope, id);
    this.undelivered = deadLetterQueue(this, 'Undelivered');
    const wanted: Record<string, EventPattern> = followTasks ? { ...patterns, TaskStateChange: taskPattern } : patterns;
    for (const [name, eventPattern] of Object.entries(wanted))
      new Rule(this, name, {
        description: `${eventPattern.detailType?.[0]} to batchbot`,
        eventPattern,
        targets: [
          // EventBridge's own most: 24 hours and 185 tries.
          new SqsQueue(queue, {
            deadLetterQueue: this.undelivered,
            maxEventAge: Duration.hours(24),
            retryAttempts: 185,
          }),
        ],
      });
  }
}
