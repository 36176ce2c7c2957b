/** A whole job as a list shows it. */
import type { Job, JobRow } from '../jobs/job';

export const rowForList = (job: Job): JobRow => ({ ...job, attemptCount: job.attempts.length });
