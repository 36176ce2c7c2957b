/**
 * Which operation has taken a job to submit it again, and when: of two that hold the same job, the later one learns of the
 * earlier one before it submits, whoever runs them.
 *
 * | pk | sk | item |
 * |---|---|---|
 * | `RETRIED#<job id>` | `-` | the operation that took it last (expires) |
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

/** Far longer than a preview stands and an operation waits for AWS. */
const KEPT_SECONDS = 7 * 24 * 3_600;
/** BatchGetItem takes 100 keys (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const KEYS_PER_READ = 100;

const claimSchema = z.object({
  op: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  /** ms */
  at: z.number(),
});
export type RetryClaim = z.infer<typeof claimSchema>;

export function retryClaimItems(doc: DynamoDBDocumentClient, table: string) {
  const key = (id: string) => ({ pk: `RETRIED#${id}`, sk: '-' });

  async function readSome(ids: readonly string[]): Promise<Map<string, RetryClaim>> {
    const found = new Map<string, RetryClaim>();
    let Keys: Record<string, unknown>[] = ids.map(key);
    while (Keys.length > 0) {
      const { Responses, UnprocessedKeys } = await doc.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
      );
      for (const item of Responses?.[table] ?? [])
        found.set(z.string().parse(item.pk).slice('RETRIED#'.length), claimSchema.parse(item));
      Keys = UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return found;
  }

  return {
    /**
     * Takes a job for an operation.
     * @param asOf takings up to this moment (ms) were known to whoever confirmed it
     * @returns who took it since, for another operation; undefined when it is taken now
     */
    async claim(id: string, claim: RetryClaim, asOf: number): Promise<RetryClaim | undefined> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(id), ...claim, expiresAt: Math.ceil(claim.at / 1_000) + KEPT_SECONDS },
            ConditionExpression: 'attribute_not_exists(pk) OR #op = :op OR #at <= :asOf',
            ExpressionAttributeNames: { '#op': 'op', '#at': 'at' },
            ExpressionAttributeValues: { ':op': claim.op, ':asOf': asOf },
          }),
        );
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id), ConsistentRead: true }));
        return Item === undefined ? undefined : claimSchema.parse(Item);
      }
    },

    /** Gives a job back of which no new one came. */
    async release(id: string, op: string): Promise<void> {
      try {
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: key(id),
            UpdateExpression: 'SET #at = :never',
            ConditionExpression: '#op = :op',
            ExpressionAttributeNames: { '#op': 'op', '#at': 'at' },
            ExpressionAttributeValues: { ':op': op, ':never': 0 },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    /** Those of the jobs that another operation took after `since` (ms), and who. */
    async takenSince(ids: readonly string[], since: number, op: string): Promise<Map<string, RetryClaim>> {
      const taken = new Map<string, RetryClaim>();
      for (let n = 0; n < ids.length; n += KEYS_PER_READ) {
        for (const [id, claim] of await readSome(ids.slice(n, n + KEYS_PER_READ)))
          if (claim.op !== op && claim.at > since) taken.set(id, claim);
      }
      return taken;
    },
  };
}
export type RetryClaimItems = ReturnType<typeof retryClaimItems>;
