/**
 * A process that is one of the bot's functions: `events` takes in events, `worker` does the work and the clock's. A line on
 * standard input makes it print what it did, and what the table holds of the storm.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readConfig } from '../../src/config';
import { APP_SETTINGS, clientOptions, openApp } from '../../src/lambdas/open';
import { poll } from '../../src/lambdas/poll';

/** A hundred events at once: one call of the events function with a full batch. */
const EVENT_LOOPS = 10;
const WORKERS = 4;
const WORKER_MS = 120_000;

async function main(): Promise<void> {
  const config = readConfig(process.env, [...APP_SETTINGS, 'EVENTS_QUEUE_URL', 'SLACK_BOT_TOKEN'], ['WORK_QUEUE_URL']);
  const app = openApp(config, { write: (line) => void process.stderr.write(`${line}\n`) });
  const { room } = app;
  const client = new SQSClient(clientOptions(config, {}));
  const deadline = () => {
    const until = Date.now() + WORKER_MS;
    return () => until - Date.now();
  };
  const startUsage = process.cpuUsage();
  let taken = 0;
  let lastTakenAt = 0;
  const takeEvents = (): void => {
    poll({
      client,
      queueUrl: config.EVENTS_QUEUE_URL ?? '',
      atOnce: EVENT_LOOPS,
      log: room.log,
      take: async (body) => {
        await app.takeEvent(body, deadline());
        taken++;
        lastTakenAt = Date.now();
      },
    });
  };
  const work = async (): Promise<void> => {
    poll({
      client,
      queueUrl: config.WORK_QUEUE_URL ?? '',
      atOnce: WORKERS,
      log: room.log,
      take: (body) => app.takeWork(body, deadline()),
    });
    for (;;) {
      await sleep(60_000);
      await app.tick(deadline());
    }
  };
  if (process.argv[2] === 'events') takeEvents();
  else void work();

  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => process.exit(0));
  lines.on('line', async () => {
    const { incidents, outbox } = room.history;
    const held = [];
    const open = process.argv[2] === 'events' ? [] : await incidents.listOpen();
    for (const { id, to } of open) {
      const whole = await incidents.whole(id);
      const { ts } = (await outbox.sent(to, `incident#${id}`)) ?? {};
      held.push({ id, ts, members: (whole?.members ?? []).map(({ member }) => member) });
    }
    const { user, system } = process.cpuUsage(startUsage);
    process.stdout.write(`${JSON.stringify({ taken, lastTakenAt, cpuMs: (user + system) / 1_000, held })}\n`);
  });
  process.stdout.write('ready\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
