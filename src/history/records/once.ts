/** Takes each request up once: a redelivery or a replayed request finds that it is done, or waits until its first try is surely dead. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

export type Claim = 'mine' | 'done' | 'busy';

/** Kept for a day: Slack's signatures die after 5 minutes, SQS keeps a message for 4 days but we redeliver within minutes. */
const KEPT_SECONDS = 24 * 3600;

export function onceItems(doc: DynamoDBDocumentClient, table: string) {
  const key = (id: string) => ({ pk: `ONCE#${id}`, sk: '-' });
  return {
    /**
     * @param leaseMs after which a try that never finished is taken to be dead
     * @returns `mine`: go ahead; `done`: nothing to do; `busy`: another try is at it, come back later
     */
    async claim(id: string, now: number, leaseMs: number): Promise<Claim> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...key(id),
              state: 'started',
              leaseUntil: now + leaseMs,
              expiresAt: Math.ceil(now / 1000) + KEPT_SECONDS,
            },
            ConditionExpression: 'attribute_not_exists(pk) OR (#state = :started AND leaseUntil < :now)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':started': 'started', ':now': now },
          }),
        );
        return 'mine';
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id), ConsistentRead: true }));
        return Item?.state === 'done' ? 'done' : 'busy';
      }
    },
    async finish(id: string): Promise<void> {
      await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key(id),
          UpdateExpression: 'SET #state = :done',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':done': 'done' },
        }),
      );
    },
    /** Lets the next delivery try again at once, after a try that failed before it changed anything. */
    async release(id: string): Promise<void> {
      await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key(id),
          UpdateExpression: 'SET leaseUntil = :never',
          ExpressionAttributeValues: { ':never': 0 },
        }),
      );
    },
  };
}
export type OnceItems = ReturnType<typeof onceItems>;
