/**
 * The finished jobs that wait in the live index to be packed, some at a time: it may hold half a million of them, and ten
 * thousand that wait to run. So each look goes on where the last one ended, oldest change first.
 */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { isDone } from '../../jobs/job';
import { endedAt, storedRow } from '../jobItem';
import { LIVE_SHARDS, TABLE_LAYOUT } from '../table';

/** As with `liveRows`: index reads are eventually consistent, and writers' clocks differ a little. */
const OVERLAP_MS = 15_000;
/** So often all is looked through again, for what a clock far behind wrote. */
const WHOLE_EVERY_MS = 3_600_000;

export function finishedJobs(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  /** When each ended. */
  const waiting = new Map<string, number>();
  const reached = new Array<number>(LIVE_SHARDS).fill(0);
  let wholeAt = Number.NEGATIVE_INFINITY;

  async function look(shard: number, atMost: number): Promise<void> {
    const since = Math.max(0, Math.min(reached[shard] ?? 0, now()) - OVERLAP_MS);
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
    for await (const { Items } of pages) {
      for (const item of Items ?? []) {
        const { row } = storedRow(item);
        if (isDone(row)) waiting.set(row.id, endedAt(row));
        reached[shard] = Math.max(reached[shard] ?? 0, Number(item[TABLE_LAYOUT.liveIndexSortKey]));
      }
      if (waiting.size >= atMost) return;
    }
  }

  return {
    /** Those that are known to wait, up to about `atMost`. */
    async look(atMost: number): Promise<{ id: string; endedAt: number }[]> {
      if (now() - wholeAt > WHOLE_EVERY_MS) {
        reached.fill(0);
        wholeAt = now();
      }
      for (let shard = 0; shard < LIVE_SHARDS && waiting.size < atMost; shard++) await look(shard, atMost);
      return [...waiting].slice(0, atMost).map(([id, ended]) => ({ id, endedAt: ended }));
    },
    /** They have been packed, or wait no more. */
    taken(some: readonly string[]): void {
      for (const id of some) waiting.delete(id);
    },
  };
}
export type FinishedJobs = ReturnType<typeof finishedJobs>;
