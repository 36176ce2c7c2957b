/** The items under one key, read whole. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';

/** As they are now, page by page, in the order of their sort keys. */
export async function* partitionPages(
  doc: DynamoDBDocumentClient,
  table: string,
  partition: string,
): AsyncGenerator<Record<string, unknown>[]> {
  const pages = paginateQuery(
    { client: doc },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) yield Items;
}

/** Those of them that can be read: one that is damaged, or that another version wrote, keeps no other from being seen. */
export async function readablePartition<T>(
  doc: DynamoDBDocumentClient,
  table: string,
  partition: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const found: T[] = [];
  for await (const items of partitionPages(doc, table, partition)) {
    for (const item of items) {
      const { success, data } = schema.safeParse(item);
      if (success) found.push(data);
    }
  }
  return found;
}
