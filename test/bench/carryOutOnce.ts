/** A process that carries out one confirmed cancel as the worker does, and prints its time, its peak memory and the calls it made. */
import { readConfig } from '../../src/config';
import { APP_SETTINGS, openApp } from '../../src/lambdas/open';
import type { WorkRequest } from '../../src/slack/request';
import type { LocalOperationsAddress } from './localOperations';

interface Counts {
  counts: { aws: Record<string, { calls: number; refused: number }>; slack: Record<string, { calls: number }> };
}

/** What a worker Lambda has. */
const WORKER_MS = 120_000;

async function main(): Promise<void> {
  const { awsUrl, slackUrl, jobs, op } = JSON.parse(process.env.ADDRESS ?? '') as LocalOperationsAddress;
  const config = readConfig(
    {
      SLACK_BOT_TOKEN: 'xoxb-local',
      SLACK_API_URL: `${slackUrl}/api/`,
      DYNAMODB_TABLE: 'batchbot',
      WORK_QUEUE_URL: `${awsUrl}/123456789012/batchbot-work`,
      LOG_LEVEL: 'warn',
    },
    [...APP_SETTINGS, 'SLACK_BOT_TOKEN'],
  );
  const inbox: WorkRequest[] = [];
  const app = openApp(config, {
    endpoint: awsUrl,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    enqueue: async (request) => {
      if (request.kind === 'operation') inbox.push(request);
    },
  });
  const counts = async (): Promise<Counts['counts']> =>
    ((await (await fetch(`${slackUrl}/local/faults`)).json()) as Counts).counts;
  const { operations } = app.room.history;
  const edits: number[] = [];
  const { update } = app.room.slack;
  app.room.slack.update = async (...asked) => {
    edits.push(performance.now());
    return await update(...asked);
  };
  const before = await counts();
  const began = performance.now();
  inbox.push({ kind: 'operation', op });
  let workers = 0;
  for (let message = inbox.shift(); message !== undefined; message = inbox.shift()) {
    workers++;
    const until = performance.now() + WORKER_MS;
    await app.takeWork(JSON.stringify(message), () => until - performance.now());
  }
  const ms = performance.now() - began;
  const after = await counts();
  const calls = (name: string) => (after.aws[name]?.calls ?? 0) - (before.aws[name]?.calls ?? 0);
  const refused = (name: string) => (after.aws[name]?.refused ?? 0) - (before.aws[name]?.refused ?? 0);
  const operation = await operations.get(op);
  const figures = {
    jobs,
    ms,
    // In KB on Linux and macOS (Node: process.resourceUsage).
    peak_mb: process.resourceUsage().maxRSS / 1024,
    workers,
    terminate_calls:
      calls('batch.TerminateJobs') + calls('batch.TerminateJob') + calls('batch.CancelJobs') + calls('batch.CancelJob'),
    refused_calls: refused('batch.TerminateJobs') + refused('batch.DescribeJobs'),
    describe_calls: calls('batch.DescribeJobs'),
    edits: edits.length,
    least_ms_between_edits: Math.min(...edits.slice(1).map((at, n) => at - (edits[n] ?? 0))),
    outcomes: Object.entries(operation?.tally ?? {})
      .map(([outcome, n]) => `${n} ${outcome}`)
      .join(', '),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
