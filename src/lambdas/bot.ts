/** `npm run bot`: the whole bot as one long-running process, for a real workspace and account. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { LogLevel, type App as SlackApp, SocketModeReceiver } from '@slack/bolt';
import { sqsQueue } from '../aws/queue';
import { type Config, ConfigError, describeSettings, readConfig, type SettingName, settings } from '../config';
import { errorFields } from '../errors';
import { createTable } from '../history/table';
import { slackApp, slackHttp } from '../slack/receive';
import type { WorkRequest } from '../slack/request';
import { forms } from '../views/forms';
import { APP_SETTINGS, clientOptions, openApp } from './open';
import { poll } from './poll';
import { secretSettings, slackSecrets } from './secrets';
import { stopOnSignal } from './stopOnSignal';
import { workTime } from './workTime';

const BOT_SETTINGS = [
  ...APP_SETTINGS,
  'SLACK_APP_TOKEN',
  'CREATE_TABLE',
  'EVENTS_QUEUE_URL',
  'SWEEP_SECONDS',
  'PORT',
] as const;

function usage(): string {
  const names = Object.keys(settings) as SettingName[];
  const lines = describeSettings(names).map(
    ({ name, meaning, fallback }) =>
      `  ${name.padEnd(21)} ${meaning}${fallback === '' ? '' : fallback === 'needed' ? ' (needed)' : ` (${fallback})`}`,
  );
  return [
    'npm run bot: batchbot as one process, for a real workspace and AWS account.',
    '',
    'Settings, from the environment:',
    ...lines,
    '',
    "AWS credentials, profile and endpoints are the AWS SDK's own: AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_BATCH…",
    'With SLACK_APP_TOKEN the bot connects by Socket Mode; without it, Slack must reach http://<this host>:PORT/slack/events.',
  ].join('\n');
}

/** Runs requests in this process: what waits for later when it ends is lost, which a queue (WORK_QUEUE_URL) would keep. */
function inProcessQueue(take: (body: string) => Promise<void>, failed: (error: unknown) => void) {
  const waiting = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  return {
    async send(request: WorkRequest, delaySeconds = 0): Promise<void> {
      const timer = setTimeout(() => {
        waiting.delete(timer);
        const work = take(JSON.stringify(request)).catch(failed);
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      }, delaySeconds * 1_000);
      waiting.add(timer);
    },
    /** Begins nothing more, and waits for what is at hand. */
    async stop(): Promise<void> {
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

export async function startBot(
  env: Record<string, string | undefined>,
): Promise<{ address: string; stop: () => Promise<void> }> {
  // Socket Mode has no requests to verify.
  const secretEnv = env.SLACK_APP_TOKEN ? { SLACK_SIGNING_SECRET: 'socket-mode', ...env } : env;
  const config: Pick<Config, (typeof BOT_SETTINGS)[number]> = readConfig(secretEnv, [
    ...BOT_SETTINGS,
    ...secretSettings(env),
  ]);
  const { botToken, signingSecret } = await slackSecrets(secretEnv);
  const aws = clientOptions(config, {});
  if (config.CREATE_TABLE) await createTable(new DynamoDBClient(aws), config.DYNAMODB_TABLE);

  const time = workTime();
  const inProcess = inProcessQueue(
    (body) => app.takeWork(body, time.of(body)),
    (error) => app.room.log.error('a request failed', errorFields(error)),
  );
  const sqs = new SQSClient(aws);
  const enqueue = config.WORK_QUEUE_URL === undefined ? inProcess.send : sqsQueue(sqs, config.WORK_QUEUE_URL).send;
  const app = openApp({ ...config, SLACK_BOT_TOKEN: botToken }, { enqueue });
  const { log } = app.room;
  const stops: (() => Promise<unknown>)[] = [];

  if (config.WORK_QUEUE_URL !== undefined) {
    stops.push(
      poll({
        client: sqs,
        queueUrl: config.WORK_QUEUE_URL,
        atOnce: 4,
        log,
        take: (body) => app.takeWork(body, time.of(body)),
      }),
    );
  }
  if (config.EVENTS_QUEUE_URL !== undefined) {
    stops.push(
      poll({
        client: sqs,
        queueUrl: config.EVENTS_QUEUE_URL,
        atOnce: 2,
        log,
        take: (body) => app.takeEvent(body, time.step()),
      }),
    );
  }

  const receive = { enqueue, forms, log, now: Date.now };
  const options = { botToken, command: config.SLACK_COMMAND, slackApiUrl: config.SLACK_API_URL };
  let address: string;
  if (config.SLACK_APP_TOKEN !== undefined) {
    const receiver = new SocketModeReceiver({
      appToken: config.SLACK_APP_TOKEN,
      logLevel: LogLevel.ERROR,
      ...(config.SLACK_API_URL === undefined
        ? {}
        : { installerOptions: { clientOptions: { slackApiUrl: config.SLACK_API_URL } } }),
    });
    const slack: SlackApp = slackApp(receiver, receive, options);
    await slack.start();
    stops.push(() => slack.stop());
    address = 'Slack, by Socket Mode';
  } else {
    const server = createServer(slackHttp(receive, { ...options, signingSecret }));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(config.PORT, resolve);
    });
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const at = server.address();
    address = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : config.PORT}/slack/events`;
  }

  let sweeping = Promise.resolve();
  const sweep = () => {
    sweeping = app.tick(time.untilEnd()).then(
      () => undefined,
      (error: unknown) => log.error('a sweep failed', errorFields(error)),
    );
  };
  sweep();
  const timer = setInterval(sweep, config.SWEEP_SECONDS * 1_000);
  stops.push(async () => {
    clearInterval(timer);
    await sweeping;
  });
  stops.push(inProcess.stop);
  return {
    address,
    stop: async () => {
      time.end();
      for (const stop of stops) await stop();
    },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(`${usage()}\n`);
    return;
  }
  const { address, stop } = await startBot(process.env);
  process.stdout.write(`batchbot is ready: ${address}\n`);
  stopOnSignal(stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    const known = error instanceof ConfigError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    process.stderr.write(`${known ? (error as Error).message : JSON.stringify(errorFields(error))}\n`);
    process.exitCode = 1;
  });
}
