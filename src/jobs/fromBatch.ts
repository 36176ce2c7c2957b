/** Reads what AWS Batch says of a job (an event, DescribeJobs, ListJobs) as a piece of news in the form of a `Job`. */
import { eventSchema, type JobDetail, jobDetailSchema, jobSummarySchema } from './batchShapes';
import { type Attempt, BATCH_STATUSES, type BatchStatus, isDone, type Job } from './job';
import { presentRun, readAttempts } from './presentRun';
import { type Shows, showsNone, TIMEOUT_VARIABLE } from './properties';
import { readProperties } from './readProperties';
import { readWorkload } from './workload';

export { eventSchema };

/** News that can't be understood as a job's: the sentence says what is wrong with it. */
export class MalformedJobError extends Error {
  override name = 'MalformedJobError';
}

export interface BatchEvent {
  /** When the change happened, ms; EventBridge tells whole seconds. */
  time: number;
  type: 'Batch Job State Change' | 'Batch Job Queue Blocked';
  region: string;
  account: string;
  job: Job;
  /** Of a `Batch Job Queue Blocked`: the queue whose head is this job. */
  queueArn?: string;
}

/**
 * A `JobDetail` as DescribeJobs gives it or an event carries it. `seenAt` is when it was true, in ms; `shows` tells which
 * environment variables are kept with their value, and which one holds a timeout.
 * Throws `MalformedJobError` where it has no `jobId`, or no status of Batch's.
 */
export function jobFromDetail(detail: unknown, seenAt: number, shows: Shows = showsNone): Job {
  const { id, status, read } = identify(detail, jobDetailSchema);
  const workload = readWorkload(read, shows.timeoutVariable ?? TIMEOUT_VARIABLE);
  const attempts = readAttempts(read, status);
  const whole = [
    read.attempts,
    read.container,
    read.ecsProperties,
    read.eksProperties,
    read.nodeProperties,
    read.nodeDetails,
  ].some((part) => part !== undefined);
  return withoutAbsent({
    ...identityFacts(read),
    ...workload,
    // What 10,000 children would say once more is kept once, with their parent.
    ...(read.arrayProperties?.index === undefined ? {} : { environmentTimeoutGarbage: undefined }),
    id,
    queue: nameIn(read.jobQueue),
    maxAttempts: read.retryStrategy?.attempts,
    timeoutSeconds: read.timeout?.attemptDurationSeconds,
    platform: platformOf(read),
    dependsOn: nonEmpty(read.dependsOn?.flatMap(({ jobId }) => jobId ?? [])),
    nodes: read.nodeProperties?.numNodes,
    properties: readProperties(read, shows),
    status,
    ...presentRun(read, status, attempts),
    endedAttempts: whole ? attempts.length : undefined,
    seenAt,
    whole,
    attempts,
    entered: {},
    cancelled: read.isCancelled || undefined,
    terminated: read.isTerminated || undefined,
    tags: read.tags && { seenAt, values: ownTags(read.tags) },
    children: childrenOf(read.arrayProperties, seenAt),
  });
}

/** A `JobSummary` of ListJobs, which tells neither the queue it was listed from nor any attempt. */
export function jobFromSummary(summary: unknown, queue: string | undefined, seenAt: number): Job {
  const { id, status, read } = identify(summary, jobSummarySchema);
  const done = isDone({ status });
  return withoutAbsent({
    ...identityFacts(read),
    id,
    queue: nameIn(queue),
    nodes: read.nodeProperties?.numNodes,
    status,
    statusReason: read.statusReason,
    // Before the end these may still be those of an earlier attempt, and a summary has no list to tell by.
    containerReason: done ? read.container?.reason : undefined,
    exitCode: done ? read.container?.exitCode : undefined,
    startedAt: done || status === 'RUNNING' ? read.startedAt : undefined,
    stoppedAt: done ? read.stoppedAt : undefined,
    seenAt,
    whole: false,
    attempts: [],
    entered: {},
    cancelled: read.isCancelled || undefined,
    terminated: read.isTerminated || undefined,
    children: childrenOf(read.arrayProperties, seenAt),
  });
}

/**
 * An event from EventBridge, as an object or as the JSON text in which SQS carries it. `undefined` for an event that is
 * not about a job of Batch; throws `MalformedJobError` for one that is and can't be read.
 */
