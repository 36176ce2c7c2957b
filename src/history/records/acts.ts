/**
 * Single acts that are asked for, shown, and done at one press: a queue's switch, a change of roles. What was shown is kept
 * under the act's operation id, so that a press can only bring about that.
 *
 * Asked, then confirmed and done, or kept; moved on by conditional writes. One that nobody confirmed is forgotten after a day.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shortReference } from '../../errors';

const KEPT_SECONDS = 24 * 3_600;
const OP_LETTERS = 5;

const personSchema = z.object({ id: z.string(), name: z.string() });

export const actSchema = z.object({
  op: z.string(),
  verb: z.enum(['queue', 'roles']),
  state: z.enum(['asked', 'kept', 'confirmed', 'done']),
  /** What followed the verb, as typed. */
  words: z.string(),
  askedBy: personSchema,
  /** ms; after `expiresAtMs` it can't be confirmed. */
  askedAt: z.number(),
  expiresAtMs: z.number(),
  /** What is to be done, as its verb reads it. */
  plan: z.string(),
  confirmedBy: personSchema.optional(),
  confirmedAt: z.number().optional(),
  /** Until when whoever is at it is taken to be alive. */
  leaseUntil: z.number().optional(),
});
export type Act = z.infer<typeof actSchema>;

export type AskedAct = Omit<Act, 'op' | 'state' | 'confirmedBy' | 'confirmedAt' | 'leaseUntil'>;

export function actItems(doc: DynamoDBDocumentClient, table: string) {
  const key = (op: string) => ({ pk: `ACT#${op}`, sk: '-' });

  /** @returns the act as it then is; undefined where the condition does not hold */
  async function move(op: string, set: Partial<Act>, condition: string, values: Record<string, unknown>) {
    const fields = Object.entries(set);
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key(op),
          UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :new_${field}`).join(', ')}`,
          ConditionExpression: condition,
          ExpressionAttributeNames: {
            '#state': 'state',
            ...Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
          },
          ExpressionAttributeValues: {
            ...values,
            ...Object.fromEntries(fields.map(([field, value]) => [`:new_${field}`, value])),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return actSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    /** Keeps what is shown under a new operation id. */
    async freeze(asked: AskedAct): Promise<Act> {
      const act: Act = { ...asked, op: shortReference().slice(0, OP_LETTERS), state: 'asked' };
      const expiresAt = Math.ceil(asked.expiresAtMs / 1_000) + KEPT_SECONDS;
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(act.op), ...act, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return await this.freeze(asked);
        throw error;
      }
      return act;
    },

    async get(op: string): Promise<Act | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(op), ConsistentRead: true }));
      return Item === undefined ? undefined : actSchema.parse(Item);
    },

    /** The first press wins; undefined for every other one, and after it has expired. */
    confirm: (op: string, by: { id: string; name: string }, now: number, leaseMs: number) =>
      move(
        op,
        { state: 'confirmed', confirmedBy: by, confirmedAt: now, leaseUntil: now + leaseMs },
        '#state = :asked AND expiresAtMs > :now',
        { ':asked': 'asked', ':now': now },
      ),
    /** Takes up what was confirmed by somebody who died over it; undefined while they may be alive. */
    takeUp: (op: string, now: number, leaseMs: number) =>
      move(op, { leaseUntil: now + leaseMs }, '#state = :confirmed AND leaseUntil < :now', {
        ':confirmed': 'confirmed',
        ':now': now,
      }),
    /** As it was before the press, which came to nothing. */
    reopen: (op: string) => move(op, { state: 'asked' }, '#state = :confirmed', { ':confirmed': 'confirmed' }),
    finish: (op: string) => move(op, { state: 'done' }, '#state = :confirmed', { ':confirmed': 'confirmed' }),
    keep: (op: string) => move(op, { state: 'kept' }, '#state = :asked', { ':asked': 'asked' }),
  };
}
export type ActItems = ReturnType<typeof actItems>;
