/** What the front hands to the worker: one thing that somebody asked for, or one thing to go on with. */
import * as z from 'zod';

const person = z.object({
  id: z.string().min(1),
  name: z.string(),
  /** The workspace that the person belongs to; another one than ours in a shared channel. */
  team: z.string().optional(),
});

export const commandRequestSchema = z.object({
  kind: z.literal('command'),
  /** Unique for each thing that a person did: a redelivery has the same. */
  id: z.string().min(1),
  /** What follows `/batch`, typed or carried by a button. */
  text: z.string(),
  typed: z.boolean(),
  user: person,
  channel: z.object({ id: z.string(), name: z.string() }),
  team: z.string().optional(),
  responseUrl: z.string().optional(),
  /** The answer takes the place of the message whose control was pressed. */
  replace: z.boolean(),
  /** What stood in the message's input fields, by their `action_id`. */
  inputs: z.record(z.string(), z.string()),
  /** Asked as this form was opened, only to know whether it is of use: a refusal takes its place, and an answer goes nowhere. */
  form: z.string().optional(),
});
export type CommandRequest = z.infer<typeof commandRequestSchema>;

export const workRequestSchema = z.discriminatedUnion('kind', [
  commandRequestSchema,
  z.object({ kind: z.literal('home'), user: person }),
  /** Go on with a confirmed operation. */
  z.object({ kind: z.literal('operation'), op: z.string().min(1) }),
  /** Look back at an operation that has ended. */
  z.object({ kind: z.literal('lookBack'), op: z.string().min(1) }),
  /** Take this step of following a log, unless somebody did. */
  z.object({ kind: z.literal('follow'), id: z.string().min(1), step: z.number().int() }),
  /** Send what is due for a channel or a person, unless another such request took the place of this one. */
  z.object({ kind: z.literal('deliver'), to: z.string().min(1), wakeAt: z.number() }),
  /** Look at what is watched. */
  z.object({ kind: z.literal('watch'), id: z.string().min(1) }),
]);
export type WorkRequest = z.infer<typeof workRequestSchema>;
