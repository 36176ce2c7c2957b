/**
 * Who sends to a destination, and when the next look is: one sender at a time, in whatever process, under a lease. All stand
 * under one key, so that the clock finds those with something left to do.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { joined } from './joined';

const senderSchema = z.object({
  to: z.string(),
  /** Who sends, and until when nobody else may (ms). */
  lease: z.string().optional(),
  leaseUntil: z.number().optional(),
  /** A request to look is on its way, due then (ms). */
  wakeAt: z.number().optional(),
  /** Somebody has to look: a sender has gone, or something was about to be due, and whether anything is, is not known yet. */
  look: z.string().optional(),
  /** When Slack was last called (ms). */
  calledAt: z.number().optional(),
  /** Until when Slack is left alone (ms): it said so, or it is down. */
  pausedUntil: z.number().optional(),
  /** Tries in a row that Slack did not answer. */
  failures: z.number().optional(),
  /** The destination takes nothing: how Slack said so, since when, and when it is asked again (ms). */
  closed: z.object({ code: z.string(), at: z.number(), askAgainAt: z.number() }).optional(),
});
export type Sender = z.infer<typeof senderSchema>;

const PARTITION = 'OUTBOX';
/** A destination without any message for so long is forgotten. */
const KEPT_SECONDS = 90 * 24 * 3600;

/** Where something goes is asked of every alert: a read each is too much. */
const FRESH_MS = 10_000;
const MOST_KNOWN = 1_000;

type Fields = { [K in keyof Sender]?: Sender[K] | undefined };

export function senderItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const reading = joined<Sender | undefined>();
  const lately = new Map<string, { at: number; sender: Promise<Sender | undefined> }>();

  /** Sets fields, removes those that are undefined; gives the item as it then is, or undefined if the condition fails. */
  async function change(
    to: string,
    fields: Fields,
    condition?: string,
    values: Record<string, unknown> = {},
  ): Promise<Sender | undefined> {
    const all = Object.entries({ ...fields, to, expiresAt: Math.ceil(now() / 1000) + KEPT_SECONDS });
    const sets = all.filter(([, value]) => value !== undefined);
    const removes = all.filter(([, value]) => value === undefined);
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: PARTITION, sk: to },
          UpdateExpression: [
            `SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}`,
            ...(removes.length > 0 ? [`REMOVE ${removes.map(([name]) => `#${name}`).join(', ')}`] : []),
          ].join(' '),
          ...(condition === undefined ? {} : { ConditionExpression: condition }),
          ExpressionAttributeNames: Object.fromEntries(all.map(([name]) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ...values,
            ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return senderSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async function get(to: string): Promise<Sender | undefined> {
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: PARTITION, sk: to }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : senderSchema.parse(Item);
  }

  return {
    get: (to: string): Promise<Sender | undefined> => reading(to, () => get(to)),

    /** Whether the destination takes nothing, as it was 10 seconds ago at the latest. */
    async closed(to: string): Promise<Sender['closed']> {
      const known = lately.get(to);
      if (known !== undefined && now() - known.at < FRESH_MS) return (await known.sender)?.closed;
      if (lately.size >= MOST_KNOWN) lately.clear();
      const sender = get(to);
      lately.set(to, { at: now(), sender });
      try {
        return (await sender)?.closed;
      } catch (error) {
        lately.delete(to);
        throw error;
      }
    },

    /**
     * The right to send until then, which answers the request to look.
     * @param wakeAt of the request: one that another took the place of has no right
     * @returns undefined while another has it
     */
    lease: (to: string, lease: string, leaseUntil: number, wakeAt?: number): Promise<Sender | undefined> =>
      change(
        to,
        { lease, leaseUntil, wakeAt: undefined, look: undefined },
        `(attribute_not_exists(leaseUntil) OR leaseUntil < :now)${wakeAt === undefined ? '' : ' AND wakeAt = :asked'}`,
        { ':now': now(), ...(wakeAt === undefined ? {} : { ':asked': wakeAt }) },
      ),

    /** Writes while the lease is held; undefined once another has it. */
    hold: (to: string, lease: string, fields: Fields): Promise<Sender | undefined> =>
      change(to, fields, 'lease = :mine', { ':mine': lease }),

    /** Gives the lease back; `next` says when the next look is due, or what stands for the look that is still to be taken. */
    release: (to: string, lease: string, fields: Fields): Promise<Sender | undefined> =>
      change(to, { ...fields, lease: undefined, leaseUntil: undefined }, 'lease = :mine', { ':mine': lease }),

    /** Something is about to be due: if whoever marks it dies before anybody is woken, the clock finds it. */
    async expect(to: string): Promise<void> {
      await change(to, { look: 'expected' });
    },

    /** The look after the end of a lease found nothing. */
    looked: (to: string, look: string): Promise<Sender | undefined> =>
      change(to, { look: undefined }, 'look = :seen', { ':seen': look }),

    /**
     * Notes that a request to look is on its way.
     * @returns undefined if one is already, due by `soonEnough` and not before `lost` (ms), and while somebody sends: who
     *   does would answer the request without being done, and looks once more anyway
     */
    wake: (to: string, wakeAt: number, soonEnough: number, lost: number): Promise<Sender | undefined> =>
      change(
        to,
        { wakeAt },
        '(attribute_not_exists(leaseUntil) OR leaseUntil < :now) AND (attribute_not_exists(wakeAt) OR wakeAt > :soonEnough OR wakeAt < :lost)',
        { ':now': now(), ':soonEnough': soonEnough, ':lost': lost },
      ),

    /** Those who may have something left to do. */
    async active(): Promise<Sender[]> {
      const found: Sender[] = [];
      const pages = paginateQuery(
        { client: doc },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'attribute_exists(wakeAt) OR attribute_exists(leaseUntil) OR attribute_exists(look)',
          ExpressionAttributeValues: { ':pk': PARTITION },
          ConsistentRead: true,
        },
      );
      for await (const { Items } of pages) found.push(...(Items ?? []).map((item) => senderSchema.parse(item)));
      return found;
    },
  };
}
export type SenderItems = ReturnType<typeof senderItems>;
