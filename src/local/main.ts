/** `npm start`: the whole world on this machine, with a page in the browser. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { stopOnSignal } from '../lambdas/stopOnSignal';
import { ClaimError, checkFolder, checkPort, claimFolder } from './claim';
import { startWorld } from './world';

// The AWS SDK announces the end of Node 20's support at every start; this world needs no newer SDK.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const USAGE = `npm start -- [options]

  --port 3000       the page, the bot's request URL and the local Slack's API
  --aws-port 4566   the local AWS, every service
  --seed 1          which world: the same seed makes the same past
  --speed 1         how fast jobs live; 10 is ten times as fast
  --jobs 5000       finished jobs of the past to begin with
  --fresh           begin anew instead of going on where the last run ended
  --no-open         do not open the browser
  --help            this
`;

const port = z.coerce.number().int().min(0).max(65535);
const flagsSchema = z.object({
  port: port.default(3000),
  'aws-port': port.default(4566),
  seed: z.coerce.number().int().default(1),
  speed: z.coerce.number().positive().max(10_000).default(1),
  jobs: z.coerce.number().int().min(0).max(1_000_000).default(5000),
  fresh: z.boolean().default(false),
  'no-open': z.boolean().default(false),
  help: z.boolean().default(false),
});

function readFlags(): z.infer<typeof flagsSchema> {
  const text = { type: 'string' } as const;
  const on = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: { port: text, 'aws-port': text, seed: text, speed: text, jobs: text, fresh: on, 'no-open': on, help: on },
  });
  const parsed = flagsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('\n'));
}

/** Opens the page where there is somebody to see it; that it can't be opened is no failure. */
function openBrowser(url: string): void {
  if (process.env.CI !== undefined || !process.stdout.isTTY) return;
  const [program, ...rest] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  if (program === undefined) return;
  spawn(program, [...rest, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) {
    process.stdout.write(USAGE);
    return;
  }
  const folder = join(process.cwd(), '.batchbot');
  checkFolder(folder);
  await checkPort(flags.port, '--port');
  await checkPort(flags['aws-port'], '--aws-port');
  const world = await startWorld({
    port: flags.port,
    awsPort: flags['aws-port'],
    seed: flags.seed,
    speed: flags.speed,
    jobs: flags.jobs,
    fresh: flags.fresh,
    folder,
    signingSecret: process.env.SLACK_SIGNING_SECRET ?? 'local-signing-secret',
    // A figure a minute is for CloudWatch, not for somebody's terminal.
    write: (line) => void (line.startsWith('{"_aws":') || process.stderr.write(`${line}\n`)),
  });
  const giveUp = claimFolder(folder);
  const url = `http://127.0.0.1:${world.slack.port}`;
  process.stdout.write(
    [
      '',
      `  batchbot is running. Open ${url} and type, for example:`,
      '    /batch help',
      '    /batch search align status:failed since:7d',
      '    /batch queues',
      '    /batch cancel status:running',
      '  Failed jobs arrive in #batch-alerts by themselves. Other alerts come when you ask for the trouble:',
      `    curl ${url}/local/provoke -d '{"occasion": "stuck-starting"}'`,
      '',
      `  AWS answers at ${world.aws.url}: aws --endpoint-url ${world.aws.url} batch describe-job-queues`,
      '  Ctrl-C ends it; the next npm start goes on from there (--fresh begins anew).',
      '',
      `ready ${url}`,
      '',
    ].join('\n'),
  );
  if (!flags['no-open']) openBrowser(url);

  stopOnSignal(async () => {
    process.stdout.write('\nSaving and stopping…\n');
    await world.close();
    giveUp();
  });
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof ClaimError ? `${message}\n` : `${message}\n\n${USAGE}`);
  process.exit(1);
});
