/** An operation on many jobs as it is kept: what was asked, confirmed and done; and what became of one job of it. */
import * as z from 'zod';
import { BATCH_STATUSES } from '../../jobs/job';

/** What operations do with their jobs, by the verb that asks for it; `src/commands/operations/` has a file for each. */
export const OPERATION_KINDS = ['cancel', 'retry', 'clear'] as const;
export type OperationKindName = (typeof OPERATION_KINDS)[number];

export const outcomeSchema = z.object({
  id: z.string(),
  /** As the operation's kind calls it; in every kind, `failed` is what may be tried again. */
  outcome: z.string(),
  why: z.string().optional(),
  /** The job that was submitted in its place. */
  newId: z.string().optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** How many jobs came to which outcome. */
export type Tally = Readonly<Record<string, number>>;

/** What a preview tells of its jobs, so that each of its pages tells the same. */
export const factsSchema = z.object({
  /** What is done to them, where the verb does not tell all, in a sentence: `With twice the memory; otherwise as they were.` */
  does: z.string().optional(),
  states: z.string(),
  queues: z.string(),
  owners: z.string(),
  /** `createdAt` of the oldest and the newest, ms. */
  oldest: z.number().optional(),
  newest: z.number().optional(),
  /** Whole sentences to be known before it is confirmed. */
  notes: z.array(z.string()).default([]),
  /** Another preview that somebody may have meant instead. */
  instead: z.object({ label: z.string(), command: z.string() }).optional(),
});
export type Facts = z.infer<typeof factsSchema>;

const personSchema = z.object({ id: z.string(), name: z.string() });

export const operationSchema = z.object({
  op: z.string(),
  kind: z.enum(OPERATION_KINDS).default('cancel'),
  /** `asked` → `running` → `done`, or `asked` → `kept`; `halting` once somebody pressed Stop. */
  state: z.enum(['asked', 'kept', 'running', 'halting', 'done']),
  askedBy: personSchema,
  askedAt: z.number(),
  /** After which the confirm button is refused. */
  expiresAtMs: z.number(),
  channel: z.string(),
  /** The search or ids as they were typed. */
  words: z.string(),
  /** How many ids are frozen. */
  count: z.number().int(),
  /** How many jobs that is, each array counted by its children: the number to type where it is large. */
  size: z.number().int().optional(),
  /** The ids came from a search, which may find more by the time of the press. */
  searched: z.boolean().optional(),
  /** The states that were asked for: a job that is in another one by the time of the act is left alone. Absent where none was. */
  states: z.array(z.enum(BATCH_STATUSES)).optional(),
  /** What they are, in words: `14 jobs and 2 arrays of 2,030 children`. */
  what: z.string(),
  /** The queues of all its jobs; absent where that of one is not known. */
  queues: z.array(z.string()).optional(),
  /** The search as it was typed, or a single job's name. */
  named: z.string(),
  facts: factsSchema.optional(),
  /** What the kind needs to know beyond the ids. */
  settings: z.record(z.string(), z.string()).optional(),
  startedBy: personSchema.optional(),
  startedAt: z.number().optional(),
  /** The request that confirmed it, which may come again. */
  startedFrom: z.string().optional(),
  /** The channel in which it was confirmed. */
  startedIn: z.string().optional(),
  /**
   * Who confirmed it was told before, and confirmed it all the same: that its search finds more by now (`grown`), or that
   * others retried some of its jobs since it was asked for (`retried`).
   */
  knowing: z.enum(['grown', 'retried']).optional(),
  endedAt: z.number().optional(),
  reason: z.string().optional(),
  /** The message that moves. */
  messageTs: z.string().optional(),
  messageChannel: z.string().optional(),
  leaseUntil: z.number().optional(),
  /** All chunks before this one are done, with this tally. */
  doneChunks: z.number().int().default(0),
  tally: z.record(z.string(), z.number()).default({}),
  /** How often in a row a worker gave up before a chunk more was done. */
  setbacks: z.number().int().default(0),
  /** Its ids stand in the audit, with who confirmed them. */
  prepared: z.boolean().optional(),
  /** When the message comes by which a worker goes on, after AWS held one up. */
  wakeAt: z.number().optional(),
  /** When its end was told in Slack. */
  toldAt: z.number().optional(),
});
export type Operation = z.infer<typeof operationSchema>;

/** What is told when it is asked for; the rest follows. */
export type AskedOperation = Omit<
  Operation,
  'op' | 'state' | 'count' | 'doneChunks' | 'tally' | 'setbacks' | 'leaseUntil' | 'toldAt'
>;

export function tallyOf(outcomes: Iterable<Outcome>, before: Tally = {}): Tally {
  const sums: Record<string, number> = { ...before };
  for (const { outcome } of outcomes) sums[outcome] = (sums[outcome] ?? 0) + 1;
  return sums;
}
