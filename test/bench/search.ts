/** The search benchmark: builds a packed history and asks it everything, warm and cold. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIVE_SHARDS } from '../../src/history/table';
import { parseQuery, type Query, type StatusWord } from '../../src/jobs/query';
import { type CorpusJob, corpusFile } from './corpus';
import { MADE_QUERIES, makeCorpus } from './madeCorpus';
import type { Benchmark } from './main';
import { PackedHistory, type Worker } from './packedHistory';
import { median, quantile } from './statistics';
import { writeUnits } from './writeUnits';

const JOBS_PER_PAGE = 10;
const WARM_RUNS = 9;
const DEFAULT_JOBS = 100_000;

interface Asked {
  what: string;
  query: Query;
}

const option = (options: readonly string[], name: string): string | undefined => {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
};

interface TypedQuery {
  text?: string;
  status?: string;
  queue?: string;
  def?: string;
  since?: number;
  until?: number;
}

/** `status` and `queue` are exact, `def` is a definition at any revision; moments in ms. */
function queryOf({ text = '', status, queue, def, since, until }: TypedQuery): Query {
  return {
    words: parseQuery(text, { now: 0 }).words,
    ...(status === undefined ? {} : { statuses: [status.toLowerCase() as StatusWord] }),
    ...(queue === undefined ? {} : { queues: [queue] }),
    ...(def === undefined ? {} : { definitions: [def] }),
    ...(since === undefined ? {} : { since: { at: since, typed: String(since) } }),
    ...(until === undefined ? {} : { until: { at: until, typed: String(until) } }),
  };
}

/** A list of `[what, query]`, or a search as it is typed on each line. */
function readQueries(path: string | undefined): Asked[] {
  if (path === undefined) return MADE_QUERIES.map((what) => ({ what, query: parseQuery(what, { now: 0 }) }));
  const text = readFileSync(path, 'utf8');
  if (!text.trimStart().startsWith('[')) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((what) => ({ what, query: parseQuery(what, { now: Date.now() }) }));
  }
  return (JSON.parse(text) as [string, TypedQuery | string][]).map(([what, typed]) => ({
    what,
    query: typeof typed === 'string' ? parseQuery(typed, { now: Date.now() }) : queryOf(typed),
  }));
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const round = (value: number): number => Math.round(value * 1000) / 1000;
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Growth is shown over these numbers of jobs. */
const GROWTH = [10_000, 100_000, 1_000_000, 10_000_000];

async function build(
  count: number | undefined,
  options: readonly string[],
  say: (line: string) => void,
): Promise<PackedHistory> {
  const history = new PackedHistory();
  const corpus = option(options, '--corpus');
  const jobs: Iterable<CorpusJob> | AsyncIterable<CorpusJob> =
    corpus === undefined
      ? makeCorpus(count ?? Number(option(options, '--jobs') ?? DEFAULT_JOBS), Number(option(options, '--seed') ?? 1))
      : corpusFile(corpus);
  for await (const job of jobs) {
    history.add(job);
    if (history.jobs % 250_000 === 0) say(`${history.jobs} jobs packed`);
  }
  history.finish();
  return history;
}

const PAGE = { limit: JOBS_PER_PAGE };

async function measure({ what, query }: Asked, history: PackedHistory, warm: Worker) {
  const { rows, total } = await warm.search(query, PAGE);
  const timed = async (pageOnly: boolean): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < WARM_RUNS; run++) {
      const began = performance.now();
      await warm.search(query, PAGE, { pageOnly });
      times.push(performance.now() - began);
    }
    return round(median(times));
  };
  const cold = async (pageOnly: boolean) => {
    const worker = history.worker();
    const began = cpuMs();
    await worker.search(query, PAGE, { pageOnly });
    return { ms: round(cpuMs() - began), rcu: worker.readUnits };
  };
  const [page, all] = [await cold(true), await cold(false)];
  return {
    what,
    total,
    ids: rows.map(({ id }) => id),
    warm_page_ms: await timed(true),
    warm_total_ms: await timed(false),
    cold_page_ms: page.ms,
    cold_page_rcu: page.rcu,
    cold_total_ms: all.ms,
    cold_total_rcu: all.rcu,
  };
}

type Measured = Awaited<ReturnType<typeof measure>>;

