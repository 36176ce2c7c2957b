/** What the tools of the trade write while they work, and their last words when they fail. */
import { type Random, randomFrom } from './random';

/** Where in its work the tool is: line `index` of `count`. */
interface Moment {
  index: number;
  count: number;
  random: Random;
}
type Voice = (moment: Moment) => string;

const percent = ({ index, count }: Moment): number => Math.floor((100 * (index + 1)) / count);
const stamp = (random: Random): string => `${random.between(10, 59)}.${random.between(100, 999)}`;

const aligner: Voice = (moment) => {
  const { index, random } = moment;
  if (index === 0) return '[M::bwa_idx_load_from_disk] read 0 ALT contigs';
  const reads = 151_000 + random.between(0, 9_000);
  if (index % 4 === 1) return `[M::process] read ${reads} sequences (${reads * 101} bp)...`;
  if (index % 4 === 2)
    return `[M::mem_pestat] # candidate unique pairs for (FF, FR, RF, RR): (${random.between(20, 90)}, ${random.between(60_000, 71_000)}, ${random.between(10, 40)}, ${random.between(20, 80)})`;
  if (random.chance(0.02)) return '[W::sam_parse1] mapped query cannot have zero coordinate; treated as unmapped';
  return `[M::mem_process_seqs] Processed ${index * 160_000 + reads} reads in ${random.between(40, 90)}.${random.between(100, 999)} CPU sec, ${random.between(4, 9)}.${random.between(100, 999)} real sec`;
};

const gatk: Voice = (moment) => {
  const { index, random } = moment;
  if (index === 0) return 'INFO  HaplotypeCaller - Initializing engine';
  if (index === 1) return 'INFO  ProgressMeter - Starting traversal';
  if (random.chance(0.03))
    return `WARN  DepthPerSampleHC - Annotation will not be calculated, genotype is not called at chr${random.between(1, 22)}:${random.between(1e4, 2e8)}`;
  return `INFO  ProgressMeter -  chr${random.between(1, 22)}:${random.between(1e4, 2e8)}   ${(index / 6).toFixed(1)}   ${index * 11_240}   ${random.between(60_000, 90_000)}.${random.between(0, 9)}`;
};

const trainer: Voice = (moment) => {
  const { index, count, random } = moment;
  if (index === 0) return `Using device: cuda:0 (NVIDIA ${random.pick(['T4', 'A10G', 'V100-SXM2-16GB'])})`;
  const loss = (2.4 * Math.exp((-2.2 * index) / count) + random.fraction() * 0.08).toFixed(4);
  if (random.chance(0.02)) return 'UserWarning: The dataloader does not have many workers which may be a bottleneck.';
  return `epoch ${1 + Math.floor(index / 20)} step ${index * 50} loss ${loss} lr ${random.pick(['1.0e-03', '3.0e-04'])} ${random.between(180, 420)} samples/s`;
};

const pipeline: Voice = (moment) => {
  const { index, random } = moment;
  const table = random.pick(['events', 'clicks', 'invoices', 'bookings', 'sessions', 'ledger']);
  const clock = `00:${String(Math.floor(index / 60) % 60).padStart(2, '0')}:${stamp(random)}`;
  if (random.chance(0.04))
    return `${clock} WARN  ${random.between(2, 40)} rows of ${table} had a null key and were skipped`;
  if (random.chance(0.3))
    return `${clock} INFO  wrote part-${String(index).padStart(5, '0')}.parquet (${random.between(8, 128)} MiB)`;
  return `${clock} INFO  ${table}: ${(index + 1) * random.between(4_000, 5_000)} rows read, ${percent(moment)}% done`;
};

const renderer: Voice = (moment) => {
  const { index, random } = moment;
  return `Fra:${index + 1} Mem:${random.between(900, 4000)}.${random.between(10, 99)}M | Time:00:${stamp(random)} | Rendering ${percent(moment)}% | tile ${random.between(1, 64)}/64`;
};

