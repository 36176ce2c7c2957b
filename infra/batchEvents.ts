/** The EventBridge rules that bring Batch's news to the events queue, and the queue for what they couldn't bring. */
import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './parkedQueue';

const patterns = {
  JobStateChange: { source: ['aws.batch'], detailType: ['Batch Job State Change'] },
  JobQueueBlocked: { source: ['aws.batch'], detailType: ['Batch Job Queue Blocked'] },
} satisfies Record<string, EventPattern>;

export interface BatchEventsProps {
  queue: Queue;
}

export class BatchEvents extends Construct {
  /** Events that EventBridge could not put on the queue. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { queue }: BatchEventsProps) {
    super(scope, id);
    this.undelivered = deadLetterQueue(this, 'Undelivered');
    for (const [name, eventPattern] of Object.entries(patterns))
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
