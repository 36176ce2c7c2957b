/** What an incident is: troubles of one kind in one destination that are told by one card. */
import * as z from 'zod';

const ms = z.number().int();

const subjectSchema = z.object({
  kind: z.enum(['definition', 'array', 'workflow', 'queue', 'environment', 'job']),
  name: z.string(),
});

/** What is kept of a cause: two causes of one identity are the same. */
export const toldCauseSchema = z.object({ key: z.string(), identity: z.string(), headline: z.string() });
export type ToldCause = z.infer<typeof toldCauseSchema>;

/**
 * How much one card takes in: one group of troubles; where many groups come at once, all of one cause; and where even
 * causes are many, whatever else comes.
 */
export const BREADTHS = ['group', 'cause', 'gathering'] as const;

/** All of it is fixed when it opens, but the owner and what somebody said of its end: the rest is worked out of its members. */
export const incidentSchema = z.object({
  id: z.string().min(1),
  /** A channel, or a person. */
  to: z.string(),
  occasion: z.string(),
  breadth: z.enum(BREADTHS),
  /** Of what opened it. */
  subject: subjectSchema,
  queue: z.string().optional(),
  cause: toldCauseSchema.optional(),
  /** Without its revision, where a job opened it. */
  definition: z.string().optional(),
  /** Of the job that opened it. */
  jobName: z.string().optional(),
  openedAt: ms,
  owner: z.object({ id: z.string(), name: z.string(), at: ms }).optional(),
  /** That what was so is so no more: since when, and in what words; with who closed it, where somebody did by hand. */
  settled: z.object({ at: ms, word: z.string(), by: z.string().optional() }).optional(),
  /** So many members were told aloud. */
  toldGrowth: z.number().int().optional(),
  /** What its card told last: a hint for lists, which need not read its members. */
  shown: z.object({ isOver: z.boolean(), members: z.number().int(), lastAt: ms }).optional(),
  /** It is off the list of open ones, and nothing joins it any more. */
  closedAt: ms.optional(),
});
export type Incident = z.infer<typeof incidentSchema>;

/** One thing that happened, as an incident keeps it: as much as its card is worked out of. */
export const memberSchema = z.object({
  /** A job's id, or the subject's own name. */
  member: z.string(),
  occasion: z.string(),
  severity: z.enum(['quiet', 'normal', 'urgent']),
  /** When it happened, by AWS's clock. */
  at: ms,
  /** When it was taken in, by ours. */
  joinedAt: ms,
  isJob: z.boolean(),
  /** The job that it was told by, where it is none itself: rules and mutes may be of that. */
  toldBy: z.string().optional(),
  /** A job's name. */
  name: z.string().optional(),
  subject: subjectSchema,
  queue: z.string().optional(),
  /** Without its revision: what succeeds again is the same definition. */
  definition: z.string().optional(),
  cause: toldCauseSchema.optional(),
  /** It never ran, since a job of the same incident had failed that it depends on. */
  isDependent: z.boolean().optional(),
  exitCode: z.number().int().optional(),
  memoryMiB: z.number().optional(),
  told: z.string().optional(),
  /** Where it was to go, if that took nothing then, and how Slack said so. */
  meantFor: z.object({ to: z.string(), code: z.string() }).optional(),
});
export type Member = z.infer<typeof memberSchema>;

/** A success of a definition whose jobs failed in that queue; of several the one that started last. */
export const recoverySchema = z.object({
  definition: z.string(),
  jobId: z.string(),
  startedAt: ms,
  stoppedAt: ms,
  queue: z.string().optional(),
});
export type Recovery = z.infer<typeof recoverySchema>;

/** An incident with all that happened in it, in the order in which it was taken in. */
export interface WholeIncident {
  incident: Incident;
  members: Member[];
  recoveries: Recovery[];
  /** So many of the members lie by themselves: many are worth to be packed. */
  unpacked: number;
}