const nextflow: Voice = (moment) => {
  const { index, random } = moment;
  if (index === 0) return 'nxf-scratch-dir ip-10-0-1-27:/tmp/nxf.3kXz0aVq1D';
  if (index === 1)
    return `${random.pick(['STAR version=2.7.10a', 'salmon v1.10.1', 'Trim Galore 0.6.7', 'MACS version 2.2.7.1'])}`;
  return `${random.pick(['started mapping', 'loaded index', 'processed', 'finished'])} ${(index * 250_000).toLocaleString('en-US')} fragments, mapping rate ${random.between(82, 97)}.${random.between(10, 99)}%`;
};

const plain: Voice = (moment) => {
  const { random } = moment;
  if (random.chance(0.05)) return `WARNING retrying request ${random.hex(6)} after 503 (attempt 1 of 5)`;
  return `INFO step ${moment.index + 1}/${moment.count} done in ${stamp(random)} s`;
};

/** First match wins; matched against the job's and its definition's names. */
const VOICES: [RegExp, Voice][] = [
  [/^NFCORE_|nextflow/i, nextflow],
  [/train|model|infer|tune/i, trainer],
  [/align|bwa|fastqc|trim|markdup|sort/i, aligner],
  [/call|gatk|genotype|mutect|bqsr|variant|vqsr/i, gatk],
  [/render|tile|mosaic|reproject/i, renderer],
  [/nightly|extract|load|ingest|aggregate|export|report|backfill|compact|publish/i, pipeline],
];

export const voiceOf = (...names: string[]): Voice =>
  VOICES.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? plain;

/** Line `index` of `count`: the same `key` always tells the same story. */
export const toolLine = (voice: Voice, key: string, index: number, count: number): string =>
  voice({ index, count, random: randomFrom(`${key} ${index}`) });

export interface HowItEnded {
  exitCode?: number;
  reason?: string;
  statusReason?: string;
}

const TRACEBACKS = [
  ["KeyError: 'sample_id'", '    return table.loc[key, "sample_id"]'],
  [
    'botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied',
    '    body = s3.get_object(Bucket=bucket, Key=key)["Body"]',
  ],
  ["ValueError: could not convert string to float: 'NA'", '    values = [float(cell) for cell in row[3:]]'],
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/scratch/input.bam'",
    '    with open(path, "rb") as handle:',
  ],
] as const;

/** What stands at the end of the log of an attempt that has ended so. */
export function lastWords(ended: HowItEnded, key: string): string[] {
  const random = randomFrom(`end ${key}`);
  if (ended.exitCode === 0) return ['Done.'];
  if (ended.reason?.startsWith('OutOfMemory')) {
    return [`slurping ${random.between(6, 60)}.${random.between(1, 9)} GiB into memory`, 'Killed'];
  }
  if (ended.statusReason?.startsWith('Host EC2')) return [];
  if (ended.statusReason === 'Job attempt duration exceeded timeout') return ['Received SIGTERM, shutting down'];
  if (ended.exitCode === 143) return ['Received SIGTERM, shutting down', 'Terminated'];
  if (ended.exitCode === 139) return ['Segmentation fault (core dumped)'];
  if (ended.exitCode === 127) return ['/bin/sh: 1: samtools: not found'];
  if (ended.exitCode === 2)
    return ['usage: run.py [-h] --input INPUT --out OUT', 'run.py: error: the following arguments are required: --out'];
  const [error, source] = random.pick(TRACEBACKS);
  return [
    'Traceback (most recent call last):',
    `  File "/app/run.py", line ${random.between(40, 200)}, in <module>`,
    '    main(sys.argv[1:])',
    `  File "/app/steps/${random.pick(['load', 'merge', 'score'])}.py", line ${random.between(20, 300)}, in run`,
    source,
    error,
  ];
}
