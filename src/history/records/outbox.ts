/**
 * What is to be sent, and what was: for each destination (a channel or a person) and message key one item while something is
 * due, and one that remembers the message in Slack. What a message says is worked out when its turn comes, never kept here,
 * but for lines that are said once and bring their words along.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { joined } from './joined';

/** In the order in which they go out: a new card, a word in a thread, an edit of what stands already. */
export const URGENCIES = ['new', 'word', 'edit'] as const;
export type Urgency = (typeof URGENCIES)[number];
export const rankOf = (urgency: Urgency): number => URGENCIES.indexOf(urgency);

const dueSchema = z.object({
  to: z.string(),
  key: z.string(),
  /** Since when it waits (ms). */
  since: z.number(),
  urgency: z.enum(URGENCIES),
  /** The key of the message in whose thread it goes. */
  thread: z.string().optional(),
  /** Said in the thread and in the channel too. */
  broadcast: z.boolean().optional(),
  /** Something happened that people have to be told of: where it can't be edited any more it is posted anew. */
  isNews: z.boolean().optional(),
  /** JSON of a message that is said once; without it the message is rendered by its key. */
  message: z.string().optional(),
  /** Where it was to go, and how Slack refused it there. */
  meantFor: z.object({ to: z.string(), code: z.string() }).optional(),
  /** The sender that is at it; taken away by whoever marks it due again meanwhile. */
  taken: z.string().optional(),
  /** Tries that failed for a reason of its own, and when the next one may be (ms). */
  failures: z.number().optional(),
  notBefore: z.number().optional(),
});
export type Due = z.infer<typeof dueSchema>;
export type Wanted = Pick<Due, 'urgency' | 'thread' | 'broadcast' | 'isNews' | 'message' | 'meantFor'>;

const sentSchema = z.object({
  to: z.string(),
  key: z.string(),
  /** Set before a post and taken away after it: while it is there, nobody knows whether the message stands. */
  claim: z
    .object({
      /** What the message carries, to be found by. */
      nonce: z.string(),
      /** The first and the last try (ms). */
      firstAt: z.number(),
      at: z.number(),
      /** Fingerprint of what the last try shows. */
      shown: z.string(),
    })
    .optional(),
  /** Where it stands: the conversation's id, which for a person is another than theirs. */
  channel: z.string().optional(),
  ts: z.string().optional(),
  /** Fingerprint of what it shows. */
  shown: z.string().optional(),
  postedAt: z.number().optional(),
  editedAt: z.number().optional(),
  /** Somebody deleted it, or it can't be edited any more: nothing is sent under this key but news. */
  gone: z.boolean().optional(),
  /** It stands in the default channel, also where it stands here: this destination refused it once, with this word. */
  moved: z.string().optional(),
});
export type Sent = z.infer<typeof sentSchema>;

/**
 * chat.update is tier 3, "50+ per minute" of a workspace, and a burst above it is tolerated now and then
 * (https://docs.slack.dev/apis/web-api/rate-limits): so many at once, and so many a minute for good.
 */
const EDITS = { atOnce: 40, perMinute: 45 };
/** Senders that want an edit in the same moment. */
const MOST_RIVALS = 5;
const RIVAL_WAIT_MS = 500;
const editsSchema = z.object({ left: z.number(), at: z.number() });

/** No card lives that long; a key that comes back later is a new message. */
const KEPT_MS = 60 * 86_400_000;

