/** A storm of failures: how many cards and calls it makes, how soon the first card stands, and whether the last counter is exact. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { startLocalSlack } from '../../src/local/slack/server';
import { firstLine, firstLineOfSource } from './childProcess';
import type { LocalAwsAddress } from './localAws';
import type { Benchmark } from './main';
import { tenths } from './statistics';
import { cardsOf, counted, countOn, failure, idOf, order, STORM } from './stormEvents';
import { withRunner } from './withRunner';

const JOBS = 10_000;
const SECONDS = 60;
const OUTAGE_SECONDS = 60;
/** SQS takes ten messages a call. */
const PER_CALL = 10;
const LOOK_EVERY_MS = 200;
/** How long the cards get, after all was taken in and Slack is there, to tell the truth. */
const PATIENCE_MS = 120_000;
const CHANNEL = 'C0ALERTS01';

const VARIANTS = ['plain', 'refusals', 'down'] as const;
type Variant = (typeof VARIANTS)[number];

interface Wanted {
  jobs: number;
  seconds: number;
  outageSeconds: number;
}

const heldSchema = z.object({
  taken: z.number(),
  lastTakenAt: z.number(),
  cpuMs: z.number(),
  held: z.array(z.object({ id: z.string(), ts: z.string().optional(), members: z.array(z.string()) })),
});

function ask(bot: ChildProcess): Promise<z.infer<typeof heldSchema>> {
  return new Promise((resolve) => {
    let text = '';
    const read = (part: string): void => {
      text += part;
      if (!text.endsWith('\n')) return;
      bot.stdout?.off('data', read);
      resolve(heldSchema.parse(JSON.parse(text)));
    };
    bot.stdout?.on('data', read);
    bot.stdin?.write('held\n');
  });
}

/** The most calls that came within any second. */
function mostInASecond(times: readonly number[]): number {
  let from = 0;
  return times.reduce((most, at, index) => {
    while ((times[from] ?? 0) <= at - 1_000) from++;
    return Math.max(most, index - from + 1);
  }, 0);
}

async function publish(queueUrl: string, client: SQSClient, { jobs, seconds }: Wanted): Promise<[number, number]> {
  const events = order(jobs);
  const began = Date.now();
  const sending: Promise<unknown>[] = [];
  for (let from = 0; from < events.length; from += PER_CALL) {
    const dueMs = (from / events.length) * seconds * 1_000;
    const waitMs = began + dueMs - Date.now();
    if (waitMs > 0) await sleep(waitMs);
    const Entries = events
      .slice(from, from + PER_CALL)
      .map((job, index) => ({ Id: String(index), MessageBody: failure(job, began + (job % 1_000)) }));
    sending.push(client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })));
  }
  await Promise.all(sending);
  return [began, Date.now()];
}

