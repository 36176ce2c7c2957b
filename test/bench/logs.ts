/** Logs: how many calls, how much memory and how long the end of a log, a search in it and the whole of it as a file take. */
import { join } from 'node:path';
import * as z from 'zod';
import { firstLine, firstLineOfSource } from './childProcess';
import type { LocalLogsAddress } from './localLogs';
import type { Benchmark } from './main';
import { tenths } from './statistics';
import { withRunner } from './withRunner';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const KINDS = ['tail', 'grep', 'file'] as const;

const measured = z.object({
  ms: z.number(),
  peak_mb: z.number(),
  get_log_events: z.number(),
  filter_log_events: z.number(),
  shown: z.string(),
});

async function run(options: readonly string[], say: (line: string) => void): Promise<object> {
  const most = Number(options[options.indexOf('--lines') + 1] ?? 0);
  const sizes = options.includes('--lines') ? [most] : SIZES;
  say('starting the local AWS and Slack…');
  return await withRunner('askForLog', async (runner) => {
    const world = await firstLineOfSource(join(__dirname, 'localLogs.ts'), { LOG_SIZES: sizes.join(',') });
    try {
      const address = JSON.parse(world.line) as LocalLogsAddress;
      const figures: Record<string, Record<string, object>> = {};
      for (const size of sizes) {
        for (const kind of KINDS) {
          say(`${kind} of ${size} lines…`);
          const job = address.jobs[size] ?? '';
          const environment = { ADDRESS: world.line, JOB: job, KIND: kind };
          const child = await firstLine([runner], environment);
          const { ms, peak_mb, get_log_events, filter_log_events, shown } = measured.parse(JSON.parse(child.line));
          figures[kind] = {
            ...figures[kind],
            [size]: { ms: Math.round(ms), peak_mb: tenths(peak_mb), get_log_events, filter_log_events, shown },
          };
        }
      }
      return figures;
    } finally {
      world.process.stdin?.end();
    }
  });
}

export const logs: Benchmark = {
  options: { '--lines N': 'one number of lines' },
  about: `Logs of 1,000 to 1,000,000 lines (--lines N for one size), each asked for in a process of its own by /batch logs as the worker runs it:
tail is the last 20 lines, grep a text that 1 line in 1,000 has, file the whole log uploaded to Slack. peak_mb is the process's
most resident memory, Node and all of the bot in it; calls are those that CloudWatch Logs got, which also refuses beyond 25 a second.
The local AWS and Slack run in another process.`,
  run,
};
