/**
 * Jobs that came to their end and were told to nobody yet: noted before the end is written down, until it is told. Who dies
 * in between, or is refused, leaves the note to the next minute.
 */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { partitionPages } from './partition';

const PARTITION = 'UNTOLD';
/** What is older is history, not an alert. */
const KEPT_SECONDS = 2 * 86_400;

export function untoldItems(doc: DynamoDBDocumentClient, table: string) {
  return {
    async add(id: string, now: number): Promise<void> {
      const expiresAt = Math.ceil(now / 1_000) + KEPT_SECONDS;
      await doc.send(new PutCommand({ TableName: table, Item: { pk: PARTITION, sk: id, expiresAt } }));
    },
    async remove(id: string): Promise<void> {
      await doc.send(new DeleteCommand({ TableName: table, Key: { pk: PARTITION, sk: id } }));
    },
    /** Pages of ids, in no order that matters. */
    async *pages(): AsyncGenerator<string[]> {
      for await (const items of partitionPages(doc, table, PARTITION)) yield items.map(({ sk }) => String(sk));
    },
  };
}
export type UntoldItems = ReturnType<typeof untoldItems>;
