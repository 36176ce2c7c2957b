/**
 * Which operations are under way: marked before they start, until their end is told. Whoever looks after work that was
 * dropped finds it here, however many operations there have ever been.
 */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { partitionPages } from './partition';

const PARTITION = 'OPERATIONS';

export function openOperations(doc: DynamoDBDocumentClient, table: string) {
  return {
    async add(op: string, now: number): Promise<void> {
      await doc.send(new PutCommand({ TableName: table, Item: { pk: PARTITION, sk: op, since: now } }));
    },
    async remove(op: string): Promise<void> {
      await doc.send(new DeleteCommand({ TableName: table, Key: { pk: PARTITION, sk: op } }));
    },
    /** The ids of the operations that are, or may be, under way. */
    async list(): Promise<string[]> {
      const ops: string[] = [];
      for await (const items of partitionPages(doc, table, PARTITION))
        ops.push(...items.map(({ sk }) => z.string().parse(sk)));
      return ops;
    },
  };
}
