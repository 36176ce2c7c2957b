/**
 * Reads a row of Batchiepatchie's table `jobs` as a job, from its columns as PostgreSQL writes them in CSV.
 *
 * The table keeps one run of each job, not its attempts, so every row is a fragment beside what Batch itself told. Columns
 * and their meaning are those of its migrations 1 to 24 and of jobs/postgres_store.go (https://github.com/AdRoll/batchiepatchie).
 */
import * as z from 'zod';
import { BATCH_STATUSES, type BatchStatus, type Job, jobSchema } from '../../jobs/job';
import { BadJobError, lastTime, possible, type ReadJob } from './jobLine';

const COLUMNS = [
  'job_id',
  'job_name',
  'job_definition',
  'job_queue',
  'image',
  'status',
  'created_at',
  'stopped_at',
  'vcpus',
  'memory',
  'timeout',
  'command_line',
  'last_updated',
  'status_reason',
  'run_started_at',
  'exitcode',
  'log_stream_name',
  'log_group_name',
  'termination_requested',
  'task_arn',
  'array_properties',
] as const;
type Column = (typeof COLUMNS)[number];
const NEEDED = ['job_id', 'status', 'created_at'] as const satisfies Column[];
const NUMBERS = /^-?\d{1,15}$/;
/** `2024-03-01 12:34:56.789012+00`; the zone may have minutes, and is missing for a `timestamp` without one, which was UTC. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const arraySchema = z.object({
  size: z.number().int().nullish(),
  status_summary: z.record(z.string(), z.number().int()).nullish(),
});

/** What says that a container's own reason stands in `status_reason`, which holds either of the two. */
const CONTAINER_REASON = /^[A-Z]\w*Error\b/;

/** @param header the first record of the file
 * @returns the reader of all others, and the columns that mean nothing here
 * @throws BadJobError when this is no dump of that table
 */
export function batchiepatchieRows(header: readonly string[]): {
  ignored: string[];
  read: (fields: string[]) => ReadJob;
} {
  const at = new Map(header.map((name, n) => [name.trim().toLowerCase(), n]));
  const missing = NEEDED.filter((column) => !at.has(column));
  if (missing.length > 0) {
    throw new BadJobError(
      `this is neither JSON Lines nor the table jobs as CSV: its first line has no column ${missing.join(', ')}`,
    );
  }
  const isKnown = (name: string): boolean => COLUMNS.some((column) => column === name);
  return {
    ignored: [...at.keys()].filter((name) => !isKnown(name)),
    read: (fields) => {
      if (fields.length !== header.length) {
        throw new BadJobError(`the row has ${fields.length} fields, and the header ${header.length}`);
      }
      return { job: jobOf((column) => present(fields[at.get(column) ?? -1])), ignored: [] };
    },
  };
}

/** A null is written as nothing, or as `\N` where the dump says so; an empty text says no more. */
const present = (field: string | undefined): string | undefined =>
  field === '' || field === '\\N' ? undefined : field;

type Row = (column: Column) => string | undefined;

function jobOf(row: Row): Job {
  const id = row('job_id')?.trim();
  if (id === undefined) throw new BadJobError('job_id is missing');
  const startedAt = time(row, 'run_started_at');
  const { status, isGone } = statusOf(row('status'), startedAt);
  const times = { status, createdAt: time(row, 'created_at'), startedAt, stoppedAt: time(row, 'stopped_at') };
  if (times.createdAt === undefined) throw new BadJobError('created_at is missing');
  const seenAt = Math.max(time(row, 'last_updated') ?? 0, lastTime(times));
  const reason = row('status_reason');
  const isContainers = reason !== undefined && CONTAINER_REASON.test(reason);
  const definition = row('job_definition');
  const timeoutSeconds = number(row, 'timeout') ?? -1;
  const array = arrayOf(row('array_properties'), seenAt);
  const index = /:(\d+)$/.exec(id)?.[1];
  const job: Record<string, unknown> = {
    id,
    arn: jobArn(definition, id),
    name: row('job_name'),
    queue: lastPart(row('job_queue')),
    definition: lastPart(definition),
    image: row('image'),
    command: commandOf(row('command_line')),
    ...times,
    // It reads them where jobs of today no longer have them, and then writes 0.
    vcpus: number(row, 'vcpus') || undefined,
    memoryMiB: number(row, 'memory') || undefined,
    environmentTimeoutSeconds: timeoutSeconds <= 0 ? undefined : timeoutSeconds,
    logGroup: row('log_group_name'),
    logStream: row('log_stream_name'),
    arrayIndex: index === undefined ? undefined : Number(index),
    ...array,
    statusReason: isContainers ? undefined : reason,
    containerReason: isContainers ? reason : undefined,
    exitCode: number(row, 'exitcode'),
    taskArn: row('task_arn'),
    seenAt,
    lostAt: isGone ? seenAt + 1 : undefined,
    whole: false,
    attempts: [],
    entered: {},
    terminated: flag(row('termination_requested')) || undefined,
  };
  return possible(jobSchema.parse(Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined))));
}

