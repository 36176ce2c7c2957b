/**
 * Operations on many jobs: the ids that were shown and confirmed, frozen; who asked; and what became of each.
 *
 * | sk | item |
 * |---|---|
 * | `-` | the operation itself, moved forward by conditional writes |
 * | `ids#<n>` | up to 5,000 of its ids, written once |
 * | `begun#<n>` | the n-th chunk of ids is about to be stopped |
 * | `done#<n>` | the outcome of the n-th chunk of ids, written once: what is there is never done again |
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shortReference } from '../errors';

/** 5,000 ids of 36 to 41 bytes stay under DynamoDB's 400 KB an item. */
const IDS_PER_ITEM = 5_000;
/** An operation that nobody confirmed is forgotten a day after it expired; one that ran is kept with the audit. */
const KEPT_SECONDS = 24 * 3600;

export const outcomeSchema = z.object({
  id: z.string(),
  /** `stopped`: Batch took the request; `ended`: it had finished; `stopping`: somebody's request stood already; `gone`: Batch forgot it. */
  outcome: z.enum(['stopped', 'ended', 'stopping', 'gone', 'failed']),
  why: z.string().optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const operationSchema = z.object({
  op: z.string(),
  /** `asked` → `running` → `done`, or `asked` → `kept`; `halting` once somebody pressed Stop. */
  state: z.enum(['asked', 'kept', 'running', 'halting', 'done']),
  askedBy: z.object({ id: z.string(), name: z.string() }),
  askedAt: z.number(),
  /** After which the confirm button is refused. */
  expiresAtMs: z.number(),
  channel: z.string(),
  /** The search or ids as they were typed. */
  words: z.string(),
  count: z.number().int(),
  /** The queues of all of them; an operation without is on queues that nobody knows. */
  queues: z.array(z.string()).optional(),
  /** What they are, in words: `14 jobs and 2 arrays of 2,030 children`. */
  what: z.string(),
  /** The search as it was typed, or a single job's name. */
  named: z.string(),
  startedBy: z.object({ id: z.string(), name: z.string() }).optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  reason: z.string().optional(),
  /** The message that moves. */
  messageTs: z.string().optional(),
  messageChannel: z.string().optional(),
  leaseUntil: z.number().optional(),
});
export type Operation = z.infer<typeof operationSchema>;

export function operationItems(doc: DynamoDBDocumentClient, table: string) {
  const pk = (op: string) => `OP#${op}`;

  async function items(op: string, begins: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    const pages = paginateQuery(
      { client: doc },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :begins)',
        ExpressionAttributeValues: { ':pk': pk(op), ':begins': begins },
        ConsistentRead: true,
      },
    );
    for await (const { Items } of pages) found.push(...(Items ?? []));
    return found;
  }

  /** Sets fields if the operation is in one of these states; gives the operation as it then is, or undefined. */
  async function move(
    op: string,
    from: readonly Operation['state'][],
    set: Partial<Operation>,
    and?: { condition: string; values: Record<string, unknown> },
  ): Promise<Operation | undefined> {
    const fields = Object.entries(set).filter(([, value]) => value !== undefined);
    const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: pk(op), sk: '-' },
          UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')}`,
          ConditionExpression: [
            `#state IN (${Object.keys(states).join(', ')})`,
            ...(and === undefined ? [] : [and.condition]),
          ].join(' AND '),
          ExpressionAttributeNames: {
            '#state': 'state',
            ...Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
          },
          ExpressionAttributeValues: {
            ...states,
            ...and?.values,
            ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return operationSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    /** Freezes the ids under a new operation id; nothing runs until `start`. */
    async freeze(asked: Omit<Operation, 'op' | 'state' | 'count'>, ids: readonly string[]): Promise<Operation> {
      const operation: Operation = { ...asked, op: shortReference().slice(0, 5), state: 'asked', count: ids.length };
      const expiresAt = Math.ceil(asked.expiresAtMs / 1000) + KEPT_SECONDS;
      for (let n = 0; n * IDS_PER_ITEM < ids.length; n++) {
        const some = ids.slice(n * IDS_PER_ITEM, (n + 1) * IDS_PER_ITEM);
        const sk = `ids#${String(n).padStart(4, '0')}`;
        await doc.send(new PutCommand({ TableName: table, Item: { pk: pk(operation.op), sk, ids: some, expiresAt } }));
      }
      try {
        // The operation comes last, so that one that can be found is whole; its id must be new.
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(operation.op), sk: '-', ...operation },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return await this.freeze(asked, ids);
        throw error;
      }
      return operation;
    },

    async get(op: string): Promise<Operation | undefined> {
      const { Item } = await doc.send(
        new GetCommand({ TableName: table, Key: { pk: pk(op), sk: '-' }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : operationSchema.parse(Item);
    },

    async ids(op: string): Promise<string[]> {
      return (await items(op, 'ids#')).flatMap((item) => z.array(z.string()).parse(item.ids));
    },

    /** The first press wins; undefined for every other one, and after it has expired. */
    start: (op: string, by: { id: string; name: string }, now: number, reason?: string) =>
      move(
        op,
        ['asked'],
        { state: 'running', startedBy: by, startedAt: now, ...(reason === undefined ? {} : { reason }) },
        { condition: 'expiresAtMs > :now', values: { ':now': now } },
      ),
    keep: (op: string) => move(op, ['asked'], { state: 'kept' }),
    halt: (op: string) => move(op, ['running'], { state: 'halting' }),
    finish: (op: string, endedAt: number) => move(op, ['running', 'halting'], { state: 'done', endedAt }),
    /** Remembers the message that moves; only the first one is kept. */
    remember: (op: string, messageChannel: string, messageTs: string) =>
      move(
        op,
        ['running', 'halting', 'done'],
        { messageChannel, messageTs },
        { condition: 'attribute_not_exists(messageTs)', values: {} },
      ),
    /** Takes or keeps the right to work on the operation until `until`; undefined if another worker has it or it is over. */
    lease: (op: string, now: number, until: number, mine?: number) =>
      move(
        op,
        ['running', 'halting'],
        { leaseUntil: until },
        {
          condition: '(attribute_not_exists(leaseUntil) OR leaseUntil < :leaseNow OR leaseUntil = :leaseMine)',
          values: { ':leaseNow': now, ':leaseMine': mine ?? -1 },
        },
      ),

    /**
     * Notes that a chunk is about to be stopped.
     * @returns false when a worker before noted so, and died before it could write what became of it
     */
    async begin(op: string, chunk: number): Promise<boolean> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(op), sk: `begun#${String(chunk).padStart(5, '0')}` },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    /** What became of a chunk; written once, so that a second worker's word counts for nothing. */
    async record(op: string, chunk: number, outcomes: readonly Outcome[]): Promise<void> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(op), sk: `done#${String(chunk).padStart(5, '0')}`, chunk, outcomes },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async outcomes(op: string): Promise<Map<number, Outcome[]>> {
      return new Map(
        (await items(op, 'done#')).map((item) => [
          z.number().parse(item.chunk),
          z.array(outcomeSchema).parse(item.outcomes),
        ]),
      );
    },
  };
}
export type OperationItems = ReturnType<typeof operationItems>;
