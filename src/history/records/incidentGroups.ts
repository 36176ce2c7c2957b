/**
 * Which incident something that happened belongs to: a pointer from each group to its newest incident, a marker for each
 * thing that is told, written once, so that no redelivery ever opens another, and the cards that each destination lately got.
 */
import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { BREADTHS } from './incident';
import { keptUntil } from './incidentKeys';

const pointerSchema = z.object({
  incident: z.string(),
  /** When what is in it last happened, in ms; what came soon after that is not noted. */
  lastAt: z.number(),
});
export type GroupPointer = z.infer<typeof pointerSchema>;

const markerSchema = z.object({ incident: z.string(), joinedAt: z.number() });
export type Marker = z.infer<typeof markerSchema>;

const crowdSchema = z.object({
  version: z.number().int(),
  cards: z.array(
    z.object({
      incident: z.string(),
      /** What opened it. */
      group: z.string(),
      openedAt: z.number(),
      breadth: z.enum(BREADTHS),
      /** What else joins it, of one that takes all of a cause. */
      cause: z.string().optional(),
    }),
  ),
});
export type Crowd = z.infer<typeof crowdSchema>;
export type CrowdKind = 'failures' | 'states';

/** Groups that one process remembers. */
const MOST_REMEMBERED = 5_000;

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);

export function incidentGroupItems(doc: DynamoDBDocumentClient, table: string) {
  /** @returns false where the condition does not hold */
  async function put(Item: Record<string, unknown>, condition: string, values: Record<string, unknown>) {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { sk: '-', ...Item },
          ConditionExpression: condition,
          ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
  async function get<T>(pk: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: { pk, sk: '-' }, ConsistentRead: true }));
    return Item === undefined ? undefined : schema.parse(Item);
  }
  const groupKey = (to: string, group: string) => `GROUP#${to}#${hashOf(group)}`;
  const crowdKey = (to: string, of: CrowdKind) => `CROWD#${to}#${of}`;
  const toldKey = (to: string, occasion: string, member: string) => `TOLD#${to}#${occasion}#${hashOf(member)}`;

  const pointers = new Map<string, GroupPointer>();
  function remember(key: string, pointer: GroupPointer): void {
    if (pointers.size >= MOST_REMEMBERED) pointers.clear();
    pointers.set(key, pointer);
  }

  return {
    async pointer(to: string, group: string): Promise<GroupPointer | undefined> {
      const key = groupKey(to, group);
      const pointer = await get(key, pointerSchema);
      if (pointer !== undefined) remember(key, pointer);
      return pointer;
    },

    /** The pointer as this process saw it last. */
    remembered: (to: string, group: string): GroupPointer | undefined => pointers.get(groupKey(to, group)),

    /**
     * Points a group to an incident.
     * @param before the pointer as it was read, if there was one
     * @returns false when somebody else pointed it elsewhere since: read it again
     */
    point: (to: string, group: string, next: GroupPointer, before: GroupPointer | undefined): Promise<boolean> =>
      put(
        { pk: groupKey(to, group), ...next, expiresAt: keptUntil(next.lastAt) },
        before === undefined ? 'attribute_not_exists(pk)' : 'incident = :before',
        before === undefined ? {} : { ':before': before.incident },
      ),

    /**
     * Something happened again.
     * @param everyMs not written more often, so that a storm does not write it for each failure
     * @returns the pointer as it is then
     */
    async touch(to: string, group: string, known: GroupPointer, at: number, everyMs: number): Promise<GroupPointer> {
      if (at < known.lastAt + everyMs) return known;
      try {
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk: groupKey(to, group), sk: '-' },
            UpdateExpression: 'SET lastAt = :at, expiresAt = :expiresAt',
            ConditionExpression: 'incident = :incident AND lastAt < :at',
            ExpressionAttributeValues: { ':at': at, ':incident': known.incident, ':expiresAt': keptUntil(at) },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const touched = { ...known, lastAt: at };
      remember(groupKey(to, group), touched);
      return touched;
    },

    marker: (to: string, occasion: string, member: string) => get(toldKey(to, occasion, member), markerSchema),

    /**
     * Marks for good to which incident this belongs.
     * @param before the marker that this takes the place of, if any
     * @returns the marker that holds: this one, or the one that was there first
     */
    async mark(
      to: string,
      occasion: string,
      member: string,
      marker: Marker,
      before?: Marker,
    ): Promise<{ marker: Marker; isFirst: boolean }> {
      const pk = toldKey(to, occasion, member);
      const isFirst = await put(
        { pk, ...marker, expiresAt: keptUntil(marker.joinedAt) },
        before === undefined ? 'attribute_not_exists(pk)' : 'incident = :before AND joinedAt = :joinedAt',
        before === undefined ? {} : { ':before': before.incident, ':joinedAt': before.joinedAt },
      );
      if (isFirst) return { marker, isFirst };
      return { marker: (await get(pk, markerSchema)) ?? marker, isFirst };
    },

    /** The cards that a destination lately got, of failures or of states. */
    crowd: async (to: string, of: CrowdKind): Promise<Crowd> =>
      (await get(crowdKey(to, of), crowdSchema)) ?? { version: 0, cards: [] },

    /** @returns false when somebody else wrote it since it was read */
    keepCrowd: (to: string, of: CrowdKind, { version, cards }: Crowd, now: number): Promise<boolean> =>
      put(
        { pk: crowdKey(to, of), version: version + 1, cards, expiresAt: keptUntil(now) },
        version === 0 ? 'attribute_not_exists(pk)' : 'version = :version',
        version === 0 ? {} : { ':version': version },
      ),
  };
}
export type IncidentGroupItems = ReturnType<typeof incidentGroupItems>;
