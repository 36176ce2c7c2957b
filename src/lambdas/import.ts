/** `npm run import`: takes the jobs of a file into the history, from a person's terminal. */
import { createReadStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { importJobs } from '../history/transfer/importJobs';
import { readJobs } from '../history/transfer/readJobs';
import { count, number } from '../views/words';
import { progress, roughTime } from './progress';
import { type Command, CommandError, runAtTerminal, STOPPED, TABLE_FLAGS, TABLE_USAGE, UsageError } from './terminal';

const USAGE = `npm run import -- FILE [options]

Takes jobs into the history: batchbot's own JSON Lines (npm run export), or Batchiepatchie's table as CSV
(COPY jobs TO STDOUT WITH (FORMAT csv, HEADER)). FILE is - for standard input. What is known and newer stays; the same
file twice changes nothing, so that an import that was cut off is simply run again. Nobody is alerted of what it brings.

  --dry-run        tell what would happen, and write nothing
${TABLE_USAGE}`;

/** Of a file with a mistake in each of its millions of lines, the first ones tell enough. */
const MOST_COMPLAINTS = 100;

/** So many fill one segment, in order of time by themselves. */
const MOST_UNSORTED = 16_384;

/** Its size is unknown for what is no file on a disk. */
async function source(path: string): Promise<{ chunks: AsyncIterable<Uint8Array>; bytes: number | undefined }> {
  if (path === '-') return { chunks: process.stdin, bytes: undefined };
  const file = await openFile(path);
  const stat = await file.stat();
  await file.close();
  if (stat.isDirectory()) throw new CommandError(`${path} is a folder: name a file.`);
  return { chunks: createReadStream(path, { highWaterMark: 1 << 18 }), bytes: stat.isFile() ? stat.size : undefined };
}

export const importCommand: Command = {
  usage: USAGE,
  async run(args, open, stop) {
    const { values, positionals } = parseArgs({
      args,
      options: { ...TABLE_FLAGS, 'dry-run': { type: 'boolean' } },
      allowPositionals: true,
    });
    const [path, ...rest] = positionals;
    if (path === undefined || rest.length > 0) throw new UsageError('Name one file to import.');
    const isDryRun = values['dry-run'] === true;
    const { chunks, bytes } = await source(path);
    const { history, place } = await open(values);
    const shown = progress(isDryRun ? 'jobs read' : 'jobs taken in');
    const beganAt = Date.now();
    let bytesRead = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        bytesRead += chunk.length;
        yield chunk;
      }
    }
    let complaints = 0;
    const report = await importJobs(readJobs(counted()), history.jobs, {
      now: Date.now,
      isDryRun,
      isStopped: () => stop.asked,
      pack: () => history.pack({ now: Date.now, remainingMs: () => (stop.asked ? 0 : Number.POSITIVE_INFINITY) }),
      onPacking: () => shown.say('All jobs of the file are taken in. The last ones are packed for searches now…'),
      onProgress: ({ added, changed, unchanged, forgotten, bad }) =>
        shown.tell(
          added + changed + unchanged + forgotten + bad,
          bytes === undefined ? undefined : bytesRead / Math.max(1, bytes),
        ),
      onBad: (line, problem) => {
        if (++complaints <= MOST_COMPLAINTS) shown.say(`line ${line}: ${problem}`);
        if (complaints === MOST_COMPLAINTS) shown.say('… further bad lines are counted, not told');
      },
      onIgnored: (field, line) => shown.say(`line ${line}: ${field} means nothing here, and is left out`),
    }).finally(() => shown.end());
    const would = isDryRun ? 'would be ' : '';
    const told = [
      `${count(report.added, 'job')} ${would}added, ${number(report.changed)} ${would}changed, ${number(report.unchanged)} known already`,
      ...(report.lost === 0
        ? []
        : [
            report.lost === 1
              ? '1 of them had not ended and was not heard of for a day: it counts as lost'
              : `${number(report.lost)} of them had not ended and were not heard of for a day: they count as lost`,
          ]),
      ...(report.forgotten === 0 ? [] : [`${number(report.forgotten)} ended longer ago than the history is kept`]),
      ...(report.bad === 0 ? [] : [`${count(report.bad, 'bad line')} ${report.bad === 1 ? 'was' : 'were'} left out`]),
    ];
    process.stdout.write(`${told.join('; ')}. ${place}, in ${roughTime(Date.now() - beganAt)}.\n`);
    if (!report.complete) {
      process.stdout.write(
        'Stopped before the end of the file. Run the same command again: it passes over what is there.\n',
      );
      return STOPPED;
    }
    if (!isDryRun && report.added > MOST_UNSORTED) {
      process.stdout.write('Searches are quickest when jobs are packed in order of time: npm run reindex does that.\n');
    }
    return report.bad === 0 ? 0 : 1;
  },
};

if (require.main === module) void runAtTerminal(importCommand);
