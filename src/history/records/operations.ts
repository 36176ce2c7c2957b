/**
 * Operations on many jobs: the ids that were shown and confirmed, frozen; who asked; and what became of each.
 *
 * | sk | item |
 * |---|---|
 * | `-` | the operation itself, moved forward by conditional writes |
 * | `ids#<n>` | up to 5,000 of its ids, written once |
 * | `begun#<n>` | what is about to be done with the n-th chunk of ids, written once |
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
import { shortReference } from '../../errors';
import { type AskedOperation, type Operation, type Outcome, operationSchema, type Tally } from './operation';
import { packOutcomes, unpackOutcomes } from './packedOutcomes';

/** 5,000 ids of 36 to 41 bytes stay under DynamoDB's 400 KB an item. */
const IDS_PER_ITEM = 5_000;
/** An operation that nobody confirmed is forgotten a day after it expired; one that ran is kept. */
const KEPT_SECONDS = 24 * 3600;

const idItem = (n: number): string => `ids#${String(n).padStart(4, '0')}`;
const chunkItem = (of: 'begun' | 'done', n: number): string => `${of}#${String(n).padStart(5, '0')}`;

export function operationItems(doc: DynamoDBDocumentClient, table: string) {
  const pk = (op: string) => `OP#${op}`;

  async function read(op: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: pk(op), sk }, ConsistentRead: true }),
    );
    return Item;
  }

  const idsIn = async (op: string, n: number): Promise<string[]> =>
    z.array(z.string()).parse((await read(op, idItem(n)))?.ids ?? []);

  /** Sets fields if the operation is in one of these states; gives the operation as it then is, or undefined. */
  async function move(
    op: string,
    from: readonly Operation['state'][],
    set: Partial<Operation>,
    and?: { condition: string; values: Record<string, unknown> },
    remove = '',
  ): Promise<Operation | undefined> {
    const fields = Object.entries(set).filter(([, value]) => value !== undefined);
    const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: pk(op), sk: '-' },
          UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')} ${remove}`.trim(),
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
    async freeze(asked: AskedOperation, ids: readonly string[]): Promise<Operation> {
      const operation: Operation = {
        ...asked,
        op: shortReference().slice(0, 5),
        state: 'asked',
        count: ids.length,
        doneChunks: 0,
        tally: {},
        setbacks: 0,
      };
      const expiresAt = Math.ceil(asked.expiresAtMs / 1000) + KEPT_SECONDS;
      for (let n = 0; n * IDS_PER_ITEM < ids.length; n++) {
        const some = ids.slice(n * IDS_PER_ITEM, (n + 1) * IDS_PER_ITEM);
        const Item = { pk: pk(operation.op), sk: idItem(n), ids: some, expiresAt };
        await doc.send(new PutCommand({ TableName: table, Item }));
      }
      try {
        // The operation comes last, so that one that can be found is whole; its id must be new.
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(operation.op), sk: '-', ...operation, expiresAt },
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
      const item = await read(op, '-');
      return item === undefined ? undefined : operationSchema.parse(item);
    },

    /** All frozen ids, in the order in which they were shown. */
    async ids(op: string): Promise<string[]> {
      const all: string[] = [];
      for (let n = 0; ; n++) {
        const some = await idsIn(op, n);
        all.push(...some);
        if (some.length < IDS_PER_ITEM) return all;
      }
    },

    /** The frozen ids in chunks of `size`, numbered from 0, beginning with chunk `from`; a few thousand at a time in memory. */
    async *chunks(op: string, size: number, from = 0): AsyncGenerator<{ n: number; ids: string[] }> {
      let part = Math.floor((from * size) / IDS_PER_ITEM);
      let held = (await idsIn(op, part)).slice((from * size) % IDS_PER_ITEM);
      for (let n = from; ; n++) {
        while (held.length < size) {
          const more = await idsIn(op, ++part);
          if (more.length === 0) break;
          held = [...held, ...more];
        }
        if (held.length === 0) return;
        yield { n, ids: held.slice(0, size) };
        held = held.slice(size);
      }
    },

    /** The first press wins; undefined for every other one, and after it has expired. */
    start: (op: string, by: { id: string; name: string }, now: number, reason?: string) =>
      move(
        op,
        ['asked'],
        { state: 'running', startedBy: by, startedAt: now, ...(reason === undefined ? {} : { reason }) },
        { condition: 'expiresAtMs > :now', values: { ':now': now } },
        'REMOVE expiresAt',
      ),
    keep: (op: string) => move(op, ['asked'], { state: 'kept' }),
    halt: (op: string) => move(op, ['running'], { state: 'halting' }),
    finish: (op: string, endedAt: number) => move(op, ['running', 'halting'], { state: 'done', endedAt }),
    /** Notes that its end stands in Slack. */
    told: (op: string, toldAt: number) => move(op, ['done'], { toldAt }),
    /** Remembers the message that moves; only the first one is kept. */
    remember: (op: string, messageChannel: string, messageTs: string) =>
      move(
        op,
        ['running', 'halting', 'done'],
        { messageChannel, messageTs },
        { condition: 'attribute_not_exists(messageTs)', values: {} },
      ),
    /**
     * Takes or keeps the right to work on the operation until `until`, and notes how far it is; undefined if another worker
     * has it or there is nothing left to do.
     * @param mine until when the caller has it already
     */
    lease: (
      op: string,
      { now, until, mine }: { now: number; until: number; mine?: number | undefined },
      progress: { doneChunks?: number; tally?: Tally; setbacks?: number } = {},
    ) =>
      move(
        op,
        ['running', 'halting', 'done'],
        { leaseUntil: until, ...progress },
        {
          condition:
            'attribute_not_exists(toldAt) AND (attribute_not_exists(leaseUntil) OR leaseUntil < :leaseNow OR leaseUntil = :leaseMine)',
          values: { ':leaseNow': now, ':leaseMine': mine ?? -1 },
        },
      ),

    /**
     * Notes what is about to be done with a chunk, before it is done.
     * @returns what a worker before noted, who died before it could write what became of it; undefined for the first one
     */
    async begin(op: string, chunk: number, planned: readonly string[]): Promise<string[] | undefined> {
      const sk = chunkItem('begun', chunk);
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(op), sk, ids: planned },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return z.array(z.string()).parse((await read(op, sk))?.ids ?? []);
      }
    },

    /** What became of a chunk; written once, so that a second worker's word counts for nothing. */
    async record(op: string, chunk: number, outcomes: readonly Outcome[]): Promise<void> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(op), sk: chunkItem('done', chunk), chunk, ...packOutcomes(outcomes) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    /** What became of each chunk that is done, in order, from chunk `from` on. */
    async *outcomes(op: string, from = 0): AsyncGenerator<{ chunk: number; outcomes: Outcome[] }> {
      const pages = paginateQuery(
        { client: doc },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk(op), ':from': chunkItem('done', from), ':to': 'done#~' },
          ConsistentRead: true,
        },
      );
      for await (const { Items } of pages) {
        for (const item of Items ?? []) yield { chunk: z.number().parse(item.chunk), outcomes: unpackOutcomes(item) };
      }
    },
  };
}
export type OperationItems = ReturnType<typeof operationItems>;
