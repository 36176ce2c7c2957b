/** Mass cancel: how many calls, how long, how much memory and how many edits 10,000 and 100,000 jobs take. */
import { join } from 'node:path';
import * as z from 'zod';
import { IDS_PER_STOP } from '../../src/aws/stops';
import { firstLine, firstLineOfSource } from './childProcess';
import type { Benchmark } from './main';
import { tenths } from './statistics';
import { withRunner } from './withRunner';

const SIZES = [10_000, 100_000];
/** What the local AWS takes of bulk calls in a second (`src/local/aws/throttle.ts`). */
const BULK_CALLS_PER_SECOND = 10;

const measured = z.object({
  jobs: z.number(),
  ms: z.number(),
  peak_mb: z.number(),
  workers: z.number(),
  terminate_calls: z.number(),
  refused_calls: z.number(),
  describe_calls: z.number(),
  edits: z.number(),
  least_ms_between_edits: z.number(),
  outcomes: z.string(),
});

async function run(options: readonly string[], say: (line: string) => void): Promise<object> {
  const asked = Number(options[options.indexOf('--jobs') + 1] ?? 0);
  const sizes = options.includes('--jobs') ? [asked] : SIZES;
  return await withRunner('carryOutOnce', async (runner) => {
    const figures: Record<string, object> = {};
    for (const size of sizes) {
      say(`${size} jobs…`);
      const world = await firstLineOfSource(join(__dirname, 'localOperations.ts'), { JOBS: String(size) });
      try {
        const child = await firstLine([runner], { ADDRESS: world.line });
        const { ms, peak_mb, least_ms_between_edits, ...rest } = measured.parse(JSON.parse(child.line));
        const allowedMs = (size / IDS_PER_STOP / BULK_CALLS_PER_SECOND) * 1_000;
        const figure = {
          ...rest,
          seconds: tenths(ms / 1_000),
          seconds_allowed: tenths(allowedMs / 1_000),
          of_allowed: Math.round((ms / allowedMs) * 100) / 100,
          peak_mb: tenths(peak_mb),
          least_ms_between_edits: Math.round(least_ms_between_edits),
        };
        figures[size] = figure;
        // The next size takes minutes, and may fail.
        say(`${size} jobs: ${JSON.stringify(figure)}`);
      } finally {
        world.process.stdin?.end();
      }
    }
    return figures;
  });
}

export const cancel: Benchmark = {
  options: { '--jobs N': 'one number of jobs' },
  about: `One confirmed cancel of 10,000 and of 100,000 jobs (--jobs N for one number), children of arrays that are cancelled one by one,
carried out by the worker's code in a process of its own against the local AWS, which takes 10 bulk calls a second of 50 jobs
each. seconds_allowed is what that limit allows; peak_mb is the process's most resident memory, Node and all of the bot in it.`,
  run,
};
