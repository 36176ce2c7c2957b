/** The benchmark of statistics: builds packed segments and asks for figures of all jobs by several groupings, warm and cold. */
import {
  type ManifestEntry,
  manifestEntry,
  memorySource,
  PARTS,
  type PackedSegment,
  packSegments,
  questionOf,
  ROWS_PER_SEGMENT,
  segmentRow,
  segmentStatistics,
  type VersionedRow,
} from '../../src/history/segments';
import { parseQuery } from '../../src/jobs/query';
import { GROUPINGS, type GroupBy } from '../../src/jobs/statistics';
import { type CorpusJob, corpusFile, placedJob } from './corpus';
import { makeCorpus } from './madeCorpus';
import type { Benchmark } from './main';
import { median, tenths } from './statistics';

const DEFAULT_JOBS = 100_000;
const WARM_RUNS = 9;
const COLD_RUNS = 3;

const ASKED: readonly (readonly [words: string, groupBy: GroupBy])[] = [
  ['', []],
  ...GROUPINGS.map((grouping) => ['', [grouping]] as const),
  ['', ['queue', 'status']],
  ['', ['day', 'queue']],
  ['', ['hour', 'instanceType']],
  ['status:failed', ['queue']],
  ['align', ['definition']],
];

interface Packed {
  segments: Pick<PackedSegment, 'id' | 'parts'>[];
  entries: ManifestEntry[];
  jobs: number;
}

const option = (options: readonly string[], name: string): string | undefined => {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
};

async function pack(options: readonly string[], say: (line: string) => void): Promise<Packed> {
  const packed: Packed = { segments: [], entries: [], jobs: 0 };
  let waiting: VersionedRow[] = [];
  const flush = (): void => {
    for (const segment of packSegments(waiting)) {
      packed.segments.push({ id: segment.id, parts: segment.parts });
      packed.entries.push(manifestEntry(segment));
    }
    packed.jobs += waiting.length;
    waiting = [];
    if (packed.segments.length % 16 === 0) say(`${packed.jobs} jobs packed`);
  };
  const corpus = option(options, '--corpus');
  const jobs: Iterable<CorpusJob> | AsyncIterable<CorpusJob> =
    corpus === undefined
      ? makeCorpus(Number(option(options, '--jobs') ?? DEFAULT_JOBS), Number(option(options, '--seed') ?? 1))
      : corpusFile(corpus);
  for await (const corpusJob of jobs) {
    const { job, placement } = placedJob(corpusJob);
    waiting.push({ row: segmentRow(job, placement), version: 1 });
    if (waiting.length === ROWS_PER_SEGMENT) flush();
  }
  if (waiting.length > 0) flush();
  return packed;
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Read units of an item, eventually consistent: half a unit for each 4 KB begun. */
const readUnits = (bytes: number): number => Math.ceil(bytes / 4096) / 2;

export const statistics: Benchmark = {
  options: {
    '--jobs N': 'so many made jobs; 100,000 by default',
    '--seed N': 'others of the same kind',
    '--corpus FILE.jsonl': 'the jobs of a file instead',
  },
  about:
    'Statistics over packed jobs in memory: --jobs N [--seed S], or --corpus FILE.jsonl. Warm is by the clock, cold is CPU time of a worker that has read nothing; RCU are what its reads would cost.',
  async run(options, say) {
    const { segments, entries, jobs } = await pack(options, say);
    const warm = memorySource(segments);
    const asked: Record<string, object> = {};
    for (const [words, groupBy] of ASKED) {
      const question = questionOf(parseQuery(words, { now: 0 }));
      const ask = (source: typeof warm) =>
        segmentStatistics({ question, groupBy, segments: entries, source, others: [] });
      const cold: number[] = [];
      for (let run = 0; run < COLD_RUNS; run++) {
        const source = memorySource(segments);
        const began = cpuMs();
        await ask(source);
        cold.push(cpuMs() - began);
      }
      const answer = await ask(warm);
      const times: number[] = [];
      for (let run = 0; run < WARM_RUNS; run++) {
        const began = performance.now();
        await ask(warm);
        times.push(performance.now() - began);
      }
      asked[`${words === '' ? 'all' : words} by ${groupBy.join(' and ') || 'nothing'}`] = {
        jobs: answer.jobs,
        groups: answer.groups.length,
        warm_ms: tenths(median(times)),
        warm_best_ms: tenths(Math.min(...times)),
        cold_cpu_ms: tenths(median(cold)),
      };
    }
    const parts = PARTS.filter((part) => part !== 'ids');
    return {
      jobs,
      segments: segments.length,
      metrics_bytes_per_job: tenths(segments.reduce((sum, { parts }) => sum + parts.metrics.length, 0) / jobs),
      cold_rcu: segments
        .flatMap((segment) => parts.map((part) => readUnits(segment.parts[part].length)))
        .reduce((a, b) => a + b, 0),
      asked,
    };
  },
};
