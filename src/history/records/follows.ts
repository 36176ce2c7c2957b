/**
 * Logs that somebody follows: the message that moves, how far its log is read, and whose turn the next step is. All stand
 * under one key, so that the clock finds those that a worker left behind.
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

export const followSchema = z.object({
  id: z.string(),
  jobId: z.string(),
  attempt: z.number().int(),
  container: z.string().optional(),
  /** A Slack user id. */
  by: z.string(),
  /** The message that moves. */
  channel: z.string(),
  ts: z.string(),
  state: z.enum(['following', 'stopped', 'ended']),
  /** ms, after which nobody follows any more. */
  until: z.number(),
  /** The next step's number: whoever raises it takes the step, nobody else can. */
  step: z.number().int(),
  /** ms, when the next step is due. */
  dueAt: z.number(),
  /** Where the lines that are not shown yet begin; absent until there is a log. */
  token: z.string().optional(),
  /** The newest lines, as they are shown. */
  lines: z.array(z.object({ at: z.number(), text: z.string() })),
  lineCount: z.number().int(),
  /** What is said beside the lines. */
  note: z.string().optional(),
  /** Since when, in ms, the attempt is known to be over. */
  endedAt: z.number().optional(),
});
export type Follow = z.infer<typeof followSchema>;

const PARTITION = 'FOLLOW';
const KEPT_SECONDS = 24 * 3600;

export function followItems(doc: DynamoDBDocumentClient, table: string) {
  const key = (id: string) => ({ pk: PARTITION, sk: id });

  /** Sets fields while the condition holds; gives the follow as it then is, or undefined. */
  async function change(
    id: string,
    set: { [K in keyof Follow]?: Follow[K] | undefined },
    condition: string,
    values: Record<string, unknown>,
  ): Promise<Follow | undefined> {
    const fields = Object.entries(set).filter(([, value]) => value !== undefined);
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: key(id),
          UpdateExpression: `SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')}`,
          ConditionExpression: condition,
          ExpressionAttributeNames: {
            '#state': 'state',
            ...Object.fromEntries(fields.map(([field]) => [`#${field}`, field])),
          },
          ExpressionAttributeValues: {
            ...values,
            ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return followSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  const FOLLOWING = { ':following': 'following' };

  return {
    async start(begun: Omit<Follow, 'id' | 'state' | 'step'>): Promise<Follow> {
      const follow: Follow = { ...begun, id: shortReference(), state: 'following', step: 0 };
      const expiresAt = Math.ceil(begun.until / 1000) + KEPT_SECONDS;
      await doc.send(new PutCommand({ TableName: table, Item: { ...key(follow.id), ...follow, expiresAt } }));
      return follow;
    },

    async get(id: string): Promise<Follow | undefined> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key(id), ConsistentRead: true }));
      return Item === undefined ? undefined : followSchema.parse(Item);
    },

    /** Takes a step; undefined when somebody took it before, or nobody follows any more. */
    take: (id: string, step: number, dueAt: number) =>
      change(id, { step: step + 1, dueAt }, '#state = :following AND step = :taken', { ...FOLLOWING, ':taken': step }),

    /** Keeps what a step shows, unless it was stopped meanwhile. */
    keep: (id: string, { token, lines, lineCount, endedAt, note = '' }: Follow) =>
      change(id, { token, lines, lineCount, endedAt, note }, '#state = :following', FOLLOWING),

    /** The first to end it wins. */
    end: (id: string, state: 'stopped' | 'ended') => change(id, { state }, '#state = :following', FOLLOWING),

    /** Those whose step is overdue since before `then`, in ms. */
    async overdue(then: number): Promise<Follow[]> {
      const found: Follow[] = [];
      const pages = paginateQuery(
        { client: doc },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: '#state = :following AND dueAt < :then',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':pk': PARTITION, ':then': then, ...FOLLOWING },
        },
      );
      for await (const { Items } of pages) found.push(...(Items ?? []).map((item) => followSchema.parse(item)));
      return found;
    },
  };
}
export type FollowItems = ReturnType<typeof followItems>;
