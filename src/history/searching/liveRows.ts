/**
 * The rows of the live index in a warm worker's memory, read again only from where the last look ended. A look that finds
 * other rows puts a new map in the old one's place: a search goes on with the rows it began with.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type StoredRow, storedRow } from '../jobs';
import { LIVE_SHARDS } from '../table';
import { changedRows } from './changedRows';

/** What a look found; it never changes. */
export interface LiveLook {
  rows: ReadonlyMap<string, StoredRow>;
  /** Goes up each time all was read anew. */
  whole: number;
}

export function liveRows(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  let last: LiveLook = { rows: new Map(), whole: 0 };
  let newest = new Array<number>(LIVE_SHARDS).fill(0);
  let reading: Promise<LiveLook> | undefined;
  let isWholeAsked = false;

  async function look(): Promise<LiveLook> {
    const isWhole = isWholeAsked;
    isWholeAsked = false;
    const before: ReadonlyMap<string, StoredRow> = isWhole ? new Map() : last.rows;
    const reached = isWhole ? newest.map(() => 0) : [...newest];
    const fresh = new Map<string, StoredRow>();
    await Promise.all(
      reached.map(async (_, shard) => {
        for await (const items of changedRows(doc, table, shard, reached, now())) {
          for (const item of items) {
            const id = String(item.sk);
            const known = fresh.get(id) ?? before.get(id);
            if (known === undefined || known.version < Number(item.version)) fresh.set(id, storedRow(item));
          }
        }
      }),
    );
    newest = reached;
    if (isWhole) last = { rows: fresh, whole: last.whole + 1 };
    else if (fresh.size > 0) last = { rows: new Map([...before, ...fresh]), whole: last.whole };
    return last;
  }

  /** Brings the rows up to date; calls that come meanwhile share the look that has not begun yet. */
  async function refresh(): Promise<LiveLook> {
    const before = reading;
    if (before !== undefined) await before.catch(() => undefined);
    if (reading === undefined || reading === before) reading = look();
    return await reading;
  }

  return {
    /** As of the last look. */
    get rows(): ReadonlyMap<string, StoredRow> {
      return last.rows;
    },
    refresh,
    /** Reads all anew: jobs that left the index are in it no more, which no look from a moment on can tell. */
    async reread(): Promise<LiveLook> {
      isWholeAsked = true;
      return await refresh();
    },
  };
}
export type LiveRows = ReturnType<typeof liveRows>;