async function storm(variant: Variant, wanted: Wanted, runner: string): Promise<object> {
  const slack = await startLocalSlack({ port: 0, signingSecret: 's', botToken: 'xoxb-local' });
  const aws = await firstLineOfSource(join(__dirname, 'localAws.ts'));
  const { awsUrl, dynamoUrl, table, workQueueUrl } = JSON.parse(aws.line) as LocalAwsAddress;
  const eventsQueueUrl = workQueueUrl.replace(/work$/, 'events');
  const credentials = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  const env = {
    ...credentials,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    SLACK_BOT_TOKEN: 'xoxb-local',
    SLACK_API_URL: `${slack.url}/api/`,
    DYNAMODB_TABLE: table,
    WORK_QUEUE_URL: workQueueUrl,
    EVENTS_QUEUE_URL: eventsQueueUrl,
    ALERT_CHANNEL: CHANNEL,
    LOG_LEVEL: 'error',
  };
  // Two calls of the events function at once, and a worker.
  const bots = await Promise.all(['worker', 'events', 'events'].map((role) => firstLine([runner, role], env)));
  for (const bot of bots) bot.process.stdout?.setEncoding('utf8');
  const client = new SQSClient({
    endpoint: awsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  try {
    if (variant === 'refusals') slack.setFaults({ slack: { rate_limited_every: 2 } });
    let backAt = 0;
    if (variant === 'down') {
      const third = (wanted.seconds * 1_000) / 3;
      setTimeout(() => slack.setFaults({ slack: { down: true } }), third);
      setTimeout(
        () => {
          slack.setFaults({ slack: {} });
          backAt = Date.now();
        },
        third + wanted.outageSeconds * 1_000,
      );
    }
    const [firstAt, lastAt] = await publish(eventsQueueUrl, client, wanted);
    while (variant === 'down' && backAt === 0) await sleep(LOOK_EVERY_MS);
    const settledFrom = Math.max(lastAt, backAt);
    let exactAt: number | undefined;
    let patientUntil = settledFrom + PATIENCE_MS;
    while (exactAt === undefined && Date.now() < patientUntil) {
      await sleep(LOOK_EVERY_MS);
      if (counted(slack) === wanted.jobs) exactAt = Date.now();
      // A machine that has other things to do may still be taking in events.
      else if (Date.now() > patientUntil - 1_000) {
        const lastTaken = (await Promise.all(bots.map((bot) => ask(bot.process)))).map((one) => one.lastTakenAt);
        patientUntil = Math.max(patientUntil, ...lastTaken.map((at) => at + PATIENCE_MS));
      }
    }
    // Whatever goes on after the last counter would show now.
    await sleep(10_000);
    const told = await Promise.all(bots.map((bot) => ask(bot.process)));
    const held = told.flatMap((one) => one.held);
    const cards = cardsOf(slack);
    const truth = new Map(held.map(({ ts, members }) => [ts, members.length]));
    const members = held.flatMap((incident) => incident.members);
    const calls = slack.calls().filter(({ channel }) => channel === CHANNEL);
    const posts = calls.filter(({ method, error }) => method === 'chat.postMessage' && error === undefined);
    return {
      jobs: wanted.jobs,
      queues: STORM.queues,
      causes: STORM.causes,
      events: told.reduce((sum, { taken }) => sum + taken, 0),
      cards: cards.length,
      most_calls_in_a_second: mostInASecond(calls.map(({ at }) => at)),
      counted: counted(slack),
      exact_cards: cards.filter(({ ts, plain }) => truth.get(ts) === countOn(plain)).length,
      every_job_once:
        members.length === wanted.jobs &&
        new Set(members).size === wanted.jobs &&
        members.every(
          (id) => Number.parseInt(id.slice(0, 8), 16) < wanted.jobs && idOf(Number.parseInt(id, 16)) === id,
        ),
      first_card_ms: (posts[0]?.at ?? Number.NaN) - firstAt,
      last_event_taken_ms: Math.max(...told.map(({ lastTakenAt }) => lastTakenAt)) - lastAt,
      last_counter_ms: exactAt === undefined ? null : exactAt - settledFrom,
      cpu_ms_an_event: tenths(
        told.filter(({ taken }) => taken > 0).reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (2 * wanted.jobs),
      ),
      posts: posts.length,
      edits: calls.filter(({ method, error }) => method === 'chat.update' && error === undefined).length,
      refused: calls.filter(({ error }) => error !== undefined).length,
    };
  } finally {
    for (const bot of bots) bot.process.stdin?.end();
    aws.process.stdin?.end();
    client.destroy();
    await slack.close();
  }
}

const numberOf = (options: readonly string[], name: string, usual: number): number =>
  options.includes(name) ? Number(options[options.indexOf(name) + 1]) : usual;

async function run(options: readonly string[], say: (line: string) => void): Promise<object> {
  const wanted: Wanted = {
    jobs: numberOf(options, '--jobs', JOBS),
    seconds: numberOf(options, '--seconds', SECONDS),
    outageSeconds: numberOf(options, '--outage', OUTAGE_SECONDS),
  };
  const asked = VARIANTS.filter((name) => options.includes(`--${name}`));
  return await withRunner('stormBot', async (runner) => {
    const figures: Record<string, object> = {};
    for (const variant of asked.length === 0 ? VARIANTS : asked) {
      say(`${variant}…`);
      figures[variant] = await storm(variant, wanted, runner);
    }
    return figures;
  });
}

export const storms: Benchmark = {
  options: {
    '--jobs N': 'how many jobs fail (10,000)',
    '--seconds N': 'within how many seconds (60)',
    '--outage N': 'for how many seconds Slack is down in the third variant (60)',
    '--plain': 'only with a Slack that is well',
    '--refusals': 'only with a Slack that answers every second call with 429',
    '--down': 'only with the outage',
  },
  about: `10,000 jobs of 5 queues fail of 12 causes within a minute, each told twice and all shuffled, by SQS to the bot in a process of its own
(the local AWS and DynamoDB in another, the local Slack in a third): with a Slack that is well, one that refuses every second call, and
one that is down for a minute from the 20th second on (--outage 600 for ten). Times are from the first event to the first card, and from
the last event, or Slack's return, to the last counter; the counts on the cards are compared with what the incidents hold.`,
  run,
};