/** GONE is what it lost from sight before the end: nothing tells how far the job came, but that it ran if it had started. */
function statusOf(text: string | undefined, startedAt: number | undefined): { status: BatchStatus; isGone: boolean } {
  if (text === 'GONE') return { status: startedAt === undefined ? 'SUBMITTED' : 'RUNNING', isGone: true };
  const status = BATCH_STATUSES.find((known) => known === text);
  if (status !== undefined) return { status, isGone: false };
  throw new BadJobError(
    text === undefined ? 'status is missing' : `status is ${text}, which neither Batch nor Batchiepatchie has`,
  );
}

function time(row: Row, column: Column): number | undefined {
  const text = row(column);
  if (text === undefined) return undefined;
  const match = TIMESTAMP.exec(text.trim());
  const [, day, clock, fraction = '', zone = 'Z'] = match ?? [];
  const minutes = zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  // Date.parse takes nearly any text without a match for some time.
  const ms =
    match === null ? Number.NaN : Date.parse(`${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}${minutes}`);
  if (Number.isNaN(ms)) {
    throw new BadJobError(`${column} is ${JSON.stringify(text)}, which is no time: 2024-03-01 12:34:56+00`);
  }
  return ms;
}

function number(row: Row, column: Column): number | undefined {
  const text = row(column);
  if (text === undefined) return undefined;
  if (!NUMBERS.test(text)) throw new BadJobError(`${column} is ${JSON.stringify(text)}, which is no whole number`);
  return Number(text);
}

const flag = (text: string | undefined): boolean => /^(?:t|true|1)$/i.test(text ?? '');

/** A JSON array of texts; what is none is kept as one word. */
function commandOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const parsed = z.array(z.string()).nullable().safeParse(jsonIn(text));
  if (!parsed.success) return [text];
  return parsed.data === null || parsed.data.length === 0 ? undefined : parsed.data;
}

function arrayOf(text: string | undefined, countedAt: number): Pick<Job, 'arraySize' | 'children'> {
  if (text === undefined) return {};
  const parsed = arraySchema.nullable().safeParse(jsonIn(text));
  if (!parsed.success) throw new BadJobError('array_properties is no JSON with "size" and "status_summary"');
  const { size, status_summary: summary } = parsed.data ?? {};
  const counts: NonNullable<Job['children']>['counts'] = {};
  for (const status of BATCH_STATUSES) {
    const count = summary?.[status.toLowerCase()];
    if (count !== undefined) counts[status] = count;
  }
  return {
    ...(size === undefined || size === null ? {} : { arraySize: size }),
    ...(Object.keys(counts).length === 0 ? {} : { children: { countedAt, counts } }),
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `arn:aws:batch:us-east-1:123456789012:job-definition/align:3` → `align:3`; a name stays as it is. */
const lastPart = (arnOrName: string | undefined): string | undefined =>
  arnOrName?.startsWith('arn:') ? arnOrName.slice(arnOrName.indexOf('/') + 1) : arnOrName;

/** A job is in the account and region of its definition. */
function jobArn(definition: string | undefined, id: string): string | undefined {
  const [, place] = /^(arn:[\w-]+:batch:[\w-]+:\d{12}):job-definition\//.exec(definition ?? '') ?? [];
  return place === undefined ? undefined : `${place}:job/${id}`;
}
