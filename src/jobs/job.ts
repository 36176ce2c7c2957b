/**
 * The job as batchbot knows it: AWS Batch's words, flattened, with names in place of ARNs.
 *
 * A `Job` is merged from many pieces of news (see `merge.ts`), each of which may lack most of this, so that nearly every
 * field is optional: a missing piece is never an error.
 */
import * as z from 'zod';
import { propertiesSchema } from './properties';

/** Batch's seven states in the order in which a job passes through them. */
export const BATCH_STATUSES = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

const ms = z.number().int();

/** How one of several containers went, those of a pod too. */
export const containerRunSchema = z.object({
  name: z.string().optional(),
  exitCode: z.number().int().optional(),
  reason: z.string().optional(),
  logStream: z.string().optional(),
});
export type ContainerRun = z.infer<typeof containerRunSchema>;

/** What only a run of several containers, or on EKS, has. */
const runOfSeveral = {
  /** Where there are several, or a pod's. */
  containers: z.array(containerRunSchema).optional(),
  /** On EKS: `namespace/name`, or the name alone. */
  pod: z.string().optional(),
  /** On EKS: the Kubernetes node. */
  podNode: z.string().optional(),
};

/** One run of the container. Batch adds an attempt to the list when the attempt has ended. */
export const attemptSchema = z.object({
  startedAt: ms.optional(),
  stoppedAt: ms.optional(),
  exitCode: z.number().int().optional(),
  /** Why Batch ended the attempt, e.g. `Essential container in task exited`. */
  statusReason: z.string().optional(),
  /** What the container's runtime said, e.g. `OutOfMemoryError: Container killed due to memory usage`. */
  containerReason: z.string().optional(),
  logStream: z.string().optional(),
  taskArn: z.string().optional(),
  containerInstanceArn: z.string().optional(),
  ...runOfSeveral,
});
export type Attempt = z.infer<typeof attemptSchema>;

/** Where an attempt's container ran, as far as it was looked up. */
export const placementSchema = z.object({
  /** Which attempt, counted from 1. */
  attempt: z.number().int(),
  /** `m7g.8xlarge`. */
  instanceType: z.string().optional(),
  /** `us-east-1a`. */
  availabilityZone: z.string().optional(),
  /** `x86_64` or `arm64`. */
  architecture: z.string().optional(),
});
export type Placement = z.infer<typeof placementSchema>;

/** How many children of an array are in each state, and when Batch counted them. */
export const childrenSchema = z.object({
  countedAt: ms,
  counts: z.partialRecord(z.enum(BATCH_STATUSES), z.number().int()),
});

