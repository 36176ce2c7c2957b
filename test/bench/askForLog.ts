/** A process that answers one `/batch logs` as the worker does, and prints its time, its peak memory and the calls it made. */
import { readConfig } from '../../src/config';
import { APP_SETTINGS, openApp } from '../../src/lambdas/open';
import type { LocalLogsAddress } from './localLogs';

interface Counts {
  counts: { aws: Record<string, { calls: number }> };
}

const ASK = { tail: '', grep: ' grep:"warn"', file: ' --file' } as const;
/** What a worker Lambda has. */
const WORKER_MS = 120_000;

async function main(): Promise<void> {
  const { awsUrl, slackUrl } = JSON.parse(process.env.ADDRESS ?? '') as LocalLogsAddress;
  const kind = process.env.KIND as keyof typeof ASK;
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
  const app = openApp(config, { endpoint: awsUrl, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const counts = async (): Promise<Counts['counts']['aws']> =>
    ((await (await fetch(`${slackUrl}/local/faults`)).json()) as Counts).counts.aws;
  const before = await counts();
  const began = performance.now();
  await app.takeWork(
    JSON.stringify({
      kind: 'command',
      id: `bench-${process.pid}`,
      text: `logs ${process.env.JOB}${ASK[kind]}`,
      typed: true,
      user: { id: 'U0ADA00001', name: 'ada' },
      channel: { id: 'C0GENERAL1', name: 'general' },
      replace: false,
      inputs: {},
    }),
    () => WORKER_MS - (performance.now() - began),
  );
  const ms = performance.now() - began;
  const after = await counts();
  const calls = (name: string) => (after[name]?.calls ?? 0) - (before[name]?.calls ?? 0);
  const state = (await (await fetch(`${slackUrl}/local/channels/general?user=ada`)).json()) as {
    messages: { plain: string }[];
  };
  const figures = {
    ms,
    // In KB on Linux and macOS (Node: process.resourceUsage).
    peak_mb: process.resourceUsage().maxRSS / 1024,
    get_log_events: calls('logs.GetLogEvents'),
    filter_log_events: calls('logs.FilterLogEvents'),
    shown: state.messages.at(-1)?.plain.split('\n')[0] ?? '',
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
