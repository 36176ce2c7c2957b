/**
 * Incidents: their heads, their members (`incidentMembers.ts`) and what recovered, all under one key each; and a list of those
 * that are not closed. Members and recoveries are put, never counted up, so that the same news twice is once.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { arrayParentOf } from '../../jobs/job';
import {
  type Incident,
  incidentSchema,
  type Member,
  type Recovery,
  recoverySchema,
  type WholeIncident,
} from './incident';
import { keptUntil, keyPart } from './incidentKeys';
import { incidentMemberItems } from './incidentMembers';
import { readablePartition } from './partition';

const MOST_REMEMBERED = 1_000;
const REREAD_MS = 60_000;

const OPEN = 'INCIDENTS';
const HEAD = '-';
const RECOVERY = 'recovery#';

/** What the list of open incidents holds of each: what never changes, and what its card told last. */
const openSchema = incidentSchema
  .omit({ owner: true, settled: true, toldGrowth: true, closedAt: true })
  // Since there was a crowd, it took in another group than the one that it was opened for.
  .extend({ isShared: z.boolean().optional() });
export type OpenIncident = z.infer<typeof openSchema>;

/** The list also holds what is over, while the same would open it again. */
export const isOpen = ({ shown }: Pick<OpenIncident, 'shown'>): boolean => shown?.isOver !== true;

/** Of an attempt that is tried again the job: `uuid:3 attempt 1` → `uuid:3`. */
export const jobIdOf = (member: string): string => member.replace(/ attempt \d+$/, '');

/** An array fails with its children: it is told for itself only where none of them is known. */
function withoutParents(members: readonly Member[]): Member[] {
  const ofChildren = new Set(
    members.flatMap(({ member, isJob }) => (isJob ? [arrayParentOf(jobIdOf(member))] : [])).filter(Boolean),
  );
  return members.filter(({ member, isJob }) => !isJob || !ofChildren.has(jobIdOf(member)));
}

const isRefused = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