export const jobSchema = z.object({
  // Facts: fixed when the job is submitted.
  /** `uuid`, `uuid:index` for an array's child, `uuid#node` for a node of a multi-node job. */
  id: z.string().min(1),
  arn: z.string().optional(),
  name: z.string().optional(),
  /** The queue's name, not its ARN. */
  queue: z.string().optional(),
  /** `name:revision`. */
  definition: z.string().optional(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  createdAt: ms.optional(),
  vcpus: z.number().optional(),
  memoryMiB: z.number().optional(),
  gpus: z.number().optional(),
  /** Attempts that the retry strategy allows, 1 to 10. */
  maxAttempts: z.number().int().optional(),
  /** Batch's own `attemptDurationSeconds`. */
  timeoutSeconds: z.number().optional(),
  /** The environment variable of the container that holds a timeout (`PYBATCH_TIMEOUT`), counted from submission. */
  environmentTimeoutSeconds: z.number().optional(),
  /** What that variable holds where it is no number of seconds. */
  environmentTimeoutGarbage: z.string().optional(),
  logGroup: z.string().optional(),
  logRegion: z.string().optional(),
  logDriver: z.string().optional(),
  platform: z.enum(['EC2', 'FARGATE', 'EKS']).optional(),
  dependsOn: z.array(z.string()).optional(),
  /** Present on an array's parent. */
  arraySize: z.number().int().optional(),
  /** Present on an array's child, 0-based. */
  arrayIndex: z.number().int().optional(),
  /** Present on a multi-node job. */
  nodes: z.number().int().optional(),
  /** Absent on an array's child: its parent's are its own. */
  properties: propertiesSchema.optional(),

  // State: replaced as a whole by newer news.
  status: z.enum(BATCH_STATUSES),
  statusReason: z.string().optional(),
  /** Of the present attempt, or of the last one once the job has ended. */
  containerReason: z.string().optional(),
  exitCode: z.number().int().optional(),
  startedAt: ms.optional(),
  stoppedAt: ms.optional(),
  logStream: z.string().optional(),
  taskArn: z.string().optional(),
  containerInstanceArn: z.string().optional(),
  ...runOfSeveral,
  /** How many attempts had ended when this state was observed; absent where the news did not tell. */
  endedAttempts: z.number().int().optional(),
  /** When the state above was observed: an event's `time`, or when DescribeJobs answered. */
  seenAt: ms,
  /** False when the news was a fragment (a ListJobs summary, a sparse event); whole news wins over it. */
  whole: z.boolean(),

  // Gathered over the job's life.
  attempts: z.array(attemptSchema),
  /** First time each attempt was seen entering a state: `"1.RUNNABLE"` to ms. */
  entered: z.record(z.string(), ms),
  /** Somebody asked Batch to cancel or terminate it (`isCancelled`, `isTerminated`). */
  cancelled: z.boolean().optional(),
  terminated: z.boolean().optional(),
  tags: z.object({ seenAt: ms, values: z.record(z.string(), z.string()) }).optional(),
  children: childrenSchema.optional(),
  /** Of the latest attempt that was looked up; Batch itself does not tell it. */
  placement: placementSchema.optional(),
  /** Since when a job that had not ended can no longer be found in Batch. */
  lostAt: ms.optional(),
});
export type Job = z.infer<typeof jobSchema>;

/**
 * What a search matches, filters, sorts and lists, what statistics add up, and what is looked at every minute of jobs that
 * live: the columns of a `Job` that they need.
 */
export type JobRow = Pick<
  Job,
  | 'id'
  | 'name'
  | 'queue'
  | 'definition'
  | 'image'
  | 'command'
  | 'createdAt'
  | 'arraySize'
  | 'arrayIndex'
  | 'status'
  | 'statusReason'
  | 'containerReason'
  | 'exitCode'
  | 'startedAt'
  | 'stoppedAt'
  | 'seenAt'
  | 'cancelled'
  | 'terminated'
  | 'tags'
  | 'children'
  | 'lostAt'
  | 'maxAttempts'
  | 'vcpus'
  | 'memoryMiB'
  | 'placement'
  | 'timeoutSeconds'
  | 'environmentTimeoutSeconds'
> & {
  attemptCount: number;
  /** Of the last or present attempt; `STAGES` in `statistics.ts` says what they are. */
  runnableMs?: number | undefined;
  startingMs?: number | undefined;
  /** How long the containers of the attempts before it ran. */
  earlierRunMs?: number | undefined;
};

export const isDone = (job: Pick<Job, 'status'>): boolean => job.status === 'SUCCEEDED' || job.status === 'FAILED';
/** A job that vanished from Batch before it ended; any newer news of it undoes this. */
export const isLost = (job: Pick<Job, 'status' | 'lostAt' | 'seenAt'>): boolean =>
  !isDone(job) && job.lostAt !== undefined && job.lostAt > job.seenAt;
/** `uuid:12` → `uuid`; undefined for a job that is no array child. */
export const arrayParentOf = (id: string): string | undefined => {
  const colon = id.indexOf(':');
  return colon < 0 ? undefined : id.slice(0, colon);
};
/** The person who submitted it: the tag `submitter`, or `user`, in any case. */
export const userOf = (job: Pick<Job, 'tags'>): string | undefined => {
  const values = Object.entries(job.tags?.values ?? {});
  for (const key of ['submitter', 'user']) {
    const hit = values.find(([name]) => name.toLowerCase() === key);
    if (hit) return hit[1];
  }
  return undefined;
};
