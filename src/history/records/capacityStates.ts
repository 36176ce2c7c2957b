/** Whether each queue and compute environment was enabled when it was last looked at, so that a change is told and no old state. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const stateSchema = z.object({
  state: z.string(),
  /** When it was first seen so, ms. */
  since: z.number(),
  /** It was enabled before, and somebody else than batchbot disabled it. */
  isNews: z.boolean(),
});
export type CapacityState = z.infer<typeof stateSchema>;

const schema = z.object({
  /** By `queue <name>` and `environment <name>`. */
  states: z.record(z.string(), stateSchema).default({}),
});
export type CapacityStates = z.infer<typeof schema>;

export function capacityStateItems(doc: DynamoDBDocumentClient, table: string) {
  const key = { pk: 'CAPACITY', sk: '-' };
  return {
    async get(): Promise<CapacityStates> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return schema.parse(Item ?? {});
    },
    async put(states: CapacityStates): Promise<void> {
      await doc.send(new PutCommand({ TableName: table, Item: { ...key, ...states } }));
    },
  };
}
export type CapacityStateItems = ReturnType<typeof capacityStateItems>;
