/** A local Slack with a real Bolt app behind it, for the scenes in this folder. */
import { App, ExpressReceiver } from '@slack/bolt';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { type LocalSlack, type LocalSlackOptions, startLocalSlack } from '../../../src/local/slack/server';

export const SIGNING_SECRET = 'a-signing-secret';
export const BOT_TOKEN = 'xoxb-local';

export interface TestWorkspace {
  readonly slack: LocalSlack;
  /** The Bolt app, to which a scene adds its listeners. */
  readonly app: App;
  /** A client that neither retries nor waits for rate limits. */
  readonly web: WebClient;
}

const quiet: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

export async function openWorkspace(options: Partial<LocalSlackOptions> = {}): Promise<TestWorkspace> {
  const receiver = new ExpressReceiver({ signingSecret: SIGNING_SECRET, logger: quiet });
  const slack = await startLocalSlack({
    port: 0,
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    bot: receiver.app,
    quietMs: 80,
    isBusy: () => false,
    ...options,
  });
  const client = { slackApiUrl: `${slack.url}/api/`, retryConfig: { retries: 0 }, logger: quiet };
  const app = new App({
    receiver,
    token: BOT_TOKEN,
    botId: 'B0BATCHBOT',
    botUserId: 'U0BATCHBOT',
    clientOptions: client,
    logger: quiet,
  });
  app.error(async () => {});
  const web = new WebClient(BOT_TOKEN, { ...client, rejectRateLimitedCalls: true });
  return { slack, app, web };
}

/** The door's JSON answer. */
export async function knock(slack: LocalSlack, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${slack.url}/local/${path}`, init);
  return (await response.json()) as Record<string, unknown>;
}

/** What the Web API answered when it refused. */
export async function refusalOf(call: Promise<unknown>): Promise<{ error: string; messages: string[] }> {
  const failure = await call.then(
    () => {
      throw new Error('Slack took it');
    },
    (error: unknown) => error as { data?: { error?: string; response_metadata?: { messages?: string[] } } },
  );
  if (!failure.data) throw failure;
  return { error: failure.data.error ?? '', messages: failure.data.response_metadata?.messages ?? [] };
}
