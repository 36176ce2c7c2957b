/** The bot's stack: four functions, the queues between them, the table, the rules and the alarms. */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Code, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import {
  acknowledgeCapacity,
  acknowledgeFronts,
  acknowledgeReading,
  acknowledgeRetrying,
  acknowledgeSearching,
  acknowledgeStopping,
} from './acknowledgedFindings';
import { Alarms } from './alarms';
import { BatchEvents } from './batchEvents';
import { BotFunction } from './botFunction';
import type { LambdaName } from './bundle';
import { EveryMinute } from './everyMinute';
import { HistoryTable } from './historyTable';
import type { Parameters } from './parameters';
import { ParkedQueue } from './parkedQueue';
import {
  changeQueues,
  readBatch,
  readCapacity,
  readFrontOfQueue,
  readHosts,
  readJobLogs,
  searchJobLogs,
  stopJobs,
} from './permissions';

/** How long each function may take. The front's is what Slack waits; the worker's is one step of an action on many jobs. */
const TIMEOUTS: Readonly<Record<LambdaName, Duration>> = {
  front: Duration.seconds(3),
  worker: Duration.minutes(2),
  events: Duration.minutes(1),
  tick: Duration.minutes(5),
};

export interface BotStackProps extends StackProps {
  parameters: Parameters;
  /** The bundle of a function. */
  code: (name: LambdaName) => Code;
}

