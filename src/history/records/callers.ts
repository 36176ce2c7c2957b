/** Which processes make calls at this moment that the account has one limit for (`src/aws/share.ts`). */
import { type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';

const KEPT_SECONDS = 3_600;

export function callerItems(doc: DynamoDBDocumentClient, table: string) {
  return {
    /**
     * Notes that a process makes such calls until then (ms).
     * @returns how many do at `now`, itself among them
     */
    async meet(limit: string, process: string, now: number, until: number): Promise<number> {
      const pk = `CALLERS#${limit}`;
      const expiresAt = Math.ceil(until / 1_000) + KEPT_SECONDS;
      await doc.send(new PutCommand({ TableName: table, Item: { pk, sk: process, until, expiresAt } }));
      const pages = paginateQuery(
        { client: doc },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: '#until > :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':pk': pk, ':now': now },
          ConsistentRead: true,
          Select: 'COUNT',
        },
      );
      let callers = 0;
      for await (const { Count = 0 } of pages) callers += Count;
      return callers;
    },
  };
}
