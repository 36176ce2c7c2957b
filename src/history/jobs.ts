/** Job items: the truth for ever, read by id and written by one conditional put each. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  paginateScan,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Job, type JobRow, jobSchema } from '../jobs/job';
import { jobPartition, livePartition } from './table';

/** A job as it stands in the table; `version` counts its writes. */
export interface StoredJob {
  job: Job;
  version: number;
  /** Under which `createdAt` a segment holds it, in this or an earlier version. */
  packed?: number | undefined;
}

/** A row as the live index carries it. */
export interface StoredRow {
  row: JobRow;
  version: number;
  packed?: number | undefined;
}

export class DamagedItemError extends Error {
  override name = 'DamagedItemError';
}

/** BatchGetItem takes 100 keys (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const KEYS_PER_READ = 100;

const ROW_FIELDS = {
  id: true,
  name: true,
  queue: true,
  definition: true,
  image: true,
  command: true,
  createdAt: true,
  arraySize: true,
  arrayIndex: true,
  status: true,
  statusReason: true,
  containerReason: true,
  exitCode: true,
  startedAt: true,
  stoppedAt: true,
  seenAt: true,
  cancelled: true,
  terminated: true,
  tags: true,
  children: true,
  lostAt: true,
  maxAttempts: true,
} as const;

const rowSchema = jobSchema.pick(ROW_FIELDS).extend({ attemptCount: z.number().int() });
const storedRowSchema = z.object({ row: rowSchema, version: z.number().int(), packed: z.number().optional() });
const storedJobSchema = storedRowSchema.extend({ rest: jobSchema.omit(ROW_FIELDS) });

/** The columns of a job that a search needs. */
export function rowOf(job: Job): JobRow {
  return rowSchema.parse({ ...job, attemptCount: job.attempts.length });
}

function readBack<T>(schema: z.ZodType<T>, item: Record<string, unknown>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new DamagedItemError(
    `Item ${String(item.pk)} / ${String(item.sk)} of the history is damaged: ${z.prettifyError(parsed.error)}`,
  );
}

function storedJob(item: Record<string, unknown>): StoredJob {
  const { row, rest, version, packed } = readBack(storedJobSchema, item);
  const { attemptCount: _, ...columns } = row;
  return { job: { ...columns, ...rest }, version, packed };
}

export const storedRow = (item: Record<string, unknown>): StoredRow => readBack(storedRowSchema, item);

/** The item for a job's first (`version` 1) or next write. */
export function jobItem({ job, version, packed }: StoredJob, changedAt: number): Record<string, unknown> {
  const row = rowOf(job);
  const rest = Object.fromEntries(Object.entries(job).filter(([field]) => !(field in ROW_FIELDS)));
  return { pk: jobPartition(job.id), sk: job.id, version, packed, row, rest, live: livePartition(job.id), changedAt };
}

export function jobItems(doc: DynamoDBDocumentClient, table: string) {
  /** Reads every page of a Query over one partition of jobs. */
  async function query(id: string, begins: string, limit?: number): Promise<StoredJob[]> {
    const found: StoredJob[] = [];
    const pages = paginateQuery(
      { client: doc, ...(limit === undefined ? {} : { pageSize: limit }) },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begins)',
        ExpressionAttributeValues: { ':pk': jobPartition(id), ':begins': begins },
        ConsistentRead: true,
      },
    );
    for await (const { Items } of pages) {
      found.push(...(Items ?? []).map(storedJob));
      if (limit !== undefined && found.length >= limit) break;
    }
    return found;
  }

  return {
    async get(id: string): Promise<StoredJob | undefined> {
      const { Item } = await doc.send(
        new GetCommand({ TableName: table, Key: { pk: jobPartition(id), sk: id }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : storedJob(Item);
    },

    /** Those of the jobs that are known, in any order. */
    async getMany(ids: readonly string[]): Promise<StoredJob[]> {
      const found: StoredJob[] = [];
      const unique = [...new Set(ids)];
      for (let at = 0; at < unique.length; at += KEYS_PER_READ) {
        let keys: Record<string, unknown>[] | undefined = unique
          .slice(at, at + KEYS_PER_READ)
          .map((id) => ({ pk: jobPartition(id), sk: id }));
        while (keys !== undefined && keys.length > 0) {
          const answer: BatchGetCommandOutput = await doc.send(
            new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
          );
          found.push(...(answer.Responses?.[table] ?? []).map(storedJob));
          // Reads beyond 16 MB or the table's throughput come back as UnprocessedKeys.
          keys = answer.UnprocessedKeys?.[table]?.Keys;
        }
      }
      return found;
    },

    /** Jobs whose id begins so, the first few of them; `prefix` has at least two characters. */
    findByPrefix: (prefix: string, limit: number): Promise<StoredJob[]> => query(prefix, prefix, limit),

    /** Every job of the table, in no order; reads all of it. */
    async *everyJob(): AsyncGenerator<StoredJob & { isLive: boolean }> {
      const pages = paginateScan(
        { client: doc },
        {
          TableName: table,
          FilterExpression: 'begins_with(pk, :job)',
          ExpressionAttributeValues: { ':job': 'JOB#' },
          ConsistentRead: true,
        },
      );
      for await (const { Items } of pages) {
        for (const item of Items ?? []) yield { ...storedJob(item), isLive: item.live !== undefined };
      }
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
        if (error instanceof ConditionalCheckFailedException) return false;
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
          if (error instanceof ConditionalCheckFailedException) return false;
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
