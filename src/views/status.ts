/** A job's state as a sign and a word: never the sign alone. */
import { isLost, type JobRow } from '../jobs/job';

type Stated = Pick<JobRow, 'status' | 'lostAt' | 'seenAt'>;

const SIGNS = {
  SUBMITTED: '◌',
  PENDING: '◌',
  RUNNABLE: '◔',
  STARTING: '◑',
  RUNNING: '▶',
  SUCCEEDED: '✔',
  FAILED: '✖',
  LOST: '?',
} as const;

/** An array's parent stays PENDING while its children run (https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html). */
const shown = (job: Stated): keyof typeof SIGNS => (isLost(job) ? 'LOST' : job.status);

export const sign = (job: Stated): string => SIGNS[shown(job)];
/** `running`, `failed`, `lost`. */
export const stateWord = (job: Stated): string => shown(job).toLowerCase();
