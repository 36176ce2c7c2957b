/**
 * What becomes of an operation's ids, a chunk at a time.
 *
 * | sk | item |
 * |---|---|
 * | `begun#<n>` | what is about to be done with the n-th chunk of ids, written once |
 * | `part#<n>` | the outcomes of some of the n-th chunk, while AWS holds up the others |
 * | `done#<n>` | the outcomes of the n-th chunk of ids, written once: what is there is never done again |
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Outcome } from './operation';
import { packOutcomes, unpackOutcomes } from './packedOutcomes';

export const operationPk = (op: string): string => `OP#${op}`;

const chunkItem = (of: 'begun' | 'part' | 'done', n: number): string => `${of}#${String(n).padStart(5, '0')}`;

export function operationChunks(doc: DynamoDBDocumentClient, table: string) {
  async function read(op: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: operationPk(op), sk }, ConsistentRead: true }),
    );
    return Item;
  }

  /** @returns false when it stood there before */
  async function putOnce(op: string, sk: string, fields: Record<string, unknown>): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { pk: operationPk(op), sk, ...fields },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** The items of that sort, in order, from chunk `from` on. */
  const itemsFrom = (op: string, of: 'begun' | 'part' | 'done', from: number, only?: string) =>
    paginateQuery(
      { client: doc },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': operationPk(op), ':from': chunkItem(of, from), ':to': `${of}#~` },
        ConsistentRead: true,
        ...(only === undefined ? {} : { ProjectionExpression: only }),
      },
    );

  return {
    /**
     * Notes what is about to be done with a chunk, before it is done.
     * @returns what a worker before noted, who died before it could write what became of it; undefined for the first one
     */
    async begin(op: string, chunk: number, planned: readonly string[]): Promise<string[] | undefined> {
      const sk = chunkItem('begun', chunk);
      if (await putOnce(op, sk, { ids: planned })) return undefined;
      return z.array(z.string()).parse((await read(op, sk))?.ids ?? []);
    },

    /** The chunks from `from` on of which something was about to be done, whatever came of it. */
    async begun(op: string, from = 0): Promise<Set<number>> {
      const chunks = new Set<number>();
      for await (const { Items = [] } of itemsFrom(op, 'begun', from, 'sk'))
        for (const { sk } of Items) chunks.add(Number(String(sk).slice('begun#'.length)));
      return chunks;
    },

    /** Notes what became of some of a chunk's ids; who works on the operation writes it anew with more of them. */
    async settle(op: string, chunk: number, outcomes: readonly Outcome[]): Promise<void> {
      const Item = { pk: operationPk(op), sk: chunkItem('part', chunk), chunk, ...packOutcomes(outcomes) };
      await doc.send(new PutCommand({ TableName: table, Item }));
    },
    /** Of the chunks from `from` on, what became of some of their ids. */
    async *parts(op: string, from = 0): AsyncGenerator<{ chunk: number; outcomes: Outcome[] }> {
      for await (const { Items = [] } of itemsFrom(op, 'part', from))
        for (const item of Items) yield { chunk: z.number().parse(item.chunk), outcomes: unpackOutcomes(item) };
    },

    /** What became of a chunk; written once, so that a second worker's word counts for nothing. */
    async record(op: string, chunk: number, outcomes: readonly Outcome[]): Promise<void> {
      await putOnce(op, chunkItem('done', chunk), { chunk, ...packOutcomes(outcomes) });
    },

    /** What became of each chunk that is done, in order, from chunk `from` on. */
    async *outcomes(op: string, from = 0): AsyncGenerator<{ chunk: number; outcomes: Outcome[] }> {
      for await (const { Items = [] } of itemsFrom(op, 'done', from))
        for (const item of Items) yield { chunk: z.number().parse(item.chunk), outcomes: unpackOutcomes(item) };
    },
  };
}
