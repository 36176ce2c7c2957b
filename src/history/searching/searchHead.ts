/** The one item of the search index that changes: which list of segments is valid, and who may pack. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { DamagedPartError } from '../segments';
import { readIndexItem } from './indexItem';

/** Where the filter is that tells which words like ids stand in no text (`segments/digitFilter.ts`). */
export const digitsSchema = z.object({
  /** Tells it from those of other rebuilds. */
  id: z.string(),
  buckets: z.number().int(),
  /** The fence of the packer that wrote the buckets last: one that is read with less is not read anew yet. 0 for none. */
  stamp: z.number().int(),
  /** What is in the texts of segments that have no vocabulary yet, packed; undefined when that may be anything. */
  pending: z.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array).optional(),
});
export type Digits = z.infer<typeof digitsSchema>;

const headSchema = z.object({
  /** Goes up with every list of segments that becomes valid. */
  generation: z.number().int().default(0),
  /** The keys of the manifests that make up the list, in its order. */
  manifests: z.array(z.string()).default([]),
  /** Segments whose jobs may still be in the live index, or be seen there by a late look. */
  recent: z.array(z.string()).default([]),
  /** Segments of which jobs are to be removed for good: the list calls them dead already. */
  forgetting: z.array(z.string()).default([]),
  /** Those of their jobs are to be removed that ended before this moment (ms): who finishes it may keep jobs longer. */
  forgetBefore: z.number().optional(),
  /** Undefined when a text may hold any such word. */
  digits: digitsSchema.optional(),
  /** Since when the jobs of all `recent` segments have left the live index (ms). */
  clearedAt: z.number().optional(),
  /** The rebuild that is under way: nothing is packed until it has ended. */
  rebuilding: z.string().optional(),
  /** Goes up with every lease: who holds an older one can commit nothing. */
  fence: z.number().int().default(0),
  leaseUntil: z.number().default(0),
});
export type Head = z.infer<typeof headSchema>;

export type Valid = Pick<Head, 'manifests' | 'recent' | 'forgetting' | 'forgetBefore' | 'digits'>;

const HEAD_KEY = { pk: 'SEGMENTS', sk: '-' };

export function searchHead(doc: DynamoDBDocumentClient, table: string) {
  async function update(
    expression: string,
    condition: string,
    values: Record<string, unknown>,
  ): Promise<Head | undefined> {
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: HEAD_KEY,
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return readIndexItem(headSchema, { ...Attributes, ...HEAD_KEY });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  /** @throws DamagedPartError */
  async function head(): Promise<Head> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: HEAD_KEY, ConsistentRead: true }));
    return readIndexItem(headSchema, { ...Item, ...HEAD_KEY });
  }

  return {
    head,

    /** The right to pack until `until`; undefined while another has it. */
    async lease(now: number, until: number): Promise<Head | undefined> {
      try {
        return await update(
          'SET leaseUntil = :until ADD fence :one',
          'attribute_not_exists(leaseUntil) OR leaseUntil < :now',
          { ':until': until, ':now': now, ':one': 1 },
        );
      } catch (error) {
        // DynamoDB adds nothing to a fence that is no number.
        if (error instanceof Error && error.name === 'ValidationException') await head();
        if (error instanceof DamagedPartError) {
          // It is taken by now, and must not keep others from mending it.
          const values = { ':free': 0, ':until': until };
          await update('SET leaseUntil = :free', 'leaseUntil = :until', values).catch(() => undefined);
        }
        throw error;
      }
    },
    release: ({ fence }: Head) => update('SET leaseUntil = :free', 'fence = :fence', { ':free': 0, ':fence': fence }),

    /** The jobs of all `recent` segments have left the live index. */
    cleared: ({ fence }: Head, at: number) =>
      update('SET clearedAt = :at', 'fence = :fence', { ':at': at, ':fence': fence }),
    /** No look at the live index can show jobs of the segments any more that were recent. */
    settled: ({ fence }: Head) => update('SET recent = :none', 'fence = :fence', { ':none': [], ':fence': fence }),
    /** The jobs that the list calls dead are removed. */
    forgot: ({ fence }: Head) =>
      update('SET forgetting = :none REMOVE forgetBefore', 'fence = :fence', { ':none': [], ':fence': fence }),
    /** From here on nothing is packed until the rebuild is committed. */
    beginRebuild: ({ fence }: Head, id: string) =>
      update('SET rebuilding = :id', 'fence = :fence', { ':id': id, ':fence': fence }),

    /** Makes a list of segments the valid one, and ends a rebuild; undefined when another packer has been faster. */
    commit: (
      { generation, fence }: Head,
      { manifests, recent, forgetting, forgetBefore, digits }: Valid,
    ): Promise<Head | undefined> =>
      update(
        `SET generation = :next, manifests = :manifests, recent = :recent, forgetting = :forgetting${
          digits === undefined ? '' : ', digits = :digits'
        }${forgetBefore === undefined ? '' : ', forgetBefore = :before'} REMOVE rebuilding, clearedAt${
          digits === undefined ? ', digits' : ''
        }${forgetBefore === undefined ? ', forgetBefore' : ''}`,
        `fence = :fence AND ${generation === 0 ? 'attribute_not_exists(generation)' : 'generation = :generation'}`,
        {
          ':next': generation + 1,
          ':manifests': manifests,
          ':recent': recent,
          ':forgetting': forgetting,
          ':fence': fence,
          ...(digits === undefined ? {} : { ':digits': digits }),
          ...(forgetBefore === undefined ? {} : { ':before': forgetBefore }),
          ...(generation === 0 ? {} : { ':generation': generation }),
        },
      ),

    /**
     * Puts an empty head in the place of a damaged one. Its numbers are higher than any that were counted up to before: no
     * packer of before can commit, and every search sees that it changed.
     * @returns what was wrong with it; undefined when nothing was
     */
    async mendHead(now: number): Promise<DamagedPartError | undefined> {
      try {
        await head();
        return undefined;
      } catch (error) {
        if (!(error instanceof DamagedPartError)) throw error;
        await doc.send(new PutCommand({ TableName: table, Item: { ...HEAD_KEY, generation: now, fence: now } }));
        return error;
      }
    },
  };
}
