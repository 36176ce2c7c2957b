/** The clock: calls tick once a minute, one at a time, and keeps the calls that failed. */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BotFunction } from './botFunction';
import { deadLetterQueue } from './parkedQueue';

export class EveryMinute extends Construct {
  /** Calls that could not be made, and calls whose function failed. */
  readonly failed: Queue;

  constructor(scope: Construct, id: string, { tick }: { tick: BotFunction }) {
    super(scope, id);
    this.failed = deadLetterQueue(this, 'Failed');
    // For EventBridge a call is delivered once Lambda has queued it: what fails after that is Lambda's to keep.
    tick.lambda.configureAsyncInvoke({
      // The next minute comes by itself.
      retryAttempts: 0,
      // A call waits out one that is still running, rather than being counted as failed.
      maxEventAge: tick.timeout.plus(Duration.minutes(1)),
      onFailure: new SqsDestination(this.failed),
    });
    new Rule(this, 'Rule', {
      description: "batchbot's minute",
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaTarget(tick.lambda, {
          deadLetterQueue: this.failed,
          maxEventAge: Duration.minutes(1),
          retryAttempts: 2,
        }),
      ],
    });
  }
}
