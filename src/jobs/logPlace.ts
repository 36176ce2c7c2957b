/** Where in CloudWatch the lines of an attempt are: its own record tells the stream, the job's set-up the group and region. */
import { type Attempt, type ContainerRun, isDone, type Job } from './job';
import { attemptNumber, leftNoTrace } from './lifecycle';

export interface LogPlace {
  group: string;
  stream: string;
  /** If it is not the bot's own (`awslogs-region`). */
  region?: string | undefined;
}

/** Where Batch writes logs unless the job's `logConfiguration` says otherwise. */
const DEFAULT_LOG_GROUP = '/aws/batch/job';
/** Batch begins a stream's name with so much of the definition's (https://docs.aws.amazon.com/batch/latest/userguide/job_states.html). */
const MOST_PREFIX = 200;

/** How many attempts there are to choose from, the one that goes on now among them; at least 1. */
export const newestAttempt = (job: Job): number =>
  Math.max(1, job.attempts.length, isDone(job) ? 0 : attemptNumber(job));

/** What is known of an attempt's run: its own record, or the job's while it goes on. */
const runOf = (job: Job, attempt: number): Attempt | undefined =>
  job.attempts[attempt - 1] ?? (attempt === attemptNumber(job) ? job : undefined);

/** Those of an attempt, where it had several. */
export const containersOf = (job: Job, attempt: number): readonly ContainerRun[] =>
  runOf(job, attempt)?.containers ?? [];

/**
 * Batch names a stream when the container runs. An account that tells of the task alone is enough to know the name, as
 * long as no `awslogs-stream-prefix` is set.
 */
function streamByTask(job: Job, run: Attempt | undefined): string | undefined {
  const definition = job.definition?.split(':')[0];
  const { taskArn } = run ?? {};
  if (run === undefined || taskArn === undefined || definition === undefined) return undefined;
  if (job.platform === 'EKS' || leftNoTrace(run)) return undefined;
  return `${definition.slice(0, MOST_PREFIX)}/default/${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`;
}

/**
 * From the attempt's own record, or the present one's; undefined where there is no stream (yet).
 * @param container one of several by its name; by default the one that tells most of how the attempt went
 */
export function logPlaceOf(job: Job, attempt: number, container?: string): LogPlace | undefined {
  if (job.logDriver !== undefined && job.logDriver !== 'awslogs') return undefined;
  const run = runOf(job, attempt);
  const several = run?.containers ?? [];
  const stream =
    container === undefined || several.length === 0
      ? (run?.logStream ?? (several.length > 0 ? undefined : streamByTask(job, run)))
      : several.find(({ name }) => name === container)?.logStream;
  if (stream === undefined) return undefined;
  const name = several.find(({ logStream }) => logStream === stream)?.name;
  const own = job.properties?.containers?.find((part) => part.name !== undefined && part.name === name);
  return {
    group: own?.logGroup ?? job.logGroup ?? DEFAULT_LOG_GROUP,
    stream,
    region: own?.logRegion ?? job.logRegion,
  };
}
