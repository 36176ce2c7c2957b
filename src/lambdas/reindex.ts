/** `npm run reindex`: packs the whole history anew from its jobs, from a person's terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { PackOptions } from '../history/packing/pack';
import { progress, roughTime } from './progress';
import { type Command, runAtTerminal, STOPPED, TABLE_FLAGS, TABLE_USAGE } from './terminal';

const USAGE = `npm run reindex -- [options]

Builds every segment of the search index anew from the jobs themselves, in order of time. Searches go on meanwhile, and see
the old index until the new one is whole. For after a large import, or when a damaged item of the index was told of.

${TABLE_USAGE}`;

/** How often it is tried to begin while somebody else is packing: the bot, or a process that died. */
const LONGEST_WAIT_MS = 3_000;

export const reindexCommand: Command = {
  usage: USAGE,
  async run(args, open, stop) {
    const { values } = parseArgs({ args, options: TABLE_FLAGS });
    const { history, place } = await open(values);
    let [hasBegun, isWaiting, packed, rebuilt, waitedMs] = [false, false, 0, 0, 0];
    // The speed is that of the work, without the time it waited.
    const shown = progress('jobs', process.stderr, () => Date.now() - waitedMs);
    const beganAt = Date.now();
    const options: PackOptions = {
      now: Date.now,
      leastJobs: 1,
      remainingMs: () => (stop.asked ? 0 : Number.POSITIVE_INFINITY),
      onDamaged: ({ message }) => shown.say(message),
      onProgress: ({ jobs, doing }) => {
        hasBegun = true;
        isWaiting = false;
        rebuilt = jobs;
        shown.tell(jobs, undefined, doing);
      },
    };
    shown.tell(0, undefined, 'reading jobs');
    try {
      for (;;) {
        // Once it has begun, any packing goes on with it; asked again, it would begin again when the bot has ended it.
        const report = await (hasBegun ? history.pack(options) : history.rebuild(options));
        const { complete } = report;
        packed += report.packed;
        if (stop.asked && !complete) break;
        if (complete) {
          shown.end();
          const took = roughTime(Date.now() - beganAt);
          process.stdout.write(
            `${Math.max(packed, rebuilt).toLocaleString('en-US')} jobs are packed anew. ${place}, in ${took}.\n`,
          );
          return 0;
        }
        const leftMs = Math.max(0, (report.leasedUntil ?? 0) - Date.now());
        if (leftMs > 0 && !isWaiting)
          shown.say(`Somebody is packing; their time ends in ${Math.ceil(leftMs / 1000)} s at the latest.`);
        isWaiting = leftMs > 0;
        const waitMs = Math.min(LONGEST_WAIT_MS, leftMs + 1);
        await sleep(waitMs);
        waitedMs += waitMs;
      }
    } finally {
      shown.end();
    }
    process.stderr.write(
      'Stopped. The bot goes on with it minute by minute, and npm run reindex at once; searches use the old index.\n',
    );
    return STOPPED;
  },
};

if (require.main === module) void runAtTerminal(reindexCommand);
