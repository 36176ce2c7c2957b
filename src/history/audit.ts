/** Who did what, and who was refused: written once, never changed (the role may not update or delete these items). */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { shortReference } from '../errors';

export interface AuditEntry {
  at: number;
  by: { id: string; name: string };
  channel: string;
  /** As they were typed. */
  words: string;
  what: 'asked' | 'confirmed' | 'kept' | 'halted' | 'finished' | 'refused';
  op?: string;
  count?: number;
  reason?: string;
  /** Outcomes by kind, for what finished. */
  outcomes?: Record<string, number>;
}

export function auditItems(doc: DynamoDBDocumentClient, table: string) {
  return {
    async write(entry: AuditEntry): Promise<void> {
      const month = new Date(entry.at).toISOString().slice(0, 7);
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { pk: `AUDIT#${month}`, sk: `${new Date(entry.at).toISOString()}#${shortReference()}`, ...entry },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    },
  };
}
export type AuditItems = ReturnType<typeof auditItems>;
