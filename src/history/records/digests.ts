/** Digests: who gets one when, one item each under one key; and what each of them told, worked out once. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Digest, type DigestPlan, digestPlanSchema, digestSchema, type Period } from './digest';
import { partitionList } from './partitionList';

const PARTITION = 'DIGESTS';
const FRESH_MS = 10_000;
const KEPT_SECONDS = 60 * 86_400;

/** What stands for one digest: `C0GENERAL1#daily#1767225600000`. */
export const digestId = (to: string, period: Period, time: number): string => `${to}#${period}#${time}`;

export function digestItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const { list, forget } = partitionList(doc, table, PARTITION, digestPlanSchema, now, FRESH_MS);
  const planKey = (to: string, period: Period) => ({ pk: PARTITION, sk: `${to}#${period}` });
  const key = (id: string) => ({ pk: `DIGEST#${id}`, sk: '-' });

  async function get(id: string): Promise<Digest | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id), ConsistentRead: true }));
    return Item === undefined ? undefined : digestSchema.parse(Item);
  }

  return {
    /** Those that are set, as they were 10 seconds ago at the latest; or as they are now. */
    list,
    get,

    async plan(plan: DigestPlan): Promise<void> {
      await doc.send(new PutCommand({ TableName: table, Item: { ...planKey(plan.to, plan.period), ...plan } }));
      forget();
    },

    /** @returns false when there was none */
    async unplan(to: string, period: Period): Promise<boolean> {
      const { Attributes } = await doc.send(
        new DeleteCommand({ TableName: table, Key: planKey(to, period), ReturnValues: 'ALL_OLD' }),
      );
      forget();
      return Attributes !== undefined;
    },

    /** Keeps what a digest tells; of two at once the first counts. @returns what counts */
    async keep(id: string, digest: Digest): Promise<Digest> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(id), ...digest, expiresAt: Math.ceil(now() / 1_000) + KEPT_SECONDS },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return digest;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return (await get(id)) ?? digest;
      }
    },

    /** The digest of that time needs telling no more, unless its plan is gone, or a later one was told. */
    async told({ to, period }: Pick<DigestPlan, 'to' | 'period'>, time: number): Promise<void> {
      try {
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: planKey(to, period),
            UpdateExpression: 'SET toldAt = :time',
            ConditionExpression: 'toldAt < :time',
            ExpressionAttributeValues: { ':time': time },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      } finally {
        forget();
      }
    },
  };
}
export type DigestItems = ReturnType<typeof digestItems>;
