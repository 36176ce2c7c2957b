/** Job items: the truth for ever, read by id and written by one conditional put each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isDone, type Job, type JobRow } from '../jobs/job';
import { endedAt, jobItem, type StoredJob, storedJob, storedRow } from './jobItem';
import { untoldItems } from './records/untold';
import { jobPartition } from './table';

export { DamagedItemError, jobItem, rowOf, type StoredJob, type StoredRow, storedRow } from './jobItem';

/** BatchGetItem takes 100 keys (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const KEYS_PER_READ = 100;
/** A try of UnprocessedKeys waits twice as long as the one before. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

/** Where a walk through the table goes on. */
export type TablePlace = Record<string, unknown>;

const isRefused = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

/**
 * @param forgottenBefore jobs that ended before this moment (ms) are removed for good, and news of them is no news;
 *   undefined to keep all
 */
export function jobItems(
  doc: DynamoDBDocumentClient,
  table: string,
  forgottenBefore: () => number | undefined = () => undefined,
) {
  /** Reads every page of a Query over one partition of jobs. */
  async function query(id: string, begins: string, limit?: number, isNewest = true): Promise<StoredJob[]> {
    const found: StoredJob[] = [];
    const pages = paginateQuery(
      { client: doc, ...(limit === undefined ? {} : { pageSize: limit }) },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begins)',
        ExpressionAttributeValues: { ':pk': jobPartition(id), ':begins': begins },
        ConsistentRead: isNewest,
      },
    );
    for await (const { Items } of pages) {
      found.push(...(Items ?? []).map(storedJob));
      if (limit !== undefined && found.length >= limit) break;
    }
    return found;
  }

  return {
    /** Those that ended and were told to nobody yet. */
    untold: untoldItems(doc, table),

    async get(id: string): Promise<StoredJob | undefined> {
      const { Item } = await doc.send(
        new GetCommand({ TableName: table, Key: { pk: jobPartition(id), sk: id }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : storedJob(Item);
    },

    /**
     * Those of the jobs that are known, in any order.
     * @param isNewest false for half the price, and jobs as they were a moment ago
     */
    async getMany(ids: readonly string[], isNewest = true): Promise<(StoredJob & { isLive: boolean })[]> {
      const found: (StoredJob & { isLive: boolean })[] = [];
      const unique = [...new Set(ids)];
      for (let at = 0; at < unique.length; at += KEYS_PER_READ) {
        let keys: Record<string, unknown>[] | undefined = unique
          .slice(at, at + KEYS_PER_READ)
          .map((id) => ({ pk: jobPartition(id), sk: id }));
        let pauseMs = FIRST_PAUSE_MS;
        while (keys !== undefined && keys.length > 0) {
          const answer: BatchGetCommandOutput = await doc.send(
            new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: isNewest } } }),
          );
          found.push(...(answer.Responses?.[table] ?? []).map(storedJob));
          // Reads beyond 16 MB or the table's throughput come back as UnprocessedKeys.
          keys = answer.UnprocessedKeys?.[table]?.Keys;
          if (keys === undefined || keys.length === 0) break;
          // A batch that outgrew 16 MB was answered in part; one that was throttled should wait longer each time.
          pauseMs = (answer.Responses?.[table]?.length ?? 0) > 0 ? FIRST_PAUSE_MS : pauseMs * 2;
          await sleep(Math.min(pauseMs, LONGEST_PAUSE_MS));
        }
      }
      return found;
    },

    /**
     * Jobs whose id begins so, the first few of them; `prefix` has at least two characters.
     * @param isNewest as in `getMany`
     */
    findByPrefix: (prefix: string, limit: number, isNewest = true): Promise<StoredJob[]> =>
      query(prefix, prefix, limit, isNewest),

    /** One page of all jobs, in no order, and where the next begins; undefined at the end. */
    async page(
      from?: TablePlace,
    ): Promise<{ stored: (StoredJob & { isLive: boolean })[]; next: TablePlace | undefined }> {
      const { Items, LastEvaluatedKey } = await doc.send(
        new ScanCommand({
          TableName: table,
          FilterExpression: 'begins_with(pk, :job)',
          ExpressionAttributeValues: { ':job': 'JOB#' },
          ConsistentRead: true,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      return { stored: (Items ?? []).map(storedJob), next: LastEvaluatedKey };
    },

    /** The rows of an array's children that failed, as they were a moment ago, in any order: of 10,000 in a tenth of the time. */
    async failedChildren(parentId: string): Promise<JobRow[]> {
      const ofDigit = async (digit: string): Promise<JobRow[]> => {
        const found: JobRow[] = [];
        const pages = paginateQuery(
          { client: doc },
          {
            TableName: table,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begins)',
            FilterExpression: '#row.#status = :failed',
            ProjectionExpression: 'pk, sk, #row, version, packed',
            ExpressionAttributeNames: { '#row': 'row', '#status': 'status' },
            ExpressionAttributeValues: {
              ':pk': jobPartition(parentId),
              ':begins': `${parentId}:${digit}`,
              ':failed': 'FAILED',
            },
          },
        );
        for await (const { Items } of pages) for (const item of Items ?? []) found.push(storedRow(item).row);
        return found;
      };
      return (await Promise.all([...'0123456789'].map(ofDigit))).flat();
    },

    /** The known children of an array, by index as text. */
    children: (parentId: string): Promise<StoredJob[]> => query(parentId, `${parentId}:`),

    /**
     * Writes a job if nobody wrote it since it was read.
     * @param known the version that was read, 0 when the job was not there
     * @param packed as it was read
     * @returns false when somebody else was faster: read, merge and try again
     */
    async put(job: Job, known: number, changedAt: number, packed?: number): Promise<boolean> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: jobItem({ job, version: known + 1, packed }, changedAt),
            ...(known === 0
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : { ConditionExpression: 'version = :known', ExpressionAttributeValues: { ':known': known } }),
          }),
        );
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw error;
      }
    },

    /** Whether a job ended so long ago that it is removed, or is to be. */
    isForgotten(job: Pick<Job, 'status' | 'stoppedAt' | 'createdAt' | 'seenAt'>): boolean {
      const before = forgottenBefore();
      return before !== undefined && (isDone(job) ? endedAt(job) : job.seenAt) < before;
    },
    forgottenBefore,

    /** Removes a job if nobody wrote it since. @returns false when somebody did */
    async remove(id: string, version: number): Promise<boolean> {
      try {
        await doc.send(
          new DeleteCommand({
            TableName: table,
            Key: { pk: jobPartition(id), sk: id },
            ConditionExpression: 'version = :version',
            ExpressionAttributeValues: { ':version': version },
          }),
        );
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw error;
      }
    },

    /**
     * A segment holds the job now: it leaves the live index if nobody wrote it since it was packed; otherwise it stays, and
     * is marked as packed. Either way its version goes up, so that no writer who read it before can undo this.
     * @param version as it was packed
     */
    async leaveLive(id: string, version: number, packed: number): Promise<void> {
      const Key = { pk: jobPartition(id), sk: id };
      const update = async (expression: string, condition: string, values: Record<string, unknown>) => {
        try {
          await doc.send(
            new UpdateCommand({
              TableName: table,
              Key,
              UpdateExpression: expression,
              ConditionExpression: condition,
              ExpressionAttributeValues: { ':one': 1, ':packed': packed, ...values },
            }),
          );
          return true;
        } catch (error) {
          if (isRefused(error)) return false;
          throw error;
        }
      };
      const left = await update('SET packed = :packed, version = version + :one REMOVE live', 'version = :version', {
        ':version': version,
      });
      if (left) return;
      // Already gone from the live index, or marked, by a run that was cut off.
      await update(
        'SET packed = :packed, version = version + :one',
        'attribute_exists(live) AND (attribute_not_exists(packed) OR packed <> :packed)',
        {},
      );
    },
  };
}
export type JobItems = ReturnType<typeof jobItems>;
