/** Opens the house: builds the AWS and Slack clients from settings, and the app on top of them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { BatchClient } from '@aws-sdk/client-batch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SQSClient } from '@aws-sdk/client-sqs';
import { LogLevel, WebClient } from '@slack/web-api';
import { type App, createApp } from '../app';
import { batchJobs } from '../aws/batch';
import { instances } from '../aws/ec2';
import { containerInstances } from '../aws/ecs';
import { jobLogs } from '../aws/logs';
import { sqsQueue } from '../aws/queue';
import { commands } from '../commands/index';
import { openRoles } from '../commands/openRoles';
import type { Config } from '../config';
import { openHistory } from '../history/history';
import { globMatcher } from '../jobs/glob';
import { jsonLog } from '../log';
import { slackDelivery } from '../slack/deliver';
import type { WorkRequest } from '../slack/request';

export const APP_SETTINGS = [
  'SLACK_API_URL',
  'SLACK_COMMAND',
  'DYNAMODB_TABLE',
  'WORK_QUEUE_URL',
  'EVENTS_DLQ_URL',
  'ALERT_CHANNEL',
  'ADMINS',
  'OPERATORS',
  'SHARED_CHANNELS',
  'WORKSPACES',
  'TRACKED_QUEUES',
  'SHOWN_VARIABLES',
  'TIMEOUT_VARIABLE',
  'TIMEOUTS',
  'RETENTION_DAYS',
  'SEARCH_SECONDS',
  'SEARCH_READ_UNITS',
  'LOG_LEVEL',
  'AWS_REGION',
] as const;
export type AppConfig = Pick<Config, (typeof APP_SETTINGS)[number]> & { SLACK_BOT_TOKEN: string };

export interface OpenOptions {
  /** Where AWS answers, if not at its own addresses (`AWS_ENDPOINT_URL` is honoured by the SDK itself). */
  endpoint?: string | undefined;
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** In place of the work queue, when the worker is in the same process. */
  enqueue?: ((request: WorkRequest, delaySeconds?: number) => Promise<void>) | undefined;
  /** In place of the events' DLQ. */
  parkEvent?: ((body: string, why: string) => Promise<void>) | undefined;
  now?: (() => number) | undefined;
  write?: ((line: string) => void) | undefined;
  /** After how long somebody who waits is told so. */
  silenceMs?: number | undefined;
}

/** Batch throttles DescribeJobs early; the SDK waits with jitter between tries (standard mode, up to 20 s). */
const MOST_TRIES = 6;

const SLACK_TIMEOUT_MS = 10_000;

export function clientOptions(config: Pick<AppConfig, 'AWS_REGION'>, options: OpenOptions) {
  return {
    region: config.AWS_REGION,
    maxAttempts: MOST_TRIES,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}

export function openApp(config: AppConfig, options: OpenOptions = {}): App {
  const aws = clientOptions(config, options);
  const now = options.now ?? Date.now;
  const log = jsonLog(config.LOG_LEVEL, now, options.write);
  const sqs = new SQSClient(aws);
  const work = config.WORK_QUEUE_URL === undefined ? undefined : sqsQueue(sqs, config.WORK_QUEUE_URL);
  const parked = config.EVENTS_DLQ_URL === undefined ? undefined : sqsQueue(sqs, config.EVENTS_DLQ_URL);
  const web = new WebClient(config.SLACK_BOT_TOKEN, {
    // Waits and retries are ours (slack/deliver), inside the time that the Lambda has left.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // What fails is told by our own lines, in JSON.
    logLevel: LogLevel.ERROR,
    // Without a limit, one connection that hangs would use up the whole life of a worker.
    timeout: SLACK_TIMEOUT_MS,
    ...(config.SLACK_API_URL === undefined ? {} : { slackApiUrl: config.SLACK_API_URL }),
  });
  const enqueue = options.enqueue ?? work?.send;
  if (enqueue === undefined) throw new Error('openApp needs WORK_QUEUE_URL or a way to enqueue');
  const history = openHistory(
    new DynamoDBClient(aws),
    config.DYNAMODB_TABLE,
    now,
    config.RETENTION_DAYS,
    { ms: config.SEARCH_SECONDS * 1_000, readUnits: config.SEARCH_READ_UNITS },
    (entry) => log.info('audit', { ...entry }),
  );
  const slack = slackDelivery(web, log, now, (ms) => sleep(ms));
  const tracks = config.TRACKED_QUEUES.length === 0 ? () => true : globMatcher(config.TRACKED_QUEUES);
  return createApp({
    room: {
      commands,
      batch: batchJobs(
        new BatchClient(aws),
        new BatchClient({ ...aws, maxAttempts: 1 }),
        now,
        (ms) => sleep(ms),
        history.callers.meet,
      ),
      containerInstances: containerInstances(new ECSClient(aws)),
      instances: instances(new EC2Client(aws)),
      // What CloudWatch refuses is tried again by aws/logs, inside the time that is left.
      logs: jobLogs(
        new CloudWatchLogsClient({ ...aws, maxAttempts: 1 }),
        (region) => new CloudWatchLogsClient({ ...aws, maxAttempts: 1, region }),
        now,
      ),
      history,
      slack,
      log,
      now,
      enqueue,
      slash: config.SLACK_COMMAND,
      region: config.AWS_REGION,
      alertChannel: config.ALERT_CHANNEL,
      roles: openRoles({
        admins: config.ADMINS,
        operators: config.OPERATORS,
        sharedChannels: config.SHARED_CHANNELS,
        workspaces: config.WORKSPACES,
        grants: () => history.roles.list(),
        people: slack.people,
      }),
      tracks,
      shows: Object.assign(globMatcher(config.SHOWN_VARIABLES), { timeoutVariable: config.TIMEOUT_VARIABLE }),
      timeouts: { variable: config.TIMEOUT_VARIABLE, isOn: config.TIMEOUTS },
    },
    parkEvent:
      options.parkEvent ??
      parked?.park ??
      (async (body, why) => {
        log.error('an event was dropped: there is nowhere to park it (EVENTS_DLQ_URL)', { why, body });
      }),
    sleep: (ms) => sleep(ms),
    silenceMs: options.silenceMs,
  });
}
