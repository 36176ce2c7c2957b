/**
 * What was done about jobs that take too long, each thing once a job, whoever dies over it: the claim to stop it, the
 * warnings before, and since when it is known to be terminated.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shortReference } from '../../errors';

/** What is done once a job, or once for each of its limits: these are told apart by when they are over (ms). */
export type TimeoutMark = `warned ${number}` | 'terminated';

const claimSchema = z.object({ auditReference: z.string(), /** ms */ firstAt: z.number() });
export type StopClaim = z.infer<typeof claimSchema>;

const garbageSchema = z.object({
  /** When it was told (ms). */
  at: z.number(),
  /** When the job that was told of was submitted (ms). */
  submittedAt: z.number().optional(),
  /** When a job that was submitted later was seen to have a timeout (ms). */
  mendedAt: z.number().optional(),
});
export type ToldGarbage = z.infer<typeof garbageSchema>;

/** Batch forgets a job 7 days after its end. */
const KEPT_SECONDS = 30 * 86_400;

export function timeoutStopItems(doc: DynamoDBDocumentClient, table: string) {
  const key = (id: string, what: 'stop' | TimeoutMark) => ({ pk: `TIMEOUT#${id}`, sk: what });
  const garbageKey = (definition: string) => ({ pk: `TIMEOUT#GARBAGE#${definition}`, sk: '-' });
  const expiresAt = (now: number): number => Math.ceil(now / 1_000) + KEPT_SECONDS;

  async function updateStop(id: string, expression: string, values: Record<string, unknown>, condition?: string) {
    return await doc.send(
      new UpdateCommand({
        TableName: table,
        Key: key(id, 'stop'),
        UpdateExpression: expression,
        ...(condition === undefined ? {} : { ConditionExpression: condition }),
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_OLD',
      }),
    );
  }

  async function marked(id: string, what: TimeoutMark): Promise<number | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id, what), ConsistentRead: true }));
    return Item === undefined ? undefined : z.number().parse(Item.at);
  }

  return {
    /**
     * The right to stop a job, until `until` (ms). Whoever has it after somebody else asks Batch first whether the stop came
     * about.
     * @returns when it was first claimed, and a reference of its own; undefined while another has the right, and for ever
     *   once Batch took the request
     */
    async claim(id: string, now: number, until: number): Promise<StopClaim | undefined> {
      const claim = { auditReference: shortReference(), firstAt: now };
      try {
        const { Attributes } = await updateStop(
          id,
          'SET auditReference = if_not_exists(auditReference, :reference), firstAt = if_not_exists(firstAt, :now), claimedUntil = :until, expiresAt = :expires',
          { ':reference': claim.auditReference, ':now': now, ':until': until, ':expires': expiresAt(now) },
          'attribute_not_exists(pk) OR (attribute_not_exists(askedAt) AND claimedUntil <= :now)',
        );
        return Attributes === undefined ? claim : claimSchema.parse(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },

    /** Batch took the request: nobody makes another. */
    async asked(id: string, now: number): Promise<void> {
      await updateStop(id, 'SET askedAt = :now', { ':now': now }, 'attribute_exists(pk)');
    },

    /** When Batch took our request to stop a job (ms); undefined where it never did. */
    async askedAt(id: string): Promise<number | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id, 'stop') }));
      return z.number().optional().parse(Item?.askedAt);
    },

    /**
     * Batch refused it; it is tried again at `until` (ms).
     * @returns whether it did so for the first time
     */
    async refused(id: string, now: number, until: number): Promise<boolean> {
      const { Attributes } = await updateStop(
        id,
        'SET refusedAt = if_not_exists(refusedAt, :now), claimedUntil = :until',
        { ':now': now, ':until': until },
        'attribute_exists(pk)',
      );
      return Attributes?.refusedAt === undefined;
    },

    /** Gives the right back, for whoever comes next. */
    async release(id: string): Promise<void> {
      await updateStop(id, 'SET claimedUntil = :over', { ':over': 0 }, 'attribute_exists(pk)');
    },

    /** When (ms) that was first noted of a job; undefined if it never was. */
    marked,

    /** Notes it, unless it is noted. @returns when it was first noted (ms) */
    async mark(id: string, what: TimeoutMark, now: number): Promise<number> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(id, what), at: now, expiresAt: expiresAt(now) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return now;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return (await marked(id, what)) ?? now;
      }
    },

    /** When it was told that a definition's jobs have a timeout that is none; undefined if it never was. */
    async garbageOf(definition: string): Promise<ToldGarbage | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: garbageKey(definition) }));
      return Item === undefined ? undefined : garbageSchema.parse(Item);
    },
    async garbageTold(definition: string, told: ToldGarbage): Promise<void> {
      await doc.send(new PutCommand({ TableName: table, Item: { ...garbageKey(definition), ...told } }));
    },
    /** A job that was submitted later than the one that was told of has a timeout. */
    async garbageMended(definition: string, now: number): Promise<void> {
      await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: garbageKey(definition),
          UpdateExpression: 'SET mendedAt = :now',
          ExpressionAttributeValues: { ':now': now },
        }),
      );
    },
  };
}
export type TimeoutStopItems = ReturnType<typeof timeoutStopItems>;
