/**
 * The file format of a history: JSON Lines, one job a line, with the fields of `jobs/job.ts` by their names and times in ms.
 *
 * Each line carries the format's version as `v`, so that files can be cut, sorted, searched and joined by any tool. A line
 * is written the same way whenever the job is the same, with `v` and `id` first: sorted files can be compared.
 */
import * as z from 'zod';
import { isDone, type Job, jobSchema } from '../../jobs/job';
import { isJobId } from '../../jobs/reference';

export const LINE_VERSION = 1;

/** A line or row that is no job: the sentence says why. */
export class BadJobError extends Error {
  override name = 'BadJobError';
}

export interface ReadJob {
  job: Job;
  /** Fields that mean nothing here, as paths: `parameters`, `attempts[].exit`. */
  ignored: readonly string[];
}

/** A greater one is no moment that a date can tell (ECMA-262, "Time Values and Time Range"). */
const LATEST_MS = 8.64e15;

/** Tags as Batch gives them, or as they are kept here with when they were seen. */
const tags = z.union([jobSchema.shape.tags.unwrap(), z.record(z.string(), z.string())]);
const whole = jobSchema.shape;
const lineSchema = jobSchema.extend({
  seenAt: whole.seenAt.optional(),
  whole: whole.whole.default(false),
  attempts: whole.attempts.default([]),
  entered: whole.entered.default({}),
  tags: tags.optional(),
});
type Line = z.infer<typeof lineSchema>;

/** Those of the job itself. */
const TIMES = ['createdAt', 'startedAt', 'stoppedAt', 'seenAt', 'lostAt'] as const satisfies (keyof Job)[];

const FIELDS = Object.keys(jobSchema.shape) as (keyof Job)[];

export function jobLine(job: Job): string {
  const fields = FIELDS.flatMap((field) => (job[field] === undefined ? [] : [[field, inOrder(job[field])]]));
  return JSON.stringify({ v: LINE_VERSION, ...Object.fromEntries(fields) });
}

/** @throws BadJobError */
export function readJobLine(text: string): ReadJob {
  const { v = LINE_VERSION, ...fields } = objectIn(text);
  if (v !== LINE_VERSION) {
    throw new BadJobError(
      `the line is of version ${JSON.stringify(v)} of the format, and this batchbot knows ${LINE_VERSION}`,
    );
  }
  // Other tools write null for what is not known.
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  const parsed = lineSchema.safeParse(known);
  if (!parsed.success) throw new BadJobError(complaint(parsed.error.issues, known));
  return { job: jobOf(parsed.data), ignored: [...new Set(ignoredFields(known, parsed.data))] };
}

function objectIn(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadJobError(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new BadJobError('this is JSON, but not an object');
}

function jobOf(line: Line): Job {
  const { tags: told, seenAt: toldAt, ...rest } = line;
  const { createdAt } = line;
  // Only batchbot knows when a job was seen, and of some jobs no more than that.
  if (createdAt === undefined && toldAt === undefined) throw new BadJobError('createdAt is missing');
  if (createdAt !== undefined && createdAt >= 1e9 && createdAt < 1e10) {
    throw new BadJobError(`createdAt is ${createdAt}, which looks like seconds: times are in milliseconds`);
  }
  const seenAt = toldAt ?? lastTime(line);
  const isOwn = (value: NonNullable<Line['tags']>): value is NonNullable<Job['tags']> =>
    typeof value.values === 'object';
  const values = told === undefined ? {} : { tags: isOwn(told) ? told : { seenAt, values: told } };
  return possible(jobSchema.parse({ ...rest, ...values, seenAt }));
}

/** @throws BadJobError for a job that Batch can't have had: nothing here could show or find it */
export function possible(job: Job): Job {
  if (!isJobId(job.id)) {
    const id = JSON.stringify(job.id.length > 60 ? `${job.id.slice(0, 60)}…` : job.id);
    throw new BadJobError(
      `id is ${id}, which is none of Batch's: a UUID in small letters, with :index for an array's child or #node for a node`,
    );
  }
  const times: [field: string, at: number | undefined][] = [
    ...TIMES.map((field): [string, number | undefined] => [field, job[field]]),
    ...job.attempts.flatMap(({ startedAt, stoppedAt }, n): [string, number | undefined][] => [
      [`attempts.${n}.startedAt`, startedAt],
      [`attempts.${n}.stoppedAt`, stoppedAt],
    ]),
    ...Object.entries(job.entered).map(([state, at]): [string, number] => [`entered.${state}`, at]),
  ];
  for (const [field, at] of times) {
    if (at !== undefined && (at < 0 || at > LATEST_MS))
      throw new BadJobError(`${field} is ${at}, which is no time of a job: times are in milliseconds since 1970`);
  }
  return job;
}

/** When the news of a foreign line was true: the last moment that it tells of. */
export const lastTime = (job: Pick<Job, 'status'> & { [K in Moment]?: number | undefined }): number =>
  Math.max(job.createdAt ?? 0, job.startedAt ?? 0, isDone(job) ? (job.stoppedAt ?? 0) : 0);
type Moment = 'createdAt' | 'startedAt' | 'stoppedAt';

function complaint(issues: readonly z.core.$ZodIssue[], line: Record<string, unknown>): string {
  const told = issues.slice(0, 3).map(({ path, message }) => {
    const [field] = path;
    return typeof field === 'string' && path.length === 1 && line[field] === undefined
      ? `${field} is missing`
      : `${path.join('.')}: ${message.replace(/^Invalid (?:input|option): /, '')}`;
  });
  return told.join('; ');
}

/** The same order of keys, however the table gave them. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, inOrder(member)]),
  );
}

/** What was given and not taken: reading leaves out the fields that it does not know. */
function ignoredFields(given: unknown, taken: unknown, path = ''): string[] {
  if (typeof given !== 'object' || given === null || typeof taken !== 'object' || taken === null) return [];
  if (Array.isArray(given)) {
    return given.flatMap((member, n) => ignoredFields(member, (taken as unknown[])[n], `${path}[]`));
  }
  return Object.entries(given).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return Object.hasOwn(taken, key) ? ignoredFields(value, (taken as Record<string, unknown>)[key], at) : [at];
  });
}
