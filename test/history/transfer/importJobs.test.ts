/** Histories moved in and out of real tables: nothing is lost, nothing old wins, and a second time changes nothing. */
import * as fc from 'fast-check';
import type { History } from '../../../src/history/history';
import { ingest } from '../../../src/history/ingest';
import { exportEveryJob, exportFoundJobs } from '../../../src/history/transfer/exportJobs';
import { type ImportOptions, type ImportReport, importJobs } from '../../../src/history/transfer/importJobs';
import { jobLine } from '../../../src/history/transfer/jobLine';
import { readJobs } from '../../../src/history/transfer/readJobs';
import type { Job } from '../../../src/jobs/job';
import { parseQuery } from '../../../src/jobs/query';
import { isJobId } from '../../../src/jobs/reference';
import { anyNews } from '../../jobs/anyNews';
import { anyFinishedJobs } from '../segments/anyJobs';
import { type LocalTables, localTables } from './localTable';

let tables: LocalTables;
beforeAll(async () => {
  tables = await localTables();
});
afterAll(() => tables.close());

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const now = () => NOW;

async function take(
  history: History,
  lines: readonly string[],
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const line of lines) yield Buffer.from(`${line}\n`);
  }
  return importJobs(readJobs(chunks()), history.jobs, {
    now,
    isDryRun: false,
    isStopped: () => false,
    onProgress: () => undefined,
    onBad: (line, problem) => {
      throw new Error(`line ${line}: ${problem}`);
    },
    onIgnored: () => undefined,
    onPacking: () => undefined,
    pack: () => history.pack({ now, remainingMs: () => 600_000, leastJobs: 1 }),
    ...options,
  });
}

async function give(history: History): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportEveryJob(history.jobs)) lines.push(line);
  return lines.sort();
}

const jobOf = (n: number, rest: Partial<Job> = {}): Job => ({
  id: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
  name: `align-${n}`,
  createdAt: NOW - 1_000 * n,
  status: 'SUCCEEDED',
  seenAt: NOW,
  whole: true,
  attempts: [],
  entered: {},
  ...rest,
});

test('what is written out and taken into an empty table is written out the same again, whatever the jobs hold', async () => {
  await fc.assert(
    fc.asyncProperty(anyFinishedJobs(30), anyNews, async (any, news) => {
      const finished = any.filter(({ id }) => isJobId(id));
      const { history: from } = await tables.open();
      const { history: to } = await tables.open();
      // A running job keeps its state where its last news is fresh.
      const fresh = { ...news, seenAt: NOW };
      for (const job of [...finished, fresh]) await ingest(from.jobs, job, now);
      const lines = await give(from);
      expect(lines).toHaveLength(new Set([...finished, fresh].map(({ id }) => id)).size);
      expect(await take(to, lines)).toMatchObject({ added: lines.length, changed: 0, bad: 0, complete: true });
      expect(await give(to)).toEqual(lines);
    }),
    { numRuns: 10 },
  );
});

test('a second import changes nothing, and a dry run tells that it would not', async () => {
  const { history } = await tables.open();
  const lines = Array.from({ length: 250 }, (_, n) => jobLine(jobOf(n)));
  expect(await take(history, lines, { isDryRun: true })).toMatchObject({ added: 250, complete: true });
  expect(await give(history)).toEqual([]);
  expect(await take(history, lines)).toMatchObject({ added: 250, changed: 0, unchanged: 0 });
  const { version } = (await history.jobs.get(jobOf(0).id)) ?? {};
  expect(await take(history, lines, { isDryRun: true })).toMatchObject({ added: 0, changed: 0, unchanged: 250 });
  expect(await take(history, lines)).toMatchObject({ added: 0, changed: 0, unchanged: 250 });
  expect((await history.jobs.get(jobOf(0).id))?.version).toBe(version);
});

test('a newer state wins, whichever of the file and the table has it', async () => {
  const { history } = await tables.open();
  const running = (n: number): Job => jobOf(n, { status: 'RUNNING', startedAt: NOW - 500, seenAt: NOW - 400 });
  const failed = (n: number): Job => jobOf(n, { status: 'FAILED', exitCode: 1, stoppedAt: NOW - 100 });
  await ingest(history.jobs, failed(1), now);
  await ingest(history.jobs, running(2), now);
  // The third comes twice in the file, the later state first.
  const report = await take(history, [running(1), failed(2), failed(3), running(3)].map(jobLine));
  expect(report).toMatchObject({ added: 1, changed: 1, unchanged: 2 });
  for (const n of [1, 2, 3]) {
    expect((await history.jobs.get(jobOf(n).id))?.job).toMatchObject({ status: 'FAILED', exitCode: 1 });
  }
});

test('an import that was stopped goes on where it ended when it is run again', async () => {
  const { history } = await tables.open();
  const lines = Array.from({ length: 1_000 }, (_, n) => jobLine(jobOf(n)));
  let seen = 0;
  const isStopped = () => ++seen > 500;
  const first = await take(history, lines, { isStopped });
  expect(first.complete).toBe(false);
  expect(first.added).toBe(500);
  expect(await take(history, lines)).toMatchObject({ added: 500, unchanged: 500, complete: true });
  expect(await give(history)).toEqual([...lines].sort());
});

