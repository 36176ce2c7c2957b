/** `npm run export`: writes the history, or what a search finds of it, to standard output, from a person's terminal. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { exportEveryJob, exportFoundJobs } from '../history/transfer/exportJobs';
import { parseQuery } from '../jobs/query';
import { count } from '../views/words';
import { progress, roughTime } from './progress';
import { type Command, runAtTerminal, STOPPED, TABLE_FLAGS, TABLE_USAGE } from './terminal';

const USAGE = `npm run -s export -- [SEARCH] [options] > jobs.jsonl

Writes one job a line as JSON, in the form that npm run import takes: every job, or those that a search finds, typed as in
/batch search: npm run -s export -- "queue:prod since:30d". (-s keeps npm's own two lines out of the file.)

${TABLE_USAGE}`;

/** Lines are handed on in pieces of about this size. */
const CHUNK_CHARACTERS = 1 << 16;

export const exportCommand: Command = {
  usage: USAGE,
  async run(args, open, stop) {
    const { values, positionals } = parseArgs({ args, options: TABLE_FLAGS, allowPositionals: true });
    const asked = positionals.join(' ').trim();
    const query = asked === '' ? undefined : parseQuery(asked, { now: Date.now() });
    const { history, place } = await open(values);
    const shown = process.stdout.isTTY ? undefined : progress('jobs written');
    const beganAt = Date.now();
    let [written, total] = [0, undefined as number | undefined];
    const lines =
      query === undefined
        ? exportEveryJob(history.jobs)
        : exportFoundJobs(history.jobs, history.search, query, (found) => {
            total = found;
          });
    let isBroken = false;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read on has enough (head, less).
      if (error.code !== 'EPIPE') throw error;
      isBroken = true;
    });
    let pending = '';
    async function flush(): Promise<void> {
      const isFull = !process.stdout.write(pending);
      pending = '';
      // A pipe that breaks drains no more.
      if (isFull && !isBroken) await once(process.stdout, 'drain').catch(() => undefined);
    }
    for await (const line of lines) {
      if (isBroken || stop.asked) break;
      pending += `${line}\n`;
      written++;
      if (pending.length >= CHUNK_CHARACTERS) await flush();
      shown?.tell(written, total === undefined ? undefined : written / Math.max(1, total));
    }
    if (pending !== '' && !isBroken) await flush();
    shown?.end();
    if (isBroken) return 0;
    const told = `${count(written, 'job')} from ${place}, in ${roughTime(Date.now() - beganAt)}.`;
    process.stderr.write(stop.asked ? `Stopped: ${told} The file is not whole.\n` : `${told}\n`);
    return stop.asked ? STOPPED : 0;
  },
};

if (require.main === module) void runAtTerminal(exportCommand);
