/**
 * Operations on many jobs: the ids that were shown and confirmed, frozen; who asked; and what became of each.
 *
 * | sk | item |
 * |---|---|
 * | `-` | the operation itself, moved forward by conditional writes |
 * | `ids#<n>` | up to 5,000 of its ids, written once |
 *
 * What became of them is in `operationChunks.ts`, which operations are under way in `openOperations.ts`.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shortReference } from '../../errors';
import { openOperations } from './openOperations';
import { type AskedOperation, type Operation, operationSchema } from './operation';
import { operationChunks, operationPk } from './operationChunks';

/** 5,000 ids of 36 to 41 bytes stay under DynamoDB's 400 KB an item. */
const IDS_PER_ITEM = 5_000;
/** An operation that nobody confirmed is forgotten a day after it expired; one that ran is kept. */
const KEPT_SECONDS = 24 * 3600;

const idItem = (n: number): string => `ids#${String(n).padStart(4, '0')}`;

/** How far a worker is. */
export type Progress = Partial<Pick<Operation, 'doneChunks' | 'tally' | 'setbacks' | 'wakeAt' | 'prepared'>>;

export function operationItems(doc: DynamoDBDocumentClient, table: string) {
  const pk = operationPk;
  const opened = openOperations(doc, table);

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
      const { op, expiresAtMs } = operation;
      const expiresAt = Math.ceil(expiresAtMs / 1000) + KEPT_SECONDS;
      try {
        // First, so that no ids are written over those of another operation of that name; and expired until it is whole.
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: pk(op), sk: '-', ...operation, expiresAtMs: 0, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return await this.freeze(asked, ids);
        throw error;
      }
      for (let n = 0; n * IDS_PER_ITEM < ids.length; n++) {
        const some = ids.slice(n * IDS_PER_ITEM, (n + 1) * IDS_PER_ITEM);
        await doc.send(new PutCommand({ TableName: table, Item: { pk: pk(op), sk: idItem(n), ids: some, expiresAt } }));
      }
      await move(op, ['asked'], { expiresAtMs });
      return operation;
    },

    async get(op: string): Promise<Operation | undefined> {
      const item = await read(op, '-');
      return item === undefined ? undefined : operationSchema.parse(item);
    },

    /** All frozen ids, in the order in which they were shown. */
    async ids(op: string): Promise<string[]> {
      const all: string[] = [];
      for await (const some of this.idParts(op)) all.push(...some);
      return all;
    },

    /** All frozen ids, in the order in which they were shown, some thousand at a time. */
    async *idParts(op: string): AsyncGenerator<string[]> {
      for (let n = 0; ; n++) {
        const some = await idsIn(op, n);
        yield some;
        if (some.length < IDS_PER_ITEM) return;
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

    /**
     * The first press wins; undefined for every other one, and after it has expired.
     * @param more why, and in which channel it was confirmed
     */
    async start(
      op: string,
      by: { id: string; name: string },
      now: number,
      more: Pick<Operation, 'reason' | 'startedFrom' | 'startedIn' | 'knowing'> = {},
    ): Promise<Operation | undefined> {
      // Before it runs, so that none can run unseen.
      await opened.add(op, now);
      return await move(
        op,
        ['asked'],
        { state: 'running', startedBy: by, startedAt: now, ...more },
        { condition: 'expiresAtMs > :now', values: { ':now': now } },
        'REMOVE expiresAt',
      );
    },
    /** An operation that ran is kept for good, and so are its ids. */
    async keepIds(op: string, count: number): Promise<void> {
      for (let n = 0; n * IDS_PER_ITEM < count; n++)
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk: pk(op), sk: idItem(n) },
            UpdateExpression: 'REMOVE expiresAt',
            ConditionExpression: 'attribute_exists(pk)',
          }),
        );
    },
    keep: (op: string) => move(op, ['asked'], { state: 'kept' }),
    halt: (op: string) => move(op, ['running'], { state: 'halting' }),
    finish: (op: string, endedAt: number) => move(op, ['running', 'halting'], { state: 'done', endedAt }),
    /** Notes that its end stands in Slack: nothing is left to do. */
    async told(op: string, toldAt: number): Promise<void> {
      await move(op, ['done'], { toldAt });
      await opened.remove(op);
    },
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
      progress: Progress = {},
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

    ...operationChunks(doc, table),
    open: opened.list,
    close: opened.remove,
  };
}
export type OperationItems = ReturnType<typeof operationItems>;
