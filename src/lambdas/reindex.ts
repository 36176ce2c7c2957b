/** `npm run reindex`: packs the whole history anew from its jobs, from a person's terminal. */
import { parseArgs } from 'node:util';
import { progress, roughTime } from './progress';
import { type Command, runAtTerminal, STOPPED, TABLE_FLAGS, TABLE_USAGE } from './terminal';

const USAGE = `npm run reindex -- [options]

Builds every segment of the search index anew from the jobs themselves, in order of time. Searches go on meanwhile, and see
the old index until the new one is whole. For after a large import, or when a damaged item of the index was told of.

${TABLE_USAGE}`;

class Stopped extends Error {}

export const reindexCommand: Command = {
  usage: USAGE,
  async run(args, open, stop) {
    const { values } = parseArgs({ args, options: TABLE_FLAGS });
    const { history, place } = await open(values);
    const shown = progress('jobs packed');
    const beganAt = Date.now();
    try {
      const { packed, complete } = await history.rebuild({
        now: Date.now,
        remainingMs: () => (stop.asked ? 0 : Number.POSITIVE_INFINITY),
      });
      shown.end();
      if (!complete && !stop.asked) {
        process.stderr.write('Another packer is at it. Nothing was changed: try again in some minutes.\n');
        return 1;
      }
      if (stop.asked) throw new Stopped();
      process.stdout.write(
        `${packed.toLocaleString('en-US')} jobs are packed anew. ${place}, in ${roughTime(Date.now() - beganAt)}.\n`,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      process.stderr.write('Stopped: searches use the index that was there. npm run reindex begins anew.\n');
      return STOPPED;
    } finally {
      shown.end();
    }
  },
};

if (require.main === module) void runAtTerminal(reindexCommand);
