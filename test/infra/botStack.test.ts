/** The stack keeps what it promises: nothing is lost in silence, and what is ill is told without Slack. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { LIVE_INDEX_COLUMNS, TABLE_LAYOUT } from '../../src/history/table';
import { matchesPattern } from './eventPattern';
import { pointsAt, type Resource, synthesised } from './synthesised';

const stack = synthesised();
const queues = stack.ofType('AWS::SQS::Queue');
const alarms = [...stack.ofType('AWS::CloudWatch::Alarm').values()].map(({ Properties }) => Properties);

const property = (resource: Resource | undefined, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) => z.record(z.string(), z.unknown()).catch({}).parse(value)[key],
      resource?.Properties,
    );

/** Queues where something waits that failed for good. */
const parking = new Set([
  ...[...queues.values()].flatMap((queue) => pointsAt(property(queue, 'RedrivePolicy'))),
  ...[...stack.ofType('AWS::Events::Rule').values()].flatMap((rule) =>
    z
      .array(z.object({ DeadLetterConfig: z.unknown() }))
      .parse(rule.Properties.Targets)
      .flatMap(({ DeadLetterConfig }) => pointsAt(DeadLetterConfig)),
  ),
  ...[...stack.ofType('AWS::Lambda::EventInvokeConfig').values()].flatMap((config) =>
    pointsAt(property(config, 'DestinationConfig')),
  ),
]);

describe('the queues', () => {
  const working = [...queues].filter(([id]) => !parking.has(id));

  test('work and events each have a queue, and each parks what failed three times', () => {
    expect(working).toHaveLength(2);
    for (const [, queue] of working) expect(property(queue, 'RedrivePolicy.maxReceiveCount')).toBe(3);
  });

  test('every dead-letter queue has an alarm at its first message', () => {
    expect(parking.size).toBe(4);
    for (const id of parking) {
      const alarm = alarms.find(
        (one) => one.MetricName === 'ApproximateNumberOfMessagesVisible' && pointsAt(one.Dimensions).includes(id),
      );
      expect(alarm).toMatchObject({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' });
    }
  });

  test('every working queue has an alarm for messages that wait too long', () => {
    for (const [id] of working)
      expect(
        alarms.some(
          (one) => one.MetricName === 'ApproximateAgeOfOldestMessage' && pointsAt(one.Dimensions).includes(id),
        ),
      ).toBe(true);
  });

  test('a message stays hidden for at least six times as long as its function may take', () => {
    for (const { Properties: source } of stack.ofType('AWS::Lambda::EventSourceMapping').values()) {
      const queue = queues.get(pointsAt(source.EventSourceArn)[0] ?? '');
      const lambda = stack.ofType('AWS::Lambda::Function').get(pointsAt(source.FunctionName)[0] ?? '');
      expect(Number(property(queue, 'VisibilityTimeout'))).toBeGreaterThanOrEqual(
        6 * Number(property(lambda, 'Timeout')),
      );
    }
  });

  test('messages are encrypted where they lie and where they travel', () => {
    for (const [id, queue] of queues) {
      expect(property(queue, 'SqsManagedSseEnabled')).toBe(true);
      const policies = [...stack.ofType('AWS::SQS::QueuePolicy').values()].filter((policy) =>
        pointsAt(policy.Properties.Queues).includes(id),
      );
      expect(JSON.stringify(policies)).toContain('"aws:SecureTransport":"false"');
    }
  });
});

describe('the functions', () => {
  test('a failed message goes back alone, and events wait a second at most to be read together', () => {
    const sources = [...stack.ofType('AWS::Lambda::EventSourceMapping').values()].map(({ Properties }) => Properties);
    expect(sources).toHaveLength(2);
    for (const source of sources) expect(source.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    expect(sources.map(({ MaximumBatchingWindowInSeconds: seconds }) => seconds ?? 0).sort()).toEqual([0, 1]);
  });

  test('the front answers the internet, since Slack signs its requests', () => {
    stack.template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    // Since October 2025 a function URL needs both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    for (const Action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'])
      stack.template.hasResourceProperties('AWS::Lambda::Permission', { Action, Principal: '*' });
  });

  test('no other function can be called from outside the account', () => {
    const open = [...stack.ofType('AWS::Lambda::Permission').values()].filter(
      ({ Properties }) => Properties.Principal === '*',
    );
    expect(new Set(open.flatMap(({ Properties }) => pointsAt(Properties.FunctionName)))).toHaveProperty('size', 1);
  });

  test('tick runs once a minute, one at a time, and a failed call is kept', () => {
    stack.template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
    stack.template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('once a minute'),
      ReservedConcurrentExecutions: 1,
    });
    stack.template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 1);
  });

  test('ten minutes without a tick that succeeded raise an alarm, and so does silence', () => {
    const alarm = alarms.find(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(alarm).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 1 });
    expect(JSON.stringify(alarm?.Metrics)).toMatch(/calls - errors/);
    expect(JSON.stringify(alarm?.Metrics)).toMatch(/"Period":600/);
  });

  test('events that nobody can understand raise an alarm', () => {
    stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'batchbot',
      MetricName: 'MalformedEvents',
      Threshold: 0,
    });
  });

  test('an alert that waits for five minutes raises an alarm, and so does one that is given up', () => {
    stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'batchbot',
      MetricName: 'OldestUnsentSeconds',
      Statistic: 'Maximum',
      Threshold: 300,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    stack.template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'MessagesGivenUp', Threshold: 0 });
  });

  test('errors of each function, and throttles of all but tick, raise an alarm', () => {
    const watched = (metric: string): number =>
      alarms.filter(({ MetricName, Namespace }) => Namespace === 'AWS/Lambda' && MetricName === metric).length;
    expect([watched('Errors'), watched('Throttles')]).toEqual([4, 3]);
  });
});

