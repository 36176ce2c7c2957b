/** The whole world in one process: the bot, embedded DynamoDB, a local AWS and a local Slack, joined only by their wires. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { App } from '../app';
import { sqsQueue } from '../aws/queue';
import { commandsUsage } from '../commands/usage';
import { settings } from '../config';
import { errorFields } from '../errors';
import { jobItem } from '../history/jobs';
import { createTable } from '../history/table';
import { jobFromDetail } from '../jobs/fromBatch';
import { globMatcher } from '../jobs/glob';
import type { Job } from '../jobs/job';
import { clientOptions, openApp } from '../lambdas/open';
import { poll } from '../lambdas/poll';
import { isDelivery, workTime } from '../lambdas/workTime';
import { slackHttp } from '../slack/receive';
import { forms } from '../views/forms';
import { type LocalAws, startLocalAws } from './aws/server';
import { localDynamo } from './dynamodb';
import { pageAssets } from './page/assets';
import { type LocalSlack, type LocalUser, startLocalSlack } from './slack/server';

export interface WorldOptions {
  /** 0 takes any free port. */
  port: number;
  awsPort: number;
  seed?: number;
  speed?: number;
  /** Finished jobs of the past to begin with, if the world is new. */
  jobs?: number;
  /** Where the world is kept between runs; nowhere by default. */
  folder?: string;
  /** Forget what is kept there. */
  fresh?: boolean;
  /** Queues, compute environments and definitions to begin with; by default there are. */
  furnished?: boolean;
  /** How many of the account's twenty teams have queues of their own; all by default. */
  teams?: number;
  /** Most queues, and most compute environments, of the account. */
  quota?: number;
  /** The world submits work of its own. */
  autonomous?: boolean;
  signingSecret?: string;
  now?: () => number;
  /** Where the bot's log lines go; nowhere by default. */
  write?: (line: string) => void;
  logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** How long an answer must be quiet before the doors take it as whole. */
  quietMs?: number;
  /** After how long somebody who waits is told so, in place of the usual 3 seconds. */
  silenceMs?: number;
  /** How many days after its end the bot removes a job; it keeps all by default. */
  retentionDays?: number;
  /** The environment variable of jobs that holds a timeout, in place of the usual one. */
  timeoutVariable?: string;
  /** What one search may spend; as much as the bot's own defaults. */
  searchSeconds?: number;
  searchReadUnits?: number;
  /** People in place of the usual three. */
  users?: readonly LocalUser[];
  /** Settings of the bot's on who may what, in place of the usual ones. */
  roles?: Partial<typeof ROLES>;
  /** How often the bot sweeps Batch; 0 leaves it to the caller. */
  sweepMs?: number;
  /** Whether the bot sweeps Batch at its start, as it does by default. */
  firstSweep?: boolean;
  /** Whether the bot hears of jobs by events, as it does by default. */
  events?: boolean;
}

export interface LocalWorld {
  slack: LocalSlack;
  aws: LocalAws;
  app: App;
  close(): Promise<void>;
}

const TABLE = 'batchbot';
const BOT_TOKEN = 'xoxb-local';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const ACCOUNT = '123456789012';
/** People and channels of the local Slack; see `slack/identity.ts`. */
const ROLES = {
  ADMINS: ['U0ROOT0001'],
  OPERATORS: ['U0ADA00001'],
  SHARED_CHANNELS: [] as string[],
  WORKSPACES: [] as string[],
  ALERT_CHANNEL: 'C0ALERTS01',
};
/** How long the start waits for the first sweep. */
const FIRST_SWEEP_MS = 3_000;
/** BatchWriteItem takes 25 (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html). */
const ITEMS_PER_WRITE = 25;

/** Fills a new table with jobs that Batch has forgotten, as if the bot had watched them; nobody else writes meanwhile. */
async function remember(client: DynamoDBClient, jobs: Iterable<Job>): Promise<void> {
  const doc = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const items = [...jobs].map((job) => jobItem({ job, version: 1 }, job.stoppedAt ?? job.seenAt));
  const batches = Array.from({ length: Math.ceil(items.length / ITEMS_PER_WRITE) }, (_, n) =>
    items.slice(n * ITEMS_PER_WRITE, (n + 1) * ITEMS_PER_WRITE),
  ).values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const batch of batches) {
        await doc.send(
          new BatchWriteCommand({ RequestItems: { [TABLE]: batch.map((Item) => ({ PutRequest: { Item } })) } }),
        );
      }
    }),
  );
}

