/** A job as an item of the table: the columns that a search needs to be read as they are, and the rest in few bytes. */
import * as z from 'zod';
import { type Job, type JobRow, jobSchema } from '../jobs/job';
import { attemptTimes } from '../jobs/statistics';
import { rowEndedAt } from './segments';
import { packJson, unpackJson } from './smallJson';
import { jobPartition, livePartition } from './table';

/** A job as it stands in the table; `version` counts its writes. */
export interface StoredJob {
  job: Job;
  version: number;
  /** Under which `createdAt` a segment holds it, in this or an earlier version. */
  packed?: number | undefined;
  /** It is in the live index. */
  isLive?: boolean;
}

/** A row as the live index carries it. */
export interface StoredRow {
  row: JobRow;
  version: number;
  packed?: number | undefined;
}

export class DamagedItemError extends Error {
  override name = 'DamagedItemError';
}

const ROW_FIELDS = {
  id: true,
  name: true,
  queue: true,
  definition: true,
  image: true,
  command: true,
  createdAt: true,
  arraySize: true,
  arrayIndex: true,
  status: true,
  statusReason: true,
  containerReason: true,
  exitCode: true,
  startedAt: true,
  stoppedAt: true,
  seenAt: true,
  cancelled: true,
  terminated: true,
  tags: true,
  children: true,
  lostAt: true,
  maxAttempts: true,
  vcpus: true,
  memoryMiB: true,
  placement: true,
  timeoutSeconds: true,
  environmentTimeoutSeconds: true,
} as const;
/** Columns that were once among the rest, where older items still have them. */
const LATER_COLUMNS = { timeoutSeconds: true, environmentTimeoutSeconds: true } as const;

/** What is worked out of the attempts, which the live index does not carry. */
const ofAttemptsSchema = z.object({
  attemptCount: z.number().int(),
  runnableMs: z.number().optional(),
  startingMs: z.number().optional(),
  earlierRunMs: z.number().optional(),
});
const rowSchema = jobSchema.pick(ROW_FIELDS).extend(ofAttemptsSchema.shape);
const storedRowSchema = z.object({ row: rowSchema, version: z.number().int(), packed: z.number().optional() });
const restSchema = jobSchema.omit(ROW_FIELDS).extend(jobSchema.pick(LATER_COLUMNS).shape);
const storedJobSchema = storedRowSchema.extend({
  rest: z.instanceof(Uint8Array).transform((bytes, context): z.infer<typeof restSchema> => {
    try {
      return restSchema.parse(unpackJson(bytes));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof z.ZodError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  }),
});

/** The columns of a job that searches and statistics need. */
export function rowOf(job: Job): JobRow {
  return rowSchema.parse({ ...job, attemptCount: job.attempts.length, ...attemptTimes(job) });
}

function readBack<T>(schema: z.ZodType<T>, item: Record<string, unknown>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new DamagedItemError(
    `Item ${String(item.pk)} / ${String(item.sk)} of the history is damaged: ${z.prettifyError(parsed.error)}`,
  );
}

export function storedJob(item: Record<string, unknown>): StoredJob & { isLive: boolean } {
  const { row, rest, version, packed } = readBack(storedJobSchema, item);
  const { attemptCount: _, runnableMs: __, startingMs: ___, earlierRunMs: ____, ...columns } = row;
  return { job: { ...columns, ...rest }, version, packed, isLive: item.live !== undefined };
}

export const storedRow = (item: Record<string, unknown>): StoredRow => readBack(storedRowSchema, item);

/** The item for a job's first (`version` 1) or next write. */
export function jobItem({ job, version, packed }: StoredJob, changedAt: number): Record<string, unknown> {
  const row = rowOf(job);
  const rest = packJson(Object.fromEntries(Object.entries(job).filter(([field]) => !(field in ROW_FIELDS))));
  return { pk: jobPartition(job.id), sk: job.id, version, packed, row, rest, live: livePartition(job.id), changedAt };
}

/** When a job ended, as retention counts: one that tells no time at all is never too old. */
export const endedAt = ({ stoppedAt, createdAt }: Pick<Job, 'stoppedAt' | 'createdAt'>): number =>
  rowEndedAt(stoppedAt, createdAt ?? 0);

/**
 * Under which creation times a segment may hold an earlier version of a job: Batch never changes when a job was created,
 * but the first news of it may not have told.
 */
export const placesInSegments = (createdAt: number | undefined, packed: number | undefined): number[] => [
  ...new Set([...(packed === undefined ? [] : [packed]), createdAt ?? 0, 0]),
];
