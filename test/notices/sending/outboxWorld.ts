/**
 * The bot's own room on a local Slack and an embedded table, with a clock that only waiting moves and a work queue whose
 * requests run when their time has come: minutes of an outage pass in no time.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Room } from '../../../src/commands/command';
import { readConfig } from '../../../src/config';
import { createTable } from '../../../src/history/table';
import { APP_SETTINGS, clientOptions, openApp } from '../../../src/lambdas/open';
import { localDynamo } from '../../../src/local/dynamodb';
import { type Call, type LocalSlack, startLocalSlack } from '../../../src/local/slack/server';
import { renderers } from '../../../src/notices/render';
import { queueToSend, type ToSend } from '../../../src/notices/sending/queueToSend';
import { resumeSending } from '../../../src/notices/sending/resumeSending';
import { sendDue } from '../../../src/notices/sending/sendDue';
import type { WorkRequest } from '../../../src/slack/request';
import type { Message } from '../../../src/views/kit';

export const ALERTS = 'C0ALERTS01';
export const GENERAL = 'C0GENERAL1';

export const line = (text: string): Message => ({
  text,
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
});

interface Waiting {
  at: number;
  to: string;
  wakeAt: number;
}

/** What the cards of the tests say, by their id; a card that is not here has nothing to tell. */
export const cards = new Map<string, string>();
renderers.test = async (id) => {
  const text = cards.get(id);
  return text === undefined ? undefined : line(text);
};

export async function outboxWorld() {
  let clock = Date.parse('2026-03-01T12:00:00Z');
  const now = (): number => clock;
  const dynamo = localDynamo();
  const database = createServer(dynamo.listener);
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
  const slack: LocalSlack = await startLocalSlack({ port: 0, signingSecret: 's', botToken: 'xoxb-local', now });
  const waiting: Waiting[] = [];
  const logged: string[] = [];
  const env = {
    SLACK_BOT_TOKEN: 'xoxb-local',
    SLACK_API_URL: `${slack.url}/api/`,
    ALERT_CHANNEL: ALERTS,
    LOG_LEVEL: 'warn',
  };
  const config = readConfig(env, [...APP_SETTINGS, 'SLACK_BOT_TOKEN']);
  const options = {
    endpoint: `http://127.0.0.1:${(database.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    now,
    write: (text: string) => void logged.push(text),
    enqueue: async (request: WorkRequest, delaySeconds = 0) => {
      if (request.kind === 'deliver') waiting.push({ ...request, at: clock + delaySeconds * 1_000 });
    },
  };
  const table = new DynamoDBClient(clientOptions(config, options));
  await createTable(table, config.DYNAMODB_TABLE);
  const app = openApp(config, options);
  const { room } = app;

  let meanwhile = async (): Promise<void> => undefined;
  const moveTo = async (ms: number): Promise<void> => {
    clock = Math.max(clock, ms);
    await meanwhile();
  };
  const sleep = (ms: number): Promise<void> => moveTo(clock + ms);
  /** What a worker has. */
  const within = (ms: number) => {
    const until = clock + ms;
    return () => until - clock;
  };
  const send = (to: string, ms = 120_000, wakeAt?: number, sender: Room = room): Promise<void> =>
    sendDue(to, sender, within(ms), sleep, wakeAt);

  return {
    room,
    slack,
    logged,
    now,
    /** Requests to look that are under way. */
    waiting,
    pass(ms: number): void {
      clock += ms;
    },
    /** What happens beside the senders: done whenever time has passed. */
    meanwhile(work: () => Promise<void>): void {
      meanwhile = work;
    },
    takeEvent: (body: string): Promise<void> => app.takeEvent(body, within(60_000)),
    queue: (to: string, key: string, wanted: ToSend): Promise<void> => queueToSend(room, to, key, wanted),
    card: (to: string, id: string, text: string, urgency: ToSend['urgency'] = 'new'): Promise<void> => {
      cards.set(id, text);
      return queueToSend(room, to, `test#${id}`, { urgency });
    },
    send,
    /** Lets so much time pass, in which workers take up what is asked for when it is due. */
    async run(ms: number): Promise<void> {
      const end = clock + ms;
      for (;;) {
        waiting.sort((a, b) => a.at - b.at);
        const next = waiting[0];
        if (next === undefined || next.at > end) break;
        waiting.shift();
        await moveTo(next.at);
        await send(next.to, 120_000, next.wakeAt);
      }
      await moveTo(end);
    },
    tick: (): Promise<void> => resumeSending(room),
    shown: (channel = 'batch-alerts'): string[] => slack.channel(channel).map(({ plain }) => plain),
    calls: (to: string): readonly Call[] => slack.calls().filter(({ channel }) => channel === to),
    async end(): Promise<void> {
      cards.clear();
      table.destroy();
      await slack.close();
      await new Promise<void>((resolve) => database.close(() => resolve()));
      await dynamo.close();
    },
  };
}
export type OutboxWorld = Awaited<ReturnType<typeof outboxWorld>>;

/** The least time between two calls (ms). */
export const leastGap = (calls: readonly Call[]): number =>
  Math.min(...calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0)));
