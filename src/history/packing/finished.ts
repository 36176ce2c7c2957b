/**
 * The finished jobs that wait in the live index to be packed, some at a time: it may hold half a million of them, and ten
 * thousand that wait to run. So each look goes on where the last one ended, oldest change first.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isDone } from '../../jobs/job';
import { endedAt, storedRow } from '../jobItem';
import { changedRows } from '../searching/changedRows';
import { LIVE_SHARDS } from '../table';

/** So often all is looked through again, for what a clock far behind wrote. */
const WHOLE_EVERY_MS = 3_600_000;

export function finishedJobs(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  /** When each ended. */
  const waiting = new Map<string, number>();
  const reached = new Array<number>(LIVE_SHARDS).fill(0);
  let wholeAt = Number.NEGATIVE_INFINITY;

  async function look(shard: number, atMost: number): Promise<void> {
    for await (const items of changedRows(doc, table, shard, reached, now())) {
      for (const item of items) {
        const { row } = storedRow(item);
        if (isDone(row)) waiting.set(row.id, endedAt(row));
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
