/** What changed in a shard of the live index since somebody looked last, oldest change first. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { TABLE_LAYOUT } from '../table';

/**
 * How far behind the newest change each look starts again. Index reads are eventually consistent and writers' clocks
 * differ a little; rows seen twice cost a read and nothing else.
 */
const OVERLAP_MS = 15_000;

/**
 * The index's items, page by page.
 * @param reached by shard, the newest change seen so far, in ms; raised as pages come
 */
export async function* changedRows(
  doc: DynamoDBDocumentClient,
  table: string,
  shard: number,
  reached: number[],
  now: number,
): AsyncGenerator<Record<string, unknown>[]> {
  // A writer whose clock is ahead must not hide what others write after it.
  const since = Math.max(0, Math.min(reached[shard] ?? 0, now) - OVERLAP_MS);
  const pages = paginateQuery(
    { client: doc },
    {
      TableName: table,
      IndexName: TABLE_LAYOUT.liveIndex,
      KeyConditionExpression: '#live = :live AND changedAt >= :since',
      ExpressionAttributeNames: { '#live': TABLE_LAYOUT.liveIndexPartitionKey },
      ExpressionAttributeValues: { ':live': `LIVE#${shard}`, ':since': since },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items)
      reached[shard] = Math.max(reached[shard] ?? 0, Number(item[TABLE_LAYOUT.liveIndexSortKey]));
    yield Items;
  }
}