export function parseBatchEvent(body: unknown, shows: Shows = showsNone): BatchEvent | undefined {
  const event = typeof body === 'string' ? parseJson(body) : body;
  if (typeof event !== 'object' || event === null || !('source' in event) || !('detail-type' in event)) {
    throw new MalformedJobError('This is not an event: it has no "source" or no "detail-type".');
  }
  const ours = eventSchema.shape['detail-type'].safeParse(event['detail-type']).success && event.source === 'aws.batch';
  if (!ours) return undefined;
  const result = eventSchema.safeParse(event);
  if (!result.success) throw new MalformedJobError(`This Batch event has ${complaint(result.error.issues)}.`);
  const read = result.data;
  const time = Date.parse(read.time);
  const job = jobFromDetail(read.detail, time, shows);
  const type = read['detail-type'];
  const blocked = type === 'Batch Job Queue Blocked';
  // A blocked job has been RUNNABLE for long: this event does not tell since when.
  if (!blocked && !isDone(job)) job.entered[`${job.attempts.length + 1}.${job.status}`] = time;
  const queueArn = blocked ? read.resources?.find((arn) => arn.includes(':job-queue/')) : undefined;
  const [, , , region = '', account = ''] = (job.arn ?? '').split(':');
  return {
    time,
    type,
    region: read.region ?? region,
    account: read.account ?? account,
    job,
    ...(queueArn === undefined ? {} : { queueArn }),
  };
}

function identify<T extends { jobId: string; status?: unknown }>(
  news: unknown,
  schema: { safeParse(news: unknown): { success: true; data: T } | { success: false; error: unknown } },
): { id: string; status: BatchStatus; read: T } {
  const result = schema.safeParse(news);
  if (!result.success) throw new MalformedJobError('This is not a job of AWS Batch: it has no "jobId".');
  const { jobId: id, status } = result.data;
  if (status === undefined) throw new MalformedJobError(`Job ${short(id)} comes without a status.`);
  const known = BATCH_STATUSES.find((candidate) => candidate === status);
  if (!known)
    throw new MalformedJobError(
      `Job ${short(id)} has a status that Batch does not know: ${short(JSON.stringify(status))}.`,
    );
  return { id, status: known, read: result.data };
}

function identityFacts(
  read: Pick<JobDetail, 'jobArn' | 'jobName' | 'jobDefinition' | 'createdAt' | 'arrayProperties'>,
): Partial<Undefinable<Job>> {
  return {
    arn: read.jobArn,
    name: read.jobName,
    definition: nameIn(read.jobDefinition),
    createdAt: read.createdAt,
    arraySize: read.arrayProperties?.size,
    arrayIndex: read.arrayProperties?.index,
  };
}

/** `arn:aws:batch:…:job-queue/nightly` → `nightly`; a name stays as it is. */
function nameIn(arnOrName: string | undefined): string | undefined {
  if (!arnOrName?.startsWith('arn:')) return arnOrName;
  return arnOrName.slice(arnOrName.indexOf('/') + 1);
}

function platformOf(read: JobDetail): Job['platform'] {
  if (read.eksProperties || read.eksAttempts?.length) return 'EKS';
  return read.platformCapabilities?.[0] ?? (read.container?.fargatePlatformConfiguration ? 'FARGATE' : undefined);
}

/** Batch adds `resourceArn` to the tags in its events; nobody set it. */
function ownTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== 'resourceArn'));
}

function childrenOf(array: JobDetail['arrayProperties'], seenAt: number): Job['children'] {
  const counts: NonNullable<Job['children']>['counts'] = {};
  for (const status of BATCH_STATUSES) {
    const count = array?.statusSummary?.[status];
    if (typeof count === 'number' && Number.isInteger(count)) counts[status] = count;
  }
  if (Object.keys(counts).length === 0) return undefined;
  return { countedAt: array?.statusSummaryLastUpdatedAt ?? seenAt, counts };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedJobError('This event is not JSON.');
  }
}

function complaint(issues: { path: PropertyKey[]; message: string }[]): string {
  return issues.map((issue) => `a bad "${issue.path.join('.')}" (${issue.message})`).join(', ');
}

function nonEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length ? list : undefined;
}

/** A sentence is for people to read, and news may hold anything. */
function short(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

/** A job from fields of which the optional ones may be `undefined`; those are left out. */
function withoutAbsent(fields: Undefinable<Partial<Job>> & Pick<Job, RequiredField>): Job {
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { ...present, ...required(fields) };
}

type RequiredField = 'id' | 'status' | 'seenAt' | 'whole' | 'attempts' | 'entered';
const required = ({ id, status, seenAt, whole, attempts, entered }: Pick<Job, RequiredField>) => ({
  id,
  status,
  seenAt,
  whole,
  attempts: attempts satisfies Attempt[],
  entered,
});
