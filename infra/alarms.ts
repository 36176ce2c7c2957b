/** The alarms that tell when batchbot itself is ill, by mail and in CloudWatch: none of them needs Slack or the bot. */
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { GIVEN_UP, OLDEST_UNSENT } from '../src/notices/sending/metrics';
import type { BotFunction } from './botFunction';
import type { LambdaName } from './bundle';

/** Slack gives up on a request after 3 seconds: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
const SLOWEST_ANSWER_MS = 2_500;

/** Slack asks for patience now and then, and tick measures once a minute. */
const LATEST_ALERT = Duration.minutes(5);

export interface AlarmsProps {
  functions: Readonly<Record<LambdaName, BotFunction>>;
  /** Queues with what failed, by a name for people. */
  deadLetters: Readonly<Record<string, Queue>>;
  /** Queues that are read all the time, by a name for people, with the age of a message that is too old. */
  queues: Readonly<Record<string, { queue: Queue; tooOld: Duration }>>;
  email?: string;
}

export class Alarms extends Construct {
  private readonly topic: Topic | undefined;

  constructor(scope: Construct, id: string, { functions, deadLetters, queues, email }: AlarmsProps) {
    super(scope, id);
    if (email !== undefined) {
      this.topic = new Topic(this, 'Topic', { displayName: 'batchbot', enforceSSL: true });
      // A topic with a policy of its own (enforceSSL makes one) loses the default by which alarms may publish to it:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
      this.topic.grantPublish(
        new ServicePrincipal('cloudwatch.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
        }),
      );
      this.topic.addSubscription(new EmailSubscription(email));
    }
    for (const [name, queue] of Object.entries(deadLetters))
      this.above(`${name}Parked`, 0, `Something failed for good and waits in ${name}'s dead-letter queue.`, {
        metric: queue.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(1),
          statistic: Stats.MAXIMUM,
        }),
      });
    for (const [name, { queue, tooOld }] of Object.entries(queues))
      this.above(`${name}Late`, tooOld.toSeconds(), `The ${name} queue is not being read fast enough.`, {
        metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      });
    for (const [name, { lambda }] of Object.entries(functions)) {
      this.above(`${name}Errors`, 0, `The ${name} function failed.`, { metric: lambda.metricErrors() });
      // Tick runs one at a time by design, so it is throttled whenever it takes longer than a minute.
      if (name !== 'tick')
        this.above(`${name}Throttles`, 0, `The account has no execution left for the ${name} function.`, {
          metric: lambda.metricThrottles(),
        });
    }
    this.above('frontSlow', SLOWEST_ANSWER_MS, 'Answers come close to the 3 seconds that Slack waits.', {
      metric: functions.front.lambda.metricDuration({ statistic: Stats.MAXIMUM }),
    });
    this.above(
      'MalformedEvents',
      0,
      'Events came that batchbot could not understand; they wait in the events dead-letter queue.',
      {
        metric: new Metric({
          namespace: 'batchbot',
          metricName: 'MalformedEvents',
          statistic: Stats.SUM,
          period: Duration.minutes(5),
        }),
      },
    );
    this.delivery();
    this.tickMissing(functions.tick);
  }

  /** What people should have been told in Slack, and were not: this one must reach them by another way. */
  private delivery(): void {
    const metric = (metricName: string, statistic: string): Metric =>
      new Metric({ namespace: 'batchbot', metricName, statistic, period: Duration.minutes(1) });
    this.above(
      'DeliveryStuck',
      LATEST_ALERT.toSeconds(),
      'An alert has waited for 5 minutes: Slack is down, the token is not valid any more, or the alert channel is gone.',
      { metric: metric(OLDEST_UNSENT, Stats.MAXIMUM) },
    );
    this.above('MessagesGivenUp', 0, 'A message could not be sent for a day and was given up; the log has it.', {
      metric: metric(GIVEN_UP, Stats.SUM),
    });
  }

  /** Silence is bad here, unlike everywhere else: no call at all is as ill as calls that fail. */
  private tickMissing({ lambda }: BotFunction): void {
    const period = Duration.minutes(10);
    this.tell(
      new Alarm(this, 'TickMissing', {
        alarmDescription: 'Tick has not succeeded for 10 minutes: nothing is swept, late answers are not given.',
        metric: new MathExpression({
          label: 'ticks that succeeded',
          expression: 'calls - errors',
          usingMetrics: { calls: lambda.metricInvocations(), errors: lambda.metricErrors() },
          period,
        }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  private above(id: string, threshold: number, alarmDescription: string, { metric }: { metric: IMetric }): void {
    this.tell(
      new Alarm(this, id, {
        alarmDescription,
        metric,
        threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  private tell(alarm: Alarm): void {
    if (this.topic === undefined) return;
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}
