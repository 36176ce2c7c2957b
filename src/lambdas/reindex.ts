/** `npm run reindex`: packs the whole history anew from its jobs, from a person's terminal. */
import { parseArgs } from 'node:util';
import { progress, roughTime } from './progress';
import { type Command, runAtTerminal, STOPPED, TABLE_FLAGS, TABLE_USAGE } from './terminal';

const USAGE = `npm run reindex -- [options]

Builds every segment of the search index anew from the jobs themselves, in order of time. Searches go on meanwhile, and see
the old index until the new one is whole. For after a large import, or when a damaged item of the index was told of.

${TABLE_USAGE}`;

export const reindexCommand: Command = {
  usage: USAGE,
  async run(args, open, stop) {
    const { values } = parseArgs({ args, options: TABLE_FLAGS });
    const { history, place } = await open(values);
    const shown = progress('jobs');
    const beganAt = Date.now();
    const { packed, complete } = await history
      .rebuild({
        now: Date.now,
        remainingMs: () => (stop.asked ? 0 : Number.POSITIVE_INFINITY),
        onProgress: ({ jobs, doing }) => shown.tell(jobs, undefined, doing),
      })
      .finally(() => shown.end());
    if (complete) {
      const took = roughTime(Date.now() - beganAt);
      process.stdout.write(`${packed.toLocaleString('en-US')} jobs are packed anew. ${place}, in ${took}.\n`);
      return 0;
    }
    process.stderr.write(
      stop.asked
        ? 'Stopped. The bot goes on with it minute by minute, and npm run reindex at once; searches use the old index.\n'
        : 'A packer of the bot is at it, and goes on minute by minute. Run npm run reindex again to take over.\n',
    );
    return stop.asked ? STOPPED : 1;
  },
};

if (require.main === module) void runAtTerminal(reindexCommand);
