/**
 * A few items under one key, read whole and kept for a moment: what every alert asks for must not cost a read each. An item
 * that another version wrote is left out, since an alert in the wrong place is better than none.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { readablePartition } from './partition';

/** @param freshMs how old a list may be where `lately` is enough */
export function partitionList<T>(
  doc: DynamoDBDocumentClient,
  table: string,
  partition: string,
  schema: z.ZodType<T>,
  now: () => number,
  freshMs: number,
) {
  let known: { at: number; items: Promise<readonly T[]> } | undefined;

  return {
    async list(asOf: 'lately' | 'now' = 'lately'): Promise<readonly T[]> {
      const at = now();
      if (asOf === 'lately' && known !== undefined && at - known.at < freshMs) return await known.items;
      const items = readablePartition(doc, table, partition, schema);
      known = { at, items };
      try {
        return await items;
      } catch (error) {
        known = undefined;
        throw error;
      }
    },
    /** The next look reads them anew. */
    forget: (): void => {
      known = undefined;
    },
  };
}