export function outboxItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const marking = joined<void>();
  const pk = (to: string): string => `OUTBOX#${to}`;
  const dueKey = (to: string, key: string) => ({ pk: pk(to), sk: `due#${key}` });
  const sentKey = (to: string, key: string) => ({ pk: pk(to), sk: `sent#${key}` });

  async function getDue(to: string, key: string): Promise<Due | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: dueKey(to, key), ConsistentRead: true }));
    return Item === undefined ? undefined : dueSchema.parse(Item);
  }

  async function ifStill(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** @returns how long (ms) to wait, or 0 when one is taken; undefined when another took one in the same moment */
  async function tryEdit(): Promise<number | undefined> {
    const key = { pk: 'OUTBOX-EDITS', sk: '-' };
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    const known = Item === undefined ? undefined : editsSchema.parse(Item);
    const at = Math.max(now(), known?.at ?? 0);
    const refilled = known === undefined ? EDITS.atOnce : known.left + ((at - known.at) / 60_000) * EDITS.perMinute;
    const left = Math.min(EDITS.atOnce, refilled) - 1;
    if (left < 0) return Math.ceil((-left / EDITS.perMinute) * 60_000);
    const condition =
      known === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#at = :at AND #left = :left',
            ExpressionAttributeNames: { '#at': 'at', '#left': 'left' },
            ExpressionAttributeValues: { ':at': known.at, ':left': known.left },
          };
    const isTaken = await ifStill(() =>
      doc.send(new PutCommand({ TableName: table, Item: { ...key, left, at }, ...condition })),
    );
    return isTaken ? 0 : undefined;
  }

  async function mark(to: string, key: string, wanted: Wanted, before: () => Promise<void>): Promise<void> {
    const known = await getDue(to, key);
    const isMore = known === undefined || rankOf(wanted.urgency) < rankOf(known.urgency);
    const isNews = wanted.isNews ?? known?.isNews;
    if (!isMore && isNews === known.isNews && known.taken === undefined && known.message === wanted.message) return;
    const urgency = isMore ? wanted.urgency : known.urgency;
    const news = isNews === undefined ? {} : { isNews };
    const item: Due = { to, key, ...wanted, ...news, urgency, since: known?.since ?? now() };
    await before();
    await doc.send(new PutCommand({ TableName: table, Item: { ...dueKey(to, key), ...item } }));
  }

  return {
    /** Takes one of the edits that Slack takes from all senders together; else tells how long (ms) to wait for one. */
    async edit(): Promise<number> {
      for (let rivals = 0; rivals < MOST_RIVALS; rivals++) {
        const waitMs = await tryEdit();
        if (waitMs !== undefined) return waitMs;
      }
      return RIVAL_WAIT_MS;
    },

    /**
     * Sees to it that it is due. Whoever takes it afterwards sees all that was written before.
     * @param before done if it was not due yet, before it is
     */
    mark: (to: string, key: string, wanted: Wanted, before: () => Promise<void>): Promise<void> =>
      marking(JSON.stringify([to, key, wanted]), () => mark(to, key, wanted, before)),

    /** All that is due for a destination. */
    async due(to: string): Promise<Due[]> {
      const found: Due[] = [];
      const pages = paginateQuery(
        { client: doc },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :due)',
          ExpressionAttributeValues: { ':pk': pk(to), ':due': 'due#' },
          ConsistentRead: true,
        },
      );
      for await (const { Items } of pages) found.push(...(Items ?? []).map((item) => dueSchema.parse(item)));
      return found;
    },

    /**
     * A sender begins with it: whoever marks it due from now on makes it due again.
     * @returns it as it is now, which may be more than a look before saw; undefined if it is not due any more
     */
    async take(to: string, key: string, taken: string): Promise<Due | undefined> {
      try {
        const { Attributes } = await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: dueKey(to, key),
            UpdateExpression: 'SET taken = :taken',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':taken': taken },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return dueSchema.parse(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },

    /** It is sent; if it was marked due again meanwhile, it waits from now on for an edit. */
    async done(to: string, key: string, taken: string): Promise<void> {
      const isDone = await ifStill(() =>
        doc.send(
          new DeleteCommand({
            TableName: table,
            Key: dueKey(to, key),
            ConditionExpression: 'taken = :taken',
            ExpressionAttributeValues: { ':taken': taken },
          }),
        ),
      );
      if (isDone) return;
      await ifStill(() =>
        doc.send(
          new UpdateCommand({
            TableName: table,
            Key: dueKey(to, key),
            UpdateExpression: 'SET since = :now, urgency = :edit REMOVE failures, notBefore',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':now': now(), ':edit': 'edit' },
          }),
        ),
      );
    },

    /** Its turn comes again, not before then (ms). */
    putOff: (to: string, key: string, failures: number, notBefore: number): Promise<boolean> =>
      ifStill(() =>
        doc.send(
          new UpdateCommand({
            TableName: table,
            Key: dueKey(to, key),
            UpdateExpression: 'SET failures = :failures, notBefore = :notBefore REMOVE taken',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':failures': failures, ':notBefore': notBefore },
          }),
        ),
      ),

    /** The message under this key as Slack has it; undefined if none was ever begun. */
    async sent(to: string, key: string): Promise<Sent | undefined> {
      const { Item } = await doc.send(
        new GetCommand({ TableName: table, Key: sentKey(to, key), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : sentSchema.parse(Item);
    },

    /** Only the sender that holds the destination's lease writes it. */
    async keep(sent: Sent): Promise<void> {
      const expiresAt = Math.ceil((now() + KEPT_MS) / 1000);
      await doc.send(new PutCommand({ TableName: table, Item: { ...sentKey(sent.to, sent.key), ...sent, expiresAt } }));
    },
  };
}
export type OutboxItems = ReturnType<typeof outboxItems>;
