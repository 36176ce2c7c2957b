/** The doors: how soon the front answers Slack, warm and from a cold start, what the bundles weigh, how fast events are taken in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { bundle } from '../../infra/bundle';
import { firstLine, firstLineOfSource } from './childProcess';
import type { LocalAwsAddress } from './localAws';
import type { Benchmark } from './main';
import { median, quantile, tenths } from './statistics';

const REQUESTS = 1_000;
const COLD_STARTS = 15;
/** Each sends four events. */
const JOBS = 500;

const yardstick = join(__dirname, 'plainBolt.cjs');

/** The environment that Lambda and the stack give the functions, pointed at the local AWS. */
const environment = (aws: LocalAwsAddress): Record<string, string> => ({
  NODE_ENV: 'production',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: aws.awsUrl,
  AWS_ENDPOINT_URL_DYNAMODB: aws.dynamoUrl,
  SLACK_SECRET_ARN: '',
  SLACK_SIGNING_SECRET: 'bench-signing-secret',
  SLACK_BOT_TOKEN: 'xoxb-bench',
  DYNAMODB_TABLE: aws.table,
  WORK_QUEUE_URL: aws.workQueueUrl,
  EVENTS_DLQ_URL: aws.deadLettersUrl,
  ALERT_CHANNEL: '',
  LOG_LEVEL: 'warn',
});

/** Compiles what the measured processes run, so that no compiler runs in them. */
async function compileRunners(outDir: string): Promise<void> {
  await build({
    entryPoints: ['answerOnce', 'answerMany', 'ingestMany'].map((name) => join(__dirname, `${name}.ts`)),
    outdir: outDir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
}

async function coldStarts(runner: string, front: string, env: Record<string, string>) {
  const sides = {
    front: { handler: front, times: [] as number[] },
    plain: { handler: yardstick, times: [] as number[] },
  };
  // One of each that is not counted, for the file cache; then in turns, so that what the machine does besides hits both.
  for (let round = 0; round <= COLD_STARTS; round++) {
    for (const { handler, times } of Object.values(sides)) {
      const { line, firstLineMs } = await firstLine([runner, handler], env);
      if (line !== 'answered 200') throw new Error(`${handler} ${line}`);
      if (round > 0) times.push(firstLineMs);
    }
  }
  const [frontMs, plainMs] = [median(sides.front.times), median(sides.plain.times)];
  return {
    processes: COLD_STARTS,
    front_median_ms: tenths(frontMs),
    plain_bolt_median_ms: tenths(plainMs),
    ratio: Math.round((frontMs / plainMs) * 1000) / 1000,
  };
}

async function run(_options: readonly string[], say: (line: string) => void): Promise<object> {
  const work = mkdtempSync(join(tmpdir(), 'batchbot-bench-'));
  say('starting the local AWS…');
  const local = await firstLineOfSource(join(__dirname, 'localAws.ts'));
  try {
    const env = environment(JSON.parse(local.line) as LocalAwsAddress);
    const bundles = await bundle(undefined, work);
    await compileRunners(work);
    const [front, events] = [join(work, 'front/index.js'), join(work, 'events/index.js')];

    say(`${REQUESTS} warm requests…`);
    const warm = await firstLine([join(work, 'answerMany.js'), front, String(REQUESTS)], env);
    const times = z.array(z.number()).length(REQUESTS).parse(JSON.parse(warm.line));

    say(`${COLD_STARTS} cold starts of each…`);
    const cold = await coldStarts(join(work, 'answerOnce.js'), front, env);

    say(`${JOBS * 4} events…`);
    const ingest = await firstLine([join(work, 'ingestMany.js'), events, String(JOBS)], env);
    return {
      front_ack: {
        requests: REQUESTS,
        concurrency: 1,
        p50_ms: tenths(quantile(times, 0.5)),
        p99_ms: tenths(quantile(times, 0.99)),
        max_ms: tenths(Math.max(...times)),
      },
      cold_start: cold,
      bundle_kb: Object.fromEntries(bundles.map(({ name, bytes }) => [name, tenths(bytes / 1024)])),
      ingest: z.object({ events: z.number(), per_second: z.number() }).parse(JSON.parse(ingest.line)),
    };
  } finally {
    local.process.stdin?.end();
    rmSync(work, { recursive: true, force: true });
  }
}

export const doors: Benchmark = {
  options: {},
  about: `The doors, by the handlers of the bundles, each in a process of its own beside the local AWS in another.
front_ack: signed requests one after the other, as function URL events, until the work queue has each and the answer is there.
cold_start: from starting the process to its first answered request; the plain app is Bolt's own Lambda sample, unbundled,
which acknowledges only. ingest: the events handler with 100 events a call, against dynalite.`,
  run,
};
