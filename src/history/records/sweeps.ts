/** When ListJobs was last swept, and the right to sweep: one worker at a time. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

const sweepSchema = z.object({
  leaseUntil: z.number().default(0),
  /** When the last sweep ended, and the last one that walked through all finished jobs too (ms). */
  endedAt: z.number().optional(),
  /** When the last one began that got hold of every job that it saw (ms). */
  beganAt: z.number().optional(),
  fullEndedAt: z.number().optional(),
  /** When the last one of these began that got hold of every job that it saw (ms). */
  fullBeganAt: z.number().optional(),
});
export type SweepState = z.infer<typeof sweepSchema>;

export function sweepItems(doc: DynamoDBDocumentClient, table: string) {
  const key = { pk: 'SWEEP', sk: '-' };
  return {
    async get(): Promise<SweepState> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
      return sweepSchema.parse(Item ?? {});
    },
    /** @returns false while another worker sweeps */
    async lease(now: number, until: number): Promise<boolean> {
      try {
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: key,
            UpdateExpression: 'SET leaseUntil = :until',
            ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil < :now',
            ExpressionAttributeValues: { ':until': until, ':now': now },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    /**
     * Gives the lease back; with `ended`, the sweep went through to its end.
     * @param ended.beganAt of one that got hold of each job that it saw
     * @param ended.fullBeganAt of one that walked through all finished jobs too
     */
    async finish(ended?: {
      at: number;
      beganAt?: number | undefined;
      full: boolean;
      fullBeganAt?: number | undefined;
    }): Promise<void> {
      const sets = [
        'leaseUntil = :free',
        ...(ended ? ['endedAt = :at'] : []),
        ...(ended?.beganAt === undefined ? [] : ['beganAt = :beganAt']),
        ...(ended?.full ? ['fullEndedAt = :at'] : []),
        ...(ended?.fullBeganAt === undefined ? [] : ['fullBeganAt = :began']),
      ];
      await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key,
          UpdateExpression: `SET ${sets.join(', ')}`,
          ExpressionAttributeValues: {
            ':free': 0,
            ...(ended ? { ':at': ended.at } : {}),
            ...(ended?.beganAt === undefined ? {} : { ':beganAt': ended.beganAt }),
            ...(ended?.fullBeganAt === undefined ? {} : { ':began': ended.fullBeganAt }),
          },
        }),
      );
    },
  };
}
export type SweepItems = ReturnType<typeof sweepItems>;
