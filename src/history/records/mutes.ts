/**
 * Mutes: what nobody is told of for a while, why, and until when. Each failure that one holds back is kept once under the
 * mute, so that its end can say how many there were, however often and in which order they came.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { partitionList } from './partitionList';
import { conditionsSchema } from './routes';

export const muteSchema = z.object({
  id: z.string().min(1),
  /** Everything where it is empty. */
  when: conditionsSchema,
  /** Said of an incident: its headline, since its conditions are more than words name. */
  about: z.string().optional(),
  /** The incident whose card it was asked on; what it is about is fixed when that one recovers. */
  incident: z.string().optional(),
  /** The one channel or person that is spared; all of them where it is absent. */
  to: z.string().optional(),
  reason: z.string(),
  /** ms; it ends then at the latest. */
  until: z.number(),
  /** It ends when what it is about succeeds, if that is sooner. */
  untilFixed: z.boolean(),
  by: z.object({ id: z.string(), name: z.string() }),
  /** Where somebody asked for it, and is told of its end. */
  channel: z.string(),
  /** ms */
  at: z.number(),
  /** When it was ended, ms, and why; absent while it lasts. */
  ended: z.object({ at: z.number(), how: z.enum(['over', 'fixed', 'taken']), by: z.string().optional() }).optional(),
  /** Its end was told. */
  told: z.boolean().optional(),
});
export type Mute = z.infer<typeof muteSchema>;

const PARTITION = 'ALERTS#MUTES';
const heldPartition = (id: string): string => `ALERTS#MUTES#${id}`;
/** A mute works no later than this in a process that did not make it itself. */
const FRESH_MS = 2_000;
const DAY_SECONDS = 86_400;
/** How long a mute that ended, and what it held back, are kept. */
const KEPT_SECONDS = 7 * DAY_SECONDS;
/** Counting goes on a page of 1 MB at a time, about 8,000 of these items; more than this is told as "more than". */
export const MOST_COUNTED = 50_000;

export function muteItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const key = (id: string) => ({ pk: PARTITION, sk: id });
  const { list, forget } = partitionList(doc, table, PARTITION, muteSchema, now, FRESH_MS);

  async function change(
    id: string,
    set: Partial<Mute> & { expiresAt?: number },
    condition: string,
  ): Promise<Mute | undefined> {
    const fields = Object.entries(set);
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key(id),
          UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')}`,
          ConditionExpression: `attribute_exists(pk) AND ${condition}`,
          ExpressionAttributeNames: Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
          ExpressionAttributeValues: Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return muteSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    } finally {
      forget();
    }
  }

  return {
    /** Those that last, and those that ended within a week, as they were 2 seconds ago at the latest; or as they are now. */
    list,

    /** The same id again changes nothing. */
    async start(mute: Mute): Promise<void> {
      const expiresAt = Math.ceil(mute.until / 1_000) + KEPT_SECONDS;
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(mute.id), ...mute, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      } finally {
        forget();
      }
    },

    async get(id: string): Promise<Mute | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id), ConsistentRead: true }));
      return Item === undefined ? undefined : muteSchema.parse(Item);
    },

    /** Another end or reason, while it lasts; undefined when it has ended. */
    renew: (id: string, { until, untilFixed, reason, by, at }: Mute) =>
      change(
        id,
        { until, untilFixed, reason, by, at, expiresAt: Math.ceil(until / 1_000) + KEPT_SECONDS },
        'attribute_not_exists(ended)',
      ),

    /** The first to end it wins; undefined for anybody later. */
    end: (id: string, ended: NonNullable<Mute['ended']>) => change(id, { ended }, 'attribute_not_exists(ended)'),

    /** Its end was told; undefined for anybody who told it later. */
    tell: (id: string) => change(id, { told: true }, 'attribute_not_exists(told)'),

    /** Keeps one that it holds back; the same again is one. */
    async hold(mute: Mute, what: string): Promise<void> {
      // A sort key has 1,024 bytes at most.
      const expiresAt = Math.ceil(mute.until / 1_000) + KEPT_SECONDS;
      await doc.send(
        new PutCommand({ TableName: table, Item: { pk: heldPartition(mute.id), sk: what.slice(0, 250), expiresAt } }),
      );
    },

    /** The first so many of what it held back, as `hold` was given them. */
    async heldFirst(id: string, limit: number): Promise<{ what: string[]; hasMore: boolean }> {
      const { Items = [], LastEvaluatedKey } = await doc.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': heldPartition(id) },
          Limit: limit,
        }),
      );
      return { what: Items.map(({ sk }) => String(sk)), hasMore: LastEvaluatedKey !== undefined };
    },

    /** How many it held back; counts no further than `MOST_COUNTED`. */
    async held(id: string): Promise<number> {
      let count = 0;
      let from: Record<string, unknown> | undefined;
      do {
        const { Count = 0, LastEvaluatedKey } = await doc.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': heldPartition(id) },
            Select: 'COUNT',
            ConsistentRead: true,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        count += Count;
        from = LastEvaluatedKey;
      } while (from !== undefined && count < MOST_COUNTED);
      return count;
    },
  };
}
export type MuteItems = ReturnType<typeof muteItems>;