test('imported jobs are packed, and found by searches', async () => {
  const { history } = await tables.open();
  await take(
    history,
    Array.from({ length: 150 }, (_, n) => jobLine(jobOf(n))),
  );
  await history.search.refresh();
  expect(history.search.known(jobOf(5).id)).toBeUndefined();
  const { total, rows } = await history.search.search(parseQuery('align-14', { now: NOW }), { limit: 3 });
  expect(total).toBe(11);
  expect(rows.map(({ name }) => name)).toEqual(['align-14', 'align-140', 'align-141']);
});

test('a job that had not ended counts as lost when nobody heard of it for a day, until Batch tells of it', async () => {
  const { history } = await tables.open();
  const old = jobOf(1, { status: 'RUNNING', seenAt: NOW - 2 * DAY_MS });
  const fresh = jobOf(2, { status: 'RUNNING', seenAt: NOW - 60_000 });
  const lines = [old, fresh].map(jobLine);
  expect(await take(history, lines)).toMatchObject({ added: 2, lost: 1 });
  expect(await take(history, lines)).toMatchObject({ unchanged: 2, lost: 0 });
  const find = async (text: string) => (await history.search.all(parseQuery(text, { now: NOW }))).map(({ id }) => id);
  expect(await find('status:lost')).toEqual([old.id]);
  await ingest(history.jobs, { ...old, seenAt: NOW }, now);
  expect(await find('status:lost')).toEqual([]);
  expect((await find('status:running')).sort()).toEqual([old.id, fresh.id]);
});

test('bad lines are told by number and reason, unknown fields once, and all the rest is taken in', async () => {
  const { history } = await tables.open();
  const told: string[] = [];
  const huge = { ...jobOf(9), command: ['x'.repeat(410_000)] };
  const lines = [
    jobLine(jobOf(1)),
    'nonsense',
    JSON.stringify({ ...jobOf(2), shareIdentifier: 'x' }),
    JSON.stringify({ ...jobOf(3), shareIdentifier: 'y' }),
    JSON.stringify({ ...jobOf(4), status: 'PAUSED' }),
    jobLine(huge),
    jobLine(jobOf(5)),
  ];
  const report = await take(history, lines, {
    onBad: (line, problem) => told.push(`${line}: ${problem}`),
    onIgnored: (field, line) => told.push(`${line}: ${field}?`),
  });
  expect(report).toMatchObject({ added: 4, bad: 3, complete: true });
  expect(told).toEqual([
    expect.stringMatching(/^2: this is not JSON/),
    '3: shareIdentifier?',
    expect.stringMatching(/^5: status: expected one of/),
    '6: the job is larger than the 400 KB of a DynamoDB item',
  ]);
  expect(await give(history)).toHaveLength(4);
});

test('a job that ended longer ago than the history is kept stays out', async () => {
  const { history } = await tables.open(30);
  const ended = (days: number): Partial<Job> => ({ stoppedAt: Date.now() - days * DAY_MS });
  const report = await take(history, [jobOf(1, ended(31)), jobOf(2, ended(29))].map(jobLine));
  expect(report).toMatchObject({ added: 1, forgotten: 1, complete: true });
  expect(await give(history)).toEqual([expect.stringContaining(jobOf(2).id)]);
});

test('a search is written out whole, in order, with all that is known of each job', async () => {
  const { history } = await tables.open();
  const attempts = [{ exitCode: 1, statusReason: 'Essential container in task exited' }];
  const jobs = Array.from({ length: 230 }, (_, n) => jobOf(n, n % 2 === 0 ? {} : { queue: 'prod', attempts }));
  await take(history, jobs.slice(0, 150).map(jobLine));
  // Some are packed, some are live.
  for (const job of jobs.slice(150)) await ingest(history.jobs, job, now);
  let total = 0;
  const found: string[] = [];
  const query = parseQuery('queue:prod sort:name', { now: NOW });
  for await (const line of exportFoundJobs(history.jobs, history.search, query, (count) => {
    total = count;
  })) {
    found.push(line);
  }
  expect(total).toBe(115);
  expect(found).toEqual(jobs.filter(({ queue }) => queue === 'prod').map(jobLine));
});

test('an import ends with the table’s own error when writing fails, and what it was at comes to rest', async () => {
  const { history } = await tables.open();
  let writing = 0;
  const jobs = {
    ...history.jobs,
    put: async (job: Job, known: number, changedAt: number, packed?: number) => {
      writing++;
      try {
        if (job.name === 'align-150') throw new Error('the table is gone');
        return await history.jobs.put(job, known, changedAt, packed);
      } finally {
        writing--;
      }
    },
  };
  const lines = Array.from({ length: 1_000 }, (_, n) => jobLine(jobOf(n)));
  await expect(take({ ...history, jobs }, lines)).rejects.toThrow('the table is gone');
  expect(writing).toBe(0);
});
