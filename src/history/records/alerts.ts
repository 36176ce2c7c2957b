/**
 * Cards in channels: claimed before they are posted, so that two deliveries post one; remembered after, so that later
 * news edits them. What a card says is worked out afresh from the jobs each time, never counted up.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const alertSchema = z.object({
  key: z.string(),
  /** The job, or the array's parent, that the card is about. */
  jobId: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  /** Fingerprint of what the card shows. */
  shown: z.string().optional(),
  /** A worker is at it until then (ms). */
  claimedUntil: z.number(),
  /** A later look is already on its way, due then (ms). */
  dueAt: z.number().optional(),
});
export type Alert = z.infer<typeof alertSchema>;

/**
 * A look that is due sooner may read the index before it holds the newest write: index reads are eventually consistent,
 * and usually catch up within a fraction of a second
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html).
 */
const INDEX_LAG_MS = 2_000;

export function alertItems(doc: DynamoDBDocumentClient, table: string) {
  const itemKey = (key: string) => ({ pk: `ALERT#${key}`, sk: '-' });

  async function update(
    key: string,
    expression: string,
    condition: string,
    values: Record<string, unknown>,
    names: Record<string, string> = {},
  ): Promise<Alert | undefined> {
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: itemKey(key),
          UpdateExpression: expression,
          ConditionExpression: condition,
          ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
          ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return alertSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    async get(key: string): Promise<Alert | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: itemKey(key), ConsistentRead: true }));
      return Item === undefined ? undefined : alertSchema.parse(Item);
    },
    /** The right to post or edit the card until `until`; undefined while another worker has it. */
    claim: (key: string, jobId: string, now: number, until: number) =>
      update(
        key,
        'SET #key = :key, jobId = :jobId, claimedUntil = :until',
        'attribute_not_exists(pk) OR claimedUntil < :now',
        { ':key': key, ':jobId': jobId, ':now': now, ':until': until },
        { '#key': 'key' },
      ),
    /** The card stands in the channel and shows this; the claim is given back. */
    shown: (key: string, channel: string, ts: string, shown: string) =>
      update(key, 'SET channel = :channel, ts = :ts, shown = :shown, claimedUntil = :free', 'attribute_exists(pk)', {
        ':channel': channel,
        ':ts': ts,
        ':shown': shown,
        ':free': 0,
      }),
    /** Gives the claim back after a try that posted nothing. */
    release: (key: string) => update(key, 'SET claimedUntil = :free', 'attribute_exists(pk)', { ':free': 0 }),
    /** Marks that a later look is on its way; undefined if one is already that will see what was written until now. */
    schedule: (key: string, now: number, dueAt: number) =>
      update(key, 'SET dueAt = :dueAt', 'attribute_exists(pk) AND (attribute_not_exists(dueAt) OR dueAt < :tooSoon)', {
        ':dueAt': dueAt,
        ':tooSoon': now + INDEX_LAG_MS,
      }),
    /** The later look begins: news from now on needs another one. */
    begin: (key: string) => update(key, 'REMOVE dueAt', 'attribute_exists(pk)', {}),
  };
}
export type AlertItems = ReturnType<typeof alertItems>;
