/** What it costs in DynamoDB to bring a job into the search index, with the sizes of real items. */
import { jobItem } from '../../src/history/jobItem';
import { type PackableJob, ROWS_PER_SEGMENT } from '../../src/history/segments';
import { LIVE_INDEX_COLUMNS } from '../../src/history/table';
import type { PackedHistory } from './packedHistory';

/** A write costs a unit for each KB begun; in an index too, where a removal costs what the entry took. */
const units = (bytes: number): number => Math.ceil(bytes / 1024);
/** Segments of 1,024 jobs or more are packed at once, and eight of them merged; each job's bytes are written so often. */
const FRESH_JOBS = 1_024;
const TIMES_WRITTEN = 2;
/** What is written of the filter of words like ids: a bucket's names, and the most that rides in the head. */
const BUCKET_NAMES_BYTES = 80;
const HEAD_BYTES = 700;
const PENDING_BYTES = 2_700;
/** What a pack rewrites of the manifests and of the last vocabulary: half a full one, as a mean. */
const HALF = 0.5;

/**
 * About the size of an item as DynamoDB counts it: names and texts by their bytes, numbers by digits, and three bytes for each
 * list or map (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
function itemBytes(item: Readonly<Record<string, unknown>>): number {
  const sizeOf = (value: unknown): number => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
    if (value instanceof Uint8Array) return value.length;
    if (Array.isArray(value)) return 3 + value.reduce((sum: number, one) => sum + 1 + sizeOf(one), 0);
    return typeof value === 'object' && value !== null ? 3 + namesAndValues(value, 1) : 1;
  };
  const namesAndValues = (map: object, each: number): number =>
    Object.entries(map).reduce(
      (sum, [name, value]) => (value === undefined ? sum : sum + each + Buffer.byteLength(name) + sizeOf(value)),
      0,
    );
  return namesAndValues(item, 0);
}

function clearing(job: PackableJob): number {
  const whole = { ...job, whole: true, attempts: job.attempts ?? [], entered: job.entered ?? {} };
  const item = jobItem({ job: whole, version: 6, packed: job.createdAt }, job.seenAt);
  const inIndex = ['pk', 'sk', 'live', 'changedAt', ...LIVE_INDEX_COLUMNS];
  const entry = Object.fromEntries(Object.entries(item).filter(([name]) => inIndex.includes(name)));
  return units(itemBytes(item)) + units(itemBytes(entry));
}

export function writeUnits(
  history: PackedHistory,
): Record<'clearing' | 'segments' | 'lists' | 'digits' | 'all', number> {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const cleared = mean(history.samples.map(clearing));
  const { manifest = 0, vocabulary = 0, digits: _, ...parts } = history.bytes();
  const packed = Object.values(parts).reduce((sum, size) => sum + size, 0);
  const segments = (TIMES_WRITTEN * packed) / 1024 / Math.max(1, history.jobs);
  const lastVocabulary = vocabulary / Math.max(1, history.vocabularies.size);
  const lastManifest = manifest / Math.max(1, history.manifests.length);
  // Beside both, the head is written when a lease is taken, at the commit, when the jobs are cleared and when it is given back.
  const head = 4 * units(HEAD_BYTES + HALF * PENDING_BYTES);
  const lists = (HALF * (units(lastManifest) + units(lastVocabulary)) + head) / FRESH_JOBS;
  const buckets = history.digits.reduce((sum, { length }) => sum + units(length + BUCKET_NAMES_BYTES), 0);
  const digits = buckets / ROWS_PER_SEGMENT;
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    clearing: round(cleared),
    segments: round(segments),
    lists: round(lists),
    digits: round(digits),
    all: round(cleared + segments + lists + digits),
  };
}