export class BotStack extends Stack {
  constructor(scope: Construct, id: string, { parameters, code, ...props }: BotStackProps) {
    super(scope, id, { description: 'batchbot: a Slack bot for AWS Batch', ...props });
    const { tracing } = parameters;
    const secret = slackSecret(this, parameters);
    const history = new HistoryTable(this, 'History', { deletionProtection: parameters.deletionProtection });
    const work = new ParkedQueue(this, 'Work', { consumerTimeout: TIMEOUTS.worker });
    const events = new ParkedQueue(this, 'Events', { consumerTimeout: TIMEOUTS.events });

    const readSecret = new PolicyStatement({
      sid: 'ReadSlackSecret',
      actions: ['secretsmanager:GetSecretValue'],
      // A secret known by name only: the six characters that Secrets Manager adds are unknown before it is looked up.
      resources: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
    });
    const send = (sid: string, queueArn: string): PolicyStatement =>
      new PolicyStatement({ sid, actions: ['sqs:SendMessage'], resources: [queueArn] });
    const core = (): PolicyStatement[] => [
      readSecret,
      passOnWork,
      ...history.itemStatements(),
      readBatch(),
      readHosts(this),
      readJobLogs(this, parameters.logGroups),
    ];
    const passOnWork = send('PassOnWork', work.queue.queueArn);
    // An action on many jobs, and a card to look at again, are work that the bot gives itself.
    const doorSettings = {
      WORK_QUEUE_URL: work.queue.queueUrl,
      SLACK_SECRET_ARN: secret.secretFullArn ?? secret.secretName,
    };
    const coreSettings = {
      ...doorSettings,
      DYNAMODB_TABLE: history.table.tableName,
      ALERT_CHANNEL: parameters.alertChannel ?? '',
      ADMINS: parameters.admins.join(','),
      OPERATORS: parameters.operators.join(','),
      SHARED_CHANNELS: parameters.sharedChannels.join(','),
      WORKSPACES: parameters.workspaces.join(','),
      TRACKED_QUEUES: parameters.trackedQueues.join(','),
      RETENTION_DAYS: parameters.retentionDays === undefined ? '' : String(parameters.retentionDays),
      SHOWN_VARIABLES: parameters.shownVariables.join(','),
      TIMEOUT_VARIABLE: parameters.timeoutVariable,
      TIMEOUTS: parameters.timeouts.join(',') || 'none',
    };
    const make = (
      name: LambdaName,
      props: {
        description: string;
        memoryMb: number;
        environment: Record<string, string>;
        permissions: PolicyStatement[];
      },
      reservedConcurrency?: number,
    ): BotFunction =>
      new BotFunction(this, name, {
        ...props,
        code: code(name),
        timeout: TIMEOUTS[name],
        tracing,
        ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
      });

    const functions = {
      front: make('front', {
        description: 'batchbot: takes what Slack sends, checks its signature, puts it on the work queue',
        // Lambda gives CPU by memory, a whole core at 1,769 MB, and a start is all CPU:
        // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
        memoryMb: 1_769,
        environment: doorSettings,
        permissions: [readSecret, passOnWork],
      }),
      worker: make('worker', {
        description: 'batchbot: does what people asked for',
        memoryMb: 1_024,
        environment: coreSettings,
        permissions: [
          ...core(),
          ...readCapacity(this),
          ...searchJobLogs(this, parameters.logGroups),
          stopJobs(this, parameters.killTag),
          ...changeQueues(this),
        ],
      }),
      events: make('events', {
        description: "batchbot: takes in Batch's events and tells of failures",
        memoryMb: 1_024,
        environment: { ...coreSettings, EVENTS_DLQ_URL: events.deadLetters.queueUrl },
        permissions: [...core(), send('ParkMalformed', events.deadLetters.queueArn)],
      }),
      tick: make(
        'tick',
        {
          description:
            'batchbot: once a minute, sweeps what events missed, stops jobs whose time is over, and tells what time brings',
          // All live jobs, and the month of history that tells what is usual.
          memoryMb: 1_024,
          environment: coreSettings,
          permissions: [...core(), history.walkStatement(), readFrontOfQueue(this), stopJobs(this, parameters.killTag)],
        },
        parameters.reserveConcurrency ? 1 : undefined,
      ),
    } satisfies Record<LambdaName, BotFunction>;

    // One request a call: a person's short question does not wait for another's long one.
    functions.worker.lambda.addEventSource(
      new SqsEventSource(work.queue, { batchSize: 1, reportBatchItemFailures: true }),
    );
    // An alert is promised within 5 seconds of its event, so a batch waits 1 second at most to fill.
    functions.events.lambda.addEventSource(
      new SqsEventSource(events.queue, {
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        reportBatchItemFailures: true,
      }),
    );
    const batchEvents = new BatchEvents(this, 'BatchEvents', {
      queue: events.queue,
    });
    const everyMinute = new EveryMinute(this, 'EveryMinute', { tick: functions.tick });
    // Open to the world, since Slack signs its requests with no AWS credentials; the front refuses what Slack did not sign.
    const url = functions.front.lambda.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });

    new Alarms(this, 'Alarms', {
      functions,
      deadLetters: {
        Work: work.deadLetters,
        Events: events.deadLetters,
        BatchEvents: batchEvents.undelivered,
        Tick: everyMinute.failed,
      },
      queues: {
        // A message counts while it is being worked on, too.
        Work: { queue: work.queue, tooOld: TIMEOUTS.worker.plus(Duration.minutes(1)) },
        Events: { queue: events.queue, tooOld: TIMEOUTS.events.plus(Duration.minutes(1)) },
      },
      ...(parameters.alarmEmail === undefined ? {} : { email: parameters.alarmEmail }),
    });
    for (const { role } of [functions.worker, functions.events, functions.tick])
      acknowledgeReading(role, parameters.logGroups);
    for (const { role } of [functions.worker, functions.tick]) acknowledgeStopping(role);
    acknowledgeRetrying(functions.worker.role);
    acknowledgeCapacity(functions.worker.role);
    acknowledgeFronts(functions.tick.role);
    acknowledgeSearching(functions.worker.role, parameters.logGroups);

    new CfnOutput(this, 'RequestUrl', { value: url.url, description: "Request URL for the Slack app's manifest" });
    new CfnOutput(this, 'TableName', { value: history.table.tableName });
  }
}

const slackSecret = (scope: Construct, { secretArn, secretName }: Parameters): ISecret =>
  secretArn === undefined
    ? Secret.fromSecretNameV2(scope, 'SlackSecret', secretName)
    : Secret.fromSecretCompleteArn(scope, 'SlackSecret', secretArn);
