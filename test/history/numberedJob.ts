import type { Job } from '../../src/jobs/job';

/** A job's id that begins with its number. */
export const numberedId = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** A finished job, created at the moment of its number. */
export const numberedJob = (n: number, more: Partial<Job> = {}): Job => ({
  id: numberedId(n),
  name: `align-${n}`,
  createdAt: n,
  status: 'SUCCEEDED',
  seenAt: n,
  whole: true,
  attempts: [],
  entered: {},
  ...more,
});