export async function startWorld(options: WorldOptions): Promise<LocalWorld> {
  const { folder } = options;
  if (folder !== undefined) {
    if (options.fresh) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const isNew = folder === undefined || !existsSync(join(folder, 'dynamodb'));
  const dynamo = localDynamo(folder);

  const aws = await startLocalAws({
    port: options.awsPort,
    seed: options.seed ?? 1,
    speed: options.speed ?? 1,
    pastJobs: options.jobs ?? 0,
    dynamo: dynamo.listener,
    autonomous: options.autonomous ?? true,
    ...(options.furnished === undefined ? {} : { furnished: options.furnished }),
    ...(options.teams === undefined ? {} : { teams: options.teams }),
    ...(options.quota === undefined ? {} : { quota: options.quota }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(folder === undefined ? {} : { stateFile: join(folder, 'aws.json') }),
  });
  const config = {
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_API_URL: undefined as string | undefined,
    SLACK_COMMAND: settings.SLACK_COMMAND.parse(undefined),
    DYNAMODB_TABLE: TABLE,
    WORK_QUEUE_URL: `${aws.url}/${ACCOUNT}/batchbot-work`,
    EVENTS_DLQ_URL: `${aws.url}/${ACCOUNT}/batchbot-events-dlq`,
    RETENTION_DAYS: options.retentionDays,
    TRACKED_QUEUES: [],
    SHOWN_VARIABLES: ['LOCAL_*', 'STAGE'],
    TIMEOUT_VARIABLE: options.timeoutVariable ?? settings.TIMEOUT_VARIABLE.parse(undefined),
    TIMEOUTS: settings.TIMEOUTS.parse(undefined),
    SEARCH_SECONDS: options.searchSeconds ?? 2,
    SEARCH_READ_UNITS: options.searchReadUnits ?? 1_000,
    LOG_LEVEL: options.logLevel ?? ('warn' as const),
    AWS_REGION: 'us-east-1',
    ...ROLES,
    ...options.roles,
  };
  const openOptions = {
    endpoint: aws.url,
    credentials: CREDENTIALS,
    now: options.now,
    write: options.write ?? (() => undefined),
    silenceMs: options.silenceMs,
  };
  const client = new DynamoDBClient(clientOptions(config, openOptions));
  await createTable(client, TABLE);
  if (isNew) {
    const forgotten = Array.from(aws.forgottenJobs(), (detail) =>
      jobFromDetail(detail, Number(detail.stoppedAt ?? detail.createdAt), globMatcher(config.SHOWN_VARIABLES)),
    );
    await remember(client, forgotten);
  }

  let busy = 0;
  /** Requests that no worker has taken yet, as their messages' bodies. */
  const untaken = new Set<string>();
  const counted = async (work: Promise<void>): Promise<void> => {
    busy++;
    try {
      await work;
    } finally {
      busy--;
    }
  };
  const sqs = new SQSClient(clientOptions(config, openOptions));
  const work = sqsQueue(sqs, config.WORK_QUEUE_URL);
  let bot: RequestListener = (_request, response) => void response.writeHead(503).end();
  const signingSecret = options.signingSecret ?? 'local-signing-secret';
  const slack = await startLocalSlack({
    port: options.port,
    signingSecret,
    botToken: BOT_TOKEN,
    bot: (request, response) => bot(request, response),
    page: pageAssets,
    aws,
    commands: [commandsUsage(config.SLACK_COMMAND)],
    isBusy: () => busy > 0 || untaken.size > 0,
    ...(options.users === undefined ? {} : { users: [...options.users] }),
    ...(options.quietMs === undefined ? {} : { quietMs: options.quietMs }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(folder === undefined ? {} : { stateFile: join(folder, 'slack.json') }),
  });
  config.SLACK_API_URL = `${slack.url}/api/`;
  const app = openApp(config, openOptions);
  const { log } = app.room;
  bot = slackHttp(
    {
      // From the acknowledgement until the worker has answered, somebody waits for it.
      enqueue: async (request) => {
        const body = JSON.stringify(request);
        untaken.add(body);
        try {
          await work.send(request);
        } catch (error) {
          untaken.delete(body);
          throw error;
        }
      },
      forms,
      log,
      now: options.now ?? Date.now,
    },
    { signingSecret, botToken: BOT_TOKEN, command: config.SLACK_COMMAND, slackApiUrl: config.SLACK_API_URL },
  );

  const time = workTime();
  const stopWork = poll({
    client: sqs,
    queueUrl: config.WORK_QUEUE_URL,
    atOnce: 4,
    log,
    // A sender paces itself for seconds, and nobody waits for its end.
    take: (body) => {
      if (isDelivery(body)) return app.takeWork(body, time.untilEnd());
      const taken = counted(app.takeWork(body, time.step()));
      untaken.delete(body);
      return taken;
    },
  });
  const stopEvents =
    options.events === false
      ? () => undefined
      : poll({
          client: sqs,
          queueUrl: `${aws.url}/${ACCOUNT}/batchbot-events`,
          atOnce: 2,
          log,
          take: (body) => app.takeEvent(body, time.step()),
        });

  const sweep = (full?: boolean): Promise<unknown> =>
    app.tick(time.untilEnd(), full).catch((error: unknown) => log.error('a sweep failed', errorFields(error)));
  let sweeping: Promise<unknown> = options.firstSweep === false ? Promise.resolve() : sweep(true);
  // A large past goes on being read in while people already look around.
  await Promise.race([sweeping, sleep(FIRST_SWEEP_MS, undefined, { ref: false })]);
  const sweepMs = options.sweepMs ?? 60_000;
  const timer =
    sweepMs === 0
      ? undefined
      : setInterval(() => {
          sweeping = sweep();
        }, sweepMs);

  return {
    slack,
    aws,
    app,
    async close() {
      clearInterval(timer);
      time.end();
      await sweeping.catch(() => undefined);
      await Promise.all([stopWork(), stopEvents()]);
      await slack.close();
      await aws.close();
      await dynamo.close();
    },
  };
}
