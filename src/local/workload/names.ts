/** How people and workflow engines name their jobs. */
import { STEPS, SUBMITTERS, TEAMS } from './catalog';
import type { Random } from './random';

const PIPELINES = [
  'wgs-germline',
  'wes-somatic',
  'rnaseq-quant',
  'scrna-atlas',
  'cnv-panel',
  'ocean-tiles',
  'storm-ensemble',
  'pose-batch',
  'asr-decode',
  'click-joins',
  'spend-forecast',
  'index-rebuild',
] as const;
const PROCESSES = [
  'NFCORE_RNASEQ_RNASEQ_ALIGN_STAR_STAR_ALIGN',
  'NFCORE_RNASEQ_RNASEQ_QUANTIFY_SALMON_SALMON_QUANT',
  'NFCORE_RNASEQ_RNASEQ_FASTQ_FASTQC_UMITOOLS_TRIMGALORE',
  'NFCORE_SAREK_SAREK_MARKDUPLICATES',
  'NFCORE_SAREK_SAREK_VARIANT_CALLING_STRELKA_SINGLE',
  'NFCORE_CHIPSEQ_CHIPSEQ_MACS2_CALLPEAK',
  'NFCORE_METHYLSEQ_METHYLSEQ_BISMARK_ALIGN',
  'NFCORE_RNASEQ_RNASEQ_MULTIQC',
] as const;
const MODELS = ['resnet50', 'bert-base', 'xgb-ctr', 'wav2vec2', 'unet3d', 'vit-l16', 'deepfm', 'gpt2-small'] as const;

export type RunKind = 'pipeline' | 'nextflow' | 'cromwell' | 'array' | 'nightly' | 'train';

/** Several jobs that belong together, by one person of one team. */
export interface Run {
  kind: RunKind;
  team: (typeof TEAMS)[number];
  submitter: (typeof SUBMITTERS)[number];
  /** How many jobs the run has; of an array, its children. */
  size: number;
  /** Name and step of the run's `index`-th job. */
  job(index: number, createdAt: number): { name: string; step: (typeof STEPS)[number] };
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const stepAt = (from: number, index: number) => STEPS[(from + index) % STEPS.length] ?? 'align';

export function newRun(random: Random, kind: RunKind): Run {
  // Squaring favours the first teams: work is never spread evenly.
  const team = TEAMS[Math.floor(random.fraction() ** 2 * TEAMS.length)] ?? 'genomics';
  const submitter = random.pick(SUBMITTERS);
  const from = random.between(0, STEPS.length - 1);
  const base = { kind, team, submitter };
  switch (kind) {
    case 'pipeline': {
      const pipeline = random.pick(PIPELINES);
      const sample = random.chance(0.6)
        ? `NA${random.between(10_000, 39_999)}`
        : `PT-${random.between(1000, 9999)}-${random.pick(['T', 'N'])}`;
      const shards = random.between(2, 16);
      return {
        ...base,
        size: shards * random.between(2, 4),
        job: (index) => {
          const step = stepAt(from, Math.floor(index / shards));
          return { name: `${team}-${pipeline}-${sample}-${step}-${index % shards}`, step };
        },
      };
    }
    case 'nextflow': {
      const process = random.between(0, PROCESSES.length - 1);
      const accession = random.between(1_000_000, 23_999_999);
      const samples = random.between(4, 24);
      return {
        ...base,
        size: samples * random.between(1, 3),
        job: (index) => ({
          name: `${PROCESSES[(process + Math.floor(index / samples)) % PROCESSES.length]}_SRR${accession + (index % samples)}`,
          step: stepAt(from, Math.floor(index / samples)),
        }),
      };
    }
    case 'cromwell': {
      const hash = random.hex(8);
      return {
        ...base,
        size: random.between(8, 40),
        job: (index) => {
          const step = stepAt(from, Math.floor(index / 10));
          return { name: `cromwell-${hash}-${step}-shard-${index % 10}`, step };
        },
      };
    }
    case 'array': {
      const step = random.pick(STEPS);
      return {
        ...base,
        size: random.between(10, 50),
        job: (_, createdAt) => ({ name: `${team}_${step}_${day(createdAt)}_array`, step }),
      };
    }
    case 'nightly': {
      const pipeline = random.pick(PIPELINES);
      const environment = random.pick(['prod', 'prod', 'staging', 'dev']);
      return {
        ...base,
        size: random.between(1, 4),
        job: (index, createdAt) => ({
          name: `${team}-nightly-${pipeline}-${day(createdAt).replaceAll('-', '')}-${environment}${index ? `-${index}` : ''}`,
          step: stepAt(from, index),
        }),
      };
    }
    default: {
      const model = random.pick(MODELS);
      return {
        ...base,
        size: random.between(2, 12),
        job: (index) => ({
          name: `train-${model}-${submitter}-lr${['1e-3', '3e-4', '1e-4'][index % 3]}-seed${random.between(1, 999)}`,
          step: 'train',
        }),
      };
    }
  }
}

const KINDS: RunKind[] = [
  'pipeline',
  'pipeline',
  'pipeline',
  'nextflow',
  'nextflow',
  'cromwell',
  'array',
  'nightly',
  'nightly',
  'train',
];
export const anyRun = (random: Random): Run => newRun(random, random.pick(KINDS));
