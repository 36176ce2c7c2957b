/**
 * The buckets of the filter that tells which words like ids stand in no text (`segments/digitFilter.ts`). Unlike other items
 * of the search index they change: they only ever hold more.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { bucketOfHash, DigitFilter, fittingBucket } from '../segments';
import type { Digits } from './searchHead';

export interface DigitBucket {
  filter: DigitFilter;
  packedBytes: number;
}

const keyOf = ({ id, buckets }: Digits, n: number): string => `digits-${id}-${buckets}-${n}`;

/** The keys of all buckets, as manifests and vocabularies have theirs. */
export const bucketKeys = (digits: Digits | undefined): string[] =>
  digits === undefined || digits.stamp === 0 ? [] : Array.from({ length: digits.buckets }, (_, n) => keyOf(digits, n));

export function digitItems(doc: DynamoDBDocumentClient, table: string) {
  const itemKey = (digits: Digits, n: number) => ({ pk: `SEGMENTS#${keyOf(digits, n)}`, sk: '-' });

  async function read(digits: Digits, n: number, isNewest: boolean) {
    const Key = itemKey(digits, n);
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key, ConsistentRead: isNewest }));
    if (!(Item?.bytes instanceof Uint8Array)) return undefined;
    return {
      filter: DigitFilter.read(Item.bytes, `${Key.pk} / -`),
      packedBytes: Item.bytes.length,
      stamp: Number(Item.stamp),
      version: Number(Item.version),
    };
  }

  async function putIf(Item: Record<string, unknown>, known: number | undefined): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item,
          ...(known === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : { ConditionExpression: 'version = :known', ExpressionAttributeValues: { ':known': known } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    /** The bucket that a hash is in, with all that was in it when the head became valid; undefined when it is missing. */
    async digitsOf(digits: Digits, hash: number): Promise<DigitBucket | undefined> {
      const n = bucketOfHash(hash, digits.buckets);
      const soon = await read(digits, n, false);
      // A read that is eventually consistent may miss what was added a moment ago.
      return soon !== undefined && soon.stamp >= digits.stamp ? soon : await read(digits, n, true);
    },

    digitBucket: async (digits: Digits, n: number): Promise<DigitFilter | undefined> =>
      (await read(digits, n, true))?.filter,

    /** Adds to a bucket; what others add meanwhile stays in it. @param stamp the fence of who adds */
    async growBucket(digits: Digits, n: number, more: DigitFilter, stamp: number): Promise<void> {
      for (let isWritten = false; !isWritten; ) {
        const known = await read(digits, n, true);
        const bytes = fittingBucket(known === undefined ? more : known.filter.or(more)).pack();
        const numbers = { stamp: Math.max(stamp, known?.stamp ?? 0), version: (known?.version ?? 0) + 1 };
        isWritten = await putIf({ ...itemKey(digits, n), bytes, ...numbers }, known?.version);
      }
    },
  };
}