function over(asked: readonly Measured[], name: Exclude<keyof Measured, 'what' | 'total' | 'ids'>) {
  const values = asked.map((query) => query[name]);
  return { median: round(median(values)), p95: round(quantile(values, 0.95)), worst: round(Math.max(...values)) };
}

async function ask(history: PackedHistory, queries: readonly Asked[]) {
  collectGarbage();
  const before = process.memoryUsage();
  const warm = history.worker();
  for (const { query } of [...queries, ...queries]) await warm.search(query, PAGE);
  collectGarbage();
  const after = process.memoryUsage();
  const asked: Measured[] = [];
  for (const query of queries) asked.push(await measure(query, history, warm));
  const bytes = history.bytes();
  const perJob = Object.fromEntries(Object.entries(bytes).map(([kind, size]) => [kind, round(size / history.jobs)]));
  const all = Object.values(bytes).reduce((sum, size) => sum + size, 0);
  return {
    jobs: history.jobs,
    segments: history.segments.size,
    warm_page_ms: over(asked, 'warm_page_ms'),
    warm_total_ms: over(asked, 'warm_total_ms'),
    cold_page_ms: over(asked, 'cold_page_ms'),
    cold_page_rcu: over(asked, 'cold_page_rcu'),
    cold_total_ms: over(asked, 'cold_total_ms'),
    cold_total_rcu: over(asked, 'cold_total_rcu'),
    /** Beside these, each search looks at what changed in the live index. */
    live_look_rcu: LIVE_SHARDS / 2,
    bytes_per_job: { ...perJob, all: round(all / history.jobs) },
    write_units_per_job: writeUnits(history),
    build_us_per_job: round((history.packMs * 1000) / history.jobs),
    warm_memory_mb: Math.round((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6),
    queries: asked,
  };
}

type Figures = Awaited<ReturnType<typeof ask>>;

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** A line of the README's table. */
function growthLine({ jobs, warm_page_ms, warm_total_ms, cold_page_ms, cold_page_rcu, ...rest }: Figures): string {
  const cells = [
    number(jobs),
    `${number(warm_page_ms.median)} / ${number(warm_page_ms.p95)}`,
    `${number(warm_total_ms.median)} / ${number(warm_total_ms.worst)}`,
    `${number(cold_page_ms.median)} / ${number(cold_page_rcu.median)}`,
    `${number(rest.cold_total_ms.median)} / ${number(rest.cold_total_rcu.median)}`,
    number(rest.bytes_per_job.all),
    number(rest.write_units_per_job.all),
    number(rest.build_us_per_job),
    number(rest.warm_memory_mb),
  ];
  return `| ${cells.join(' | ')} |`;
}
const GROWTH_HEAD = [
  '| jobs | warm page, ms: median / p95 | warm page + total, ms: median / worst | cold page: ms CPU / RCU | cold total: ms CPU / RCU | bytes a job | WRU a job | build, µs a job | memory, MB |',
  '|---|---|---|---|---|---|---|---|---|',
];

export const search: Benchmark = {
  options: {
    '--jobs N': 'so many made jobs; 100,000 by default',
    '--seed N': 'others of the same kind',
    '--corpus FILE.jsonl': 'the jobs of a file instead',
    '--queries FILE': 'searches, one a line as typed, or as a JSON list of [what, query]',
    '--growth': 'from 10,000 to 10,000,000 jobs, or to --jobs, as a table',
  },
  about:
    'Searches over a packed history in memory: --jobs N [--seed S], or --corpus FILE.jsonl, and --queries FILE; --growth from 10^4 to 10^7 jobs, or to --jobs, as a table. Cold is CPU time of a worker that has read nothing; RCU are what its reads would cost, WRU what packing writes.',
  async run(options, say) {
    const queries = readQueries(option(options, '--queries'));
    if (!options.includes('--growth')) return await ask(await build(undefined, options, say), queries);
    const lines = [...GROWTH_HEAD];
    const most = Number(option(options, '--jobs') ?? Number.POSITIVE_INFINITY);
    for (const jobs of GROWTH.filter((count) => count <= most))
      lines.push(growthLine(await ask(await build(jobs, options, say), queries)));
    say(lines.join('\n'));
    return { growth: lines };
  },
};
