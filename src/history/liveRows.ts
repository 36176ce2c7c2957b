/** The rows of the live index in a warm worker's memory, read again only from where the last look ended. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type StoredRow, storedRow } from './jobs';
import { LIVE_SHARDS, TABLE_LAYOUT } from './table';

/**
 * How far behind the newest row each look starts again. Index reads are eventually consistent and writers' clocks
 * differ a little; rows seen twice cost a read and nothing else.
 */
const OVERLAP_MS = 15_000;

export function liveRows(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const rows = new Map<string, StoredRow>();
  const newest = new Array<number>(LIVE_SHARDS).fill(0);
  let reading: Promise<void> | undefined;
  let revision = 0;

  async function readShard(shard: number): Promise<void> {
    // A writer whose clock is ahead must not hide what others write after it.
    const since = Math.max(0, Math.min(newest[shard] ?? 0, now()) - OVERLAP_MS);
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
        const known = rows.get(String(item.sk));
        if (known === undefined || known.version < Number(item.version)) {
          const stored = storedRow(item);
          rows.set(stored.row.id, stored);
          revision++;
        }
        newest[shard] = Math.max(newest[shard] ?? 0, Number(item[TABLE_LAYOUT.liveIndexSortKey]));
      }
    }
  }

  /** Brings the rows up to date; calls that come meanwhile share the look that has not begun yet. */
  async function refresh(): Promise<void> {
    const before = reading;
    if (before !== undefined) await before.catch(() => undefined);
    if (reading === undefined || reading === before) {
      reading = Promise.all(newest.map((_, shard) => readShard(shard))).then(() => undefined);
    }
    await reading;
  }

  return {
    rows: rows as ReadonlyMap<string, StoredRow>,
    /** Another number whenever the rows may have changed. */
    get revision(): number {
      return revision;
    },
    refresh,
    /** Reads all anew: jobs that left the index are in it no more, which no look from a moment on can tell. */
    async reread(): Promise<void> {
      rows.clear();
      revision++;
      newest.fill(0);
      await refresh();
    },
  };
}
export type LiveRows = ReturnType<typeof liveRows>;