describe('the mail of alarms', () => {
  test('goes out for every alarm when there is an address, and CloudWatch may send it', () => {
    const mailing = synthesised({ alarmEmail: 'oncall@example.com' });
    const all = [...mailing.ofType('AWS::CloudWatch::Alarm').values()];
    for (const alarm of all) expect(pointsAt(alarm.Properties.AlarmActions)).toEqual([expect.stringMatching(/Topic/)]);
    mailing.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    });
    mailing.template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });

  test('there is none without an address', () => {
    stack.template.resourceCountIs('AWS::SNS::Topic', 0);
  });
});

describe('the table', () => {
  test('is laid out as the code expects, is kept, and can be restored to any second', () => {
    stack.template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: TABLE_LAYOUT.expiry, Enabled: true },
        KeySchema: [
          { AttributeName: TABLE_LAYOUT.partitionKey, KeyType: 'HASH' },
          { AttributeName: TABLE_LAYOUT.sortKey, KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: TABLE_LAYOUT.liveIndex,
            KeySchema: [
              { AttributeName: TABLE_LAYOUT.liveIndexPartitionKey, KeyType: 'HASH' },
              { AttributeName: TABLE_LAYOUT.liveIndexSortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...LIVE_INDEX_COLUMNS] },
          },
        ],
      },
    });
  });
});

describe('the rules', () => {
  const payloads = join(__dirname, '../payloads');
  const event = (name: string): unknown => JSON.parse(readFileSync(join(payloads, name), 'utf8'));
  const patterns = (context: Record<string, unknown>): unknown[] =>
    [...synthesised(context).ofType('AWS::Events::Rule').values()].flatMap(
      ({ Properties }) => Properties.EventPattern ?? [],
    );
  const usual = patterns({});
  const reaches = (rules: unknown[], news: unknown): boolean => rules.some((pattern) => matchesPattern(pattern, news));
  /** All but one that lost its envelope and one that is wrapped by SQS already. */
  const whole = readdirSync(payloads).filter(
    (name) => name.startsWith('batch-event-') && !/minimal|inside-sqs/.test(name),
  );

  test.each(whole)('%s reaches the events queue', (name) => {
    expect(reaches(usual, event(name))).toBe(true);
  });

  test('another service, or other news of Batch, does not', () => {
    const runnable = z.looseObject({}).parse(event('batch-event-runnable-docs.json'));
    expect(reaches(usual, { ...runnable, source: 'aws.ecs' })).toBe(false);
    expect(reaches(usual, { ...runnable, 'detail-type': 'AWS API Call via CloudTrail' })).toBe(false);
  });

  test('what EventBridge cannot deliver is kept for as long as SQS keeps anything', () => {
    for (const id of parking) expect(property(queues.get(id), 'MessageRetentionPeriod')).toBe(14 * 24 * 60 * 60);
  });
});

describe('cdk-nag', () => {
  test.each([
    ['by default', {}],
    ['with everything switched on', { tracing: true, alarmEmail: 'oncall@example.com', killTag: 'team=batch' }],
    ['with log groups by their beginning', { logGroups: '/aws/batch/job,/teams/*' }],
    ['with the secret by its ARN', { secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:slack-AbCdEf' }],
  ])('finds nothing that is not acknowledged %s', (_when, context) => {
    expect(synthesised(context).findings()).toEqual([]);
  });

  test('is awake: it finds what a careless stack does', () => {
    const app = new App();
    new Queue(new Stack(app, 'Careless'), 'Queue');
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(
      expect.arrayContaining(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']),
    );
  });
});
