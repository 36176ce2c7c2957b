/** Where in CloudWatch the lines of an attempt are. */
import type { Job } from './job';
import { attemptNumber } from './lifecycle';

export interface LogPlace {
  group: string;
  stream: string;
  /** If it is not the bot's own (`awslogs-region`). */
  region?: string | undefined;
}

/** Where Batch writes logs unless the job's `logConfiguration` says otherwise. */
export const DEFAULT_LOG_GROUP = '/aws/batch/job';

/** From the attempt's own record, or the present one's; undefined where there is no stream (yet). */
export function logPlaceOf(job: Job, attempt: number): LogPlace | undefined {
  const ended = job.attempts[attempt - 1];
  const stream = ended !== undefined ? ended.logStream : attempt === attemptNumber(job) ? job.logStream : undefined;
  if (stream === undefined) return undefined;
  return { group: job.logGroup ?? DEFAULT_LOG_GROUP, stream, region: job.logRegion };
}
