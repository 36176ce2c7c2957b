/** A digest as it is kept: when it comes and where, and the figures that one told. */
import * as z from 'zod';
import { scheduleSchema } from '../../jobs/schedule';

const ms = z.number().int();
const count = z.number().int();

export const PERIODS = ['daily', 'weekly'] as const;
export type Period = (typeof PERIODS)[number];

export const digestPlanSchema = z.object({
  /** A channel's or a person's id. */
  to: z.string().min(1),
  period: z.enum(PERIODS),
  schedule: scheduleSchema,
  /** A search that the jobs must match, as it is typed; all jobs where it is empty. */
  filter: z.string(),
  /** Nothing is said where there was nothing. */
  skipsEmpty: z.boolean(),
  by: z.object({ id: z.string(), name: z.string() }),
  /** When it was set. */
  at: ms,
  /** The time of the last one that was told; at first when it was set. */
  toldAt: ms,
});
export type DigestPlan = z.infer<typeof digestPlanSchema>;

const endedSchema = z.object({ succeeded: count, failed: count });

export const digestSchema = z.object({
  period: z.enum(PERIODS),
  schedule: scheduleSchema,
  filter: z.string(),
  /** What ended from then until then. */
  from: ms,
  until: ms,
  runs: endedSchema.extend({ vcpuHours: z.number() }),
  /** The seven days before `from`. */
  before: endedSchema,
  /** A budget of reads was spent: there are more. */
  isAtLeast: z.boolean(),
  /** Most first. */
  causes: z.array(z.object({ headline: z.string(), count })),
  /** Of so many failures the causes are; of the others only the number is known. */
  failuresRead: count,
  /** Without their revisions, most failures first. */
  definitions: z.array(z.object({ name: z.string(), failed: count, succeeded: count })),
  /** Queues by how long jobs waited for a place there, longest first. */
  waits: z.array(z.object({ queue: z.string(), jobs: count, p50Seconds: z.number(), p90Seconds: z.number() })),
  /** The longest open first. */
  incidents: z.array(
    z.object({ headline: z.string(), subject: z.string(), openedAt: ms, owner: z.string().optional() }),
  ),
  incidentCount: count,
  mutes: z.array(z.object({ about: z.string(), reason: z.string(), held: count, until: ms })),
  /** Times at which one was to come and nobody told it. */
  missed: z.array(ms),
});
export type Digest = z.infer<typeof digestSchema>;

/** Nothing ended, nothing is open, nothing was held back. */
export const isEmptyDigest = ({ runs, incidentCount, mutes }: Digest): boolean =>
  runs.succeeded + runs.failed + incidentCount === 0 && mutes.every(({ held }) => held === 0);