export function incidentItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const partition = (id: string) => `INCIDENT#${id}`;
  const items = incidentMemberItems(doc, table, now);
  /** Those that took things in when this process read their heads. */
  const open = new Map<string, { openedAt: number; readAt: number }>();

  /** Sets fields of a head while the condition holds; gives the head as it then is, or undefined. */
  async function change(
    id: string,
    set: Partial<Incident>,
    condition = 'attribute_exists(pk)',
    values: Record<string, unknown> = {},
    remove: readonly (keyof Incident)[] = [],
  ): Promise<Incident | undefined> {
    const fields = Object.entries(set).filter(([, value]) => value !== undefined);
    const names = [...fields.map(([field]) => field), ...remove];
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: partition(id), sk: HEAD },
          UpdateExpression: [
            ...(fields.length === 0 ? [] : [`SET ${fields.map(([field]) => `#${field} = :${field}`).join(', ')}`]),
            ...(remove.length === 0 ? [] : [`REMOVE ${remove.map((field) => `#${field}`).join(', ')}`]),
          ].join(' '),
          ConditionExpression: condition,
          ExpressionAttributeNames: Object.fromEntries(names.map((field) => [`#${field}`, field])),
          ...(fields.length + Object.keys(values).length === 0
            ? {}
            : {
                ExpressionAttributeValues: {
                  ...values,
                  ...Object.fromEntries(fields.map(([field, value]) => [`:${field}`, value])),
                },
              }),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return incidentSchema.parse(Attributes);
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw error;
    }
  }

  /** Sets a field of what the list holds, while it holds it. */
  async function note(id: string, set: Pick<OpenIncident, 'isShared' | 'shown'>): Promise<void> {
    const [[field, value] = []] = Object.entries(set);
    try {
      await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: OPEN, sk: id },
          UpdateExpression: `SET ${field} = :value`,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }

  async function putNew(Item: Record<string, unknown>): Promise<void> {
    try {
      await doc.send(new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
  }

  const head = async (id: string): Promise<Incident | undefined> => {
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: partition(id), sk: HEAD }, ConsistentRead: true }),
    );
    return Item === undefined ? undefined : incidentSchema.parse(Item);
  };

  /** It never changes: each failure of a storm needs it, and few of them read it. */
  const opened = new Map<string, number>();

  return {
    /** Opens it, unless it is already: whoever comes second changes nothing. */
    async open(incident: Incident): Promise<void> {
      const expiresAt = keptUntil(incident.openedAt);
      // The list first: an incident that is in no list would never recover.
      await putNew({ pk: OPEN, sk: incident.id, ...openSchema.parse(incident), expiresAt });
      await putNew({ pk: partition(incident.id), sk: HEAD, ...incident, expiresAt });
    },

    /** Notes that it takes in another group too. */
    share: (id: string) => note(id, { isShared: true }),

    /** Notes what its card tells. */
    async show(id: string, shown: NonNullable<Incident['shown']>): Promise<void> {
      await note(id, { shown });
      await change(id, { shown });
    },

    get: head,

    /** When it was opened (ms). */
    async openedAt(id: string): Promise<number | undefined> {
      const at = opened.get(id) ?? (await head(id))?.openedAt;
      if (opened.size >= MOST_REMEMBERED) opened.clear();
      if (at !== undefined) opened.set(id, at);
      return at;
    },

    /**
     * When it was opened (ms), while it takes things in; undefined once it is off the list of open ones, or kept no more. As
     * it was within the last minute: what is taken off the list had nothing to take in for ten.
     */
    async openSince(id: string): Promise<number | undefined> {
      const known = open.get(id);
      if (known !== undefined && now() - known.readAt < REREAD_MS) return known.openedAt;
      open.delete(id);
      const found = await head(id);
      if (found === undefined || found.closedAt !== undefined) return undefined;
      if (open.size >= MOST_REMEMBERED) open.clear();
      open.set(id, { openedAt: found.openedAt, readAt: now() });
      return found.openedAt;
    },

    /** The incident with all of its members, as they are now; no array beside its children. */
    async whole(id: string): Promise<WholeIncident | undefined> {
      const { members, unpacked, others } = await items.read(id);
      const head = others.find(({ sk }) => sk === HEAD);
      if (head === undefined) return undefined;
      members.sort((a, b) => a.joinedAt - b.joinedAt || (a.member < b.member ? -1 : 1));
      return {
        incident: incidentSchema.parse(head),
        members: withoutParents(members),
        recoveries: others.filter(({ sk }) => sk !== HEAD).map((item) => recoverySchema.parse(item)),
        unpacked,
      };
    },

    /** The ids of the jobs in it, in any order, no array's beside its children's; none for an incident that is not known. */
    async jobIds(id: string): Promise<string[]> {
      const jobs = withoutParents((await items.read(id)).members).filter(({ isJob }) => isJob);
      return [...new Set(jobs.map(({ member }) => jobIdOf(member)))];
    },

    /** Those that are not closed, as the list holds them, in no order. One that is damaged keeps no other from being seen. */
    listOpen: (): Promise<OpenIncident[]> => readablePartition(doc, table, OPEN, openSchema),

    putMember: items.put,

    /** Makes all readings of one with many members cheaper, and says nothing else. */
    packMembers: items.pack,

    /** @returns false when a success that started later is known already */
    async putRecovery(id: string, recovery: Recovery): Promise<boolean> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: {
              pk: partition(id),
              sk: `${RECOVERY}${keyPart(`${recovery.definition}#${recovery.queue ?? ''}`)}`,
              ...recovery,
              expiresAt: keptUntil(now()),
            },
            ConditionExpression: 'attribute_not_exists(pk) OR startedAt < :startedAt',
            ExpressionAttributeValues: { ':startedAt': recovery.startedAt },
          }),
        );
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw error;
      }
    },

    /**
     * Whose it is from now on.
     * @param before whose it was as it was read, if anybody's
     * @returns undefined where it is somebody else's by now
     */
    take: (id: string, owner: NonNullable<Incident['owner']>, before: string | undefined) =>
      before === undefined
        ? change(id, { owner }, 'attribute_exists(pk) AND attribute_not_exists(#owner)')
        : change(id, { owner }, '#owner.id = :before', { ':before': before }),

    /** Nobody's again, if it is theirs. */
    giveBack: (id: string, owner: string) => change(id, {}, '#owner.id = :by', { ':by': owner }, ['owner']),

    /** What was so is so no more. */
    settle: (id: string, at: number, word: string) => change(id, { settled: { at, word } }),

    /** Somebody said that it is over; what joins it later opens it again. */
    closeByHand: (id: string, at: number, word: string, by: string) => change(id, { settled: { at, word, by } }),

    /** The first to tell of so many members does; undefined for anybody else. */
    tellGrowth: (id: string, toldGrowth: number) =>
      change(
        id,
        { toldGrowth },
        'attribute_exists(pk) AND (attribute_not_exists(#toldGrowth) OR #toldGrowth < :toldGrowth)',
      ),

    /** Takes it off the list. */
    async close(id: string, at: number): Promise<void> {
      open.delete(id);
      await change(id, { closedAt: at });
      await doc.send(new DeleteCommand({ TableName: table, Key: { pk: OPEN, sk: id } }));
    },
  };
}
export type IncidentItems = ReturnType<typeof incidentItems>;
