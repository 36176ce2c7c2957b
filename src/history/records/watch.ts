/** A watch as it is kept: which jobs, for whom, where it is told, and how it ended. */
import * as z from 'zod';
import { standingSchema } from '../../jobs/progress';

const ms = z.number().int();
const personSchema = z.object({ id: z.string(), name: z.string() });

export const watchSchema = z.object({
  id: z.string().min(1),
  /** One job, one array, or several jobs. */
  kind: z.enum(['job', 'array', 'jobs']),
  /** A job's name, or a search in words: `jobs that match "align"`. */
  named: z.string(),
  /** The search that finds these jobs in whatever state, as it is typed after `/batch`; where they came from one. */
  search: z.string().optional(),
  /** What is watched, fixed when it began, where it is little; else it is kept apart. An array stands for its children. */
  ids: z.array(z.string()).optional(),
  /** How many ids. */
  entries: z.number().int(),
  /** How many jobs that is, each array counted by its children. */
  size: z.number().int(),
  by: personSchema,
  /** The channel or the person that is told. */
  to: z.string(),
  startedAt: ms,
  /** How they stood when it began. */
  began: standingSchema,
  lookedAt: ms.optional(),
  /** A look is on its way, due then. */
  lookDueAt: ms.optional(),
});
export type Watch = z.infer<typeof watchSchema>;

export const endedWatchSchema = watchSchema.omit({ lookedAt: true, lookDueAt: true }).extend({
  ended: z.object({
    at: ms,
    /** The jobs ended; somebody stopped it; or it lasted too long. */
    how: z.enum(['over', 'stopped', 'given up']),
    by: personSchema.optional(),
    standing: standingSchema,
  }),
});
export type EndedWatch = z.infer<typeof endedWatchSchema>;
