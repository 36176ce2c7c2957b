/**
 * Watches: those that are open, under one key so that one read lists them; what each came to; and how many somebody has.
 *
 * One ends in three steps, each of which may be repeated: how it ended is written, once; its messages are put in the outbox;
 * it leaves the list. What is found ended and still in the list is gone on with.
 */
import { createHash } from 'node:crypto';
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
import { partitionList } from './partitionList';
import { type EndedWatch, endedWatchSchema, type Watch, watchSchema } from './watch';
import { watchedJobItems, watchPartition } from './watchedJobs';

/** A watch that began elsewhere is known here so much later at most. */
export const WATCHES_FRESH_MS = 10_000;
/** What nobody tells the end of in so long is given up. */
export const LONGEST_WATCH_DAYS = 30;
/** An end can be looked up, and its message drawn again, so long. */
const KEPT_DAYS = 14;
const DAY_SECONDS = 86_400;

const OPEN = 'WATCHES';
/** More ids than these are kept beside the watch: each process reads all that are open, again and again. */
const MOST_INLINE = 20;
/** Who began a watch and died over it has begun none. */
const BEGINNING_MS = 120_000;
const MOST_TRIES = 12;

const heldSchema = z.object({
  version: z.number().int(),
  held: z.array(z.object({ id: z.string(), of: z.string(), at: z.number() })),
});
type Held = z.infer<typeof heldSchema>['held'];

export type Opened =
  | { kind: 'opened'; watch: Watch }
  /** This person is told of this there already. */
  | { kind: 'known'; id: string }
  /** As many as one person may have. */
  | { kind: 'full'; count: number };

const isRefused = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

/** 52 bits of an id, the same for an array and its children; another id with the same ones costs a look. */
const digitsOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 13), 16) || 0;

function has(sorted: Float64Array, wanted: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < wanted) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === wanted;
}

export function watchItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const jobs = watchedJobItems(doc, table);
  const { list, forget } = partitionList(doc, table, OPEN, watchSchema, now, WATCHES_FRESH_MS);
  const key = (id: string) => ({ pk: OPEN, sk: id });
  const personKey = (user: string) => ({ pk: `WATCHER#${user}`, sk: '-' });
  const expiry = (startedAt: number) => Math.ceil(startedAt / 1_000) + (LONGEST_WATCH_DAYS + KEPT_DAYS) * DAY_SECONDS;
  /** Of those whose ids are kept apart. */
  const digits = new Map<string, Float64Array>();
  /** When the looks are due that this process asked for. */
  const asked = new Map<string, number>();

  async function read(at: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: at, ConsistentRead: true }));
    return Item;
  }

  /** @returns false when somebody else was faster */
  async function keepHeld(user: string, held: Held, known: number): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { ...personKey(user), version: known + 1, held, expiresAt: expiry(now()) },
          ConditionExpression: known === 0 ? 'attribute_not_exists(pk)' : 'version = :known',
          ...(known === 0 ? {} : { ExpressionAttributeValues: { ':known': known } }),
        }),
      );
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  }

  /** Whether a place that somebody took still counts: it is open, or is about to be. */
  async function isPresent({ id, at }: Held[number], open: ReadonlySet<string>): Promise<boolean> {
    if (open.has(id)) return true;
    return at > now() - BEGINNING_MS && (await read({ pk: watchPartition(id), sk: '-' })) === undefined;
  }

  /** Takes a place among the watches of its person, by one conditional write, so that two presses at once are one watch. */
  async function reserve(watch: Watch, of: string, most: number): Promise<Opened> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const item = await read(personKey(watch.by.id));
      const { version, held } = item === undefined ? { version: 0, held: [] } : heldSchema.parse(item);
      const open = new Set((await list('now')).map(({ id }) => id));
      const counts = await Promise.all(held.map((one) => isPresent(one, open)));
      const present = held.filter((_, place) => counts[place]);
      const same = present.find((one) => one.of === of);
      if (same !== undefined) return { kind: 'known', id: same.id };
      if (present.length >= most) return { kind: 'full', count: present.length };
      const mine = { id: watch.id, of, at: watch.startedAt };
      if (await keepHeld(watch.by.id, [...present, mine], version)) return { kind: 'opened', watch };
    }
    throw new Error(`the watches of ${watch.by.id} were written by others ${MOST_TRIES} times in a row`);
  }

  async function digitsIn(watch: Watch): Promise<Float64Array> {
    const known = digits.get(watch.id);
    if (known !== undefined) return known;
    const found = Float64Array.from(await jobs.ids(watch.id, watch.entries), digitsOf).sort();
    digits.set(watch.id, found);
    return found;
  }

  async function isIn(watch: Watch, jobId: string): Promise<boolean> {
    if (watch.ids === undefined) return has(await digitsIn(watch), digitsOf(jobId));
    return watch.ids.includes(jobId) || watch.ids.includes(arrayParentOf(jobId) ?? '');
  }

  return {
    progress: jobs.progress,
    keepProgress: (watch: Watch, progress: Parameters<typeof jobs.keepProgress>[1]) =>
      jobs.keepProgress(watch.id, progress, expiry(watch.startedAt)),

    /** The open ones, as they were 10 seconds ago at the latest; or as they are now. */
    list,

    /**
     * @param of what stands for what was asked: the same person has one open watch of it at most
     * @param most how many one person may have
     */
    async open(
      wanted: Omit<Watch, 'ids' | 'entries'>,
      ids: readonly string[],
      of: string,
      most: number,
    ): Promise<Opened> {
      const isFew = ids.length <= MOST_INLINE;
      const watch: Watch = { ...wanted, entries: ids.length, ...(isFew ? { ids: [...ids] } : {}) };
      const reserved = await reserve(watch, createHash('sha256').update(of).digest('base64url').slice(0, 16), most);
      if (reserved.kind !== 'opened') return reserved;
      if (!isFew) await jobs.freeze(watch.id, ids, expiry(watch.startedAt));
      // Last, so that what is in the list is whole.
      await doc.send(new PutCommand({ TableName: table, Item: { ...key(watch.id), ...watch } }));
      forget();
      return reserved;
    },

    ids: async (watch: Watch): Promise<readonly string[]> => watch.ids ?? (await jobs.ids(watch.id, watch.entries)),

    /** The open watches that this job belongs to, by itself or by its array; one in a while a watch of another job. */
    async holding(jobId: string): Promise<Watch[]> {
      const open = await list();
      const held = new Set(open.map(({ id }) => id));
      for (const kept of [digits, asked]) for (const id of kept.keys()) if (!held.has(id)) kept.delete(id);
      const found: Watch[] = [];
      for (const watch of open) if (await isIn(watch, jobId)) found.push(watch);
      return found;
    },

    /** The open watch of that id. */
    async get(id: string): Promise<Watch | undefined> {
      const item = await read(key(id));
      return item === undefined ? undefined : watchSchema.parse(item);
    },

    /** What a watch came to, for two weeks. */
    async ended(id: string): Promise<EndedWatch | undefined> {
      const item = await read({ pk: watchPartition(id), sk: '-' });
      return item === undefined ? undefined : endedWatchSchema.parse(item);
    },

    /** A look begins. @returns undefined for a watch that is not open */
    async begin(id: string): Promise<Watch | undefined> {
      try {
        const { Attributes } = await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: key(id),
            UpdateExpression: 'SET lookedAt = :now',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':now': now() },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return watchSchema.parse(Attributes);
      } catch (error) {
        if (isRefused(error)) return undefined;
        throw error;
      }
    },

    /** When the last look was, or is due, as far as this process knows; 0 where there was none. */
    lastLookAt: ({ id, lookedAt = 0, lookDueAt = 0 }: Watch): number =>
      Math.max(lookedAt, lookDueAt, asked.get(id) ?? 0),

    /** @returns false when a look is on its way that is due at `soonest` or later, and so sees what is known by now */
    async askForLook(id: string, dueAt: number, soonest: number): Promise<boolean> {
      try {
        await doc.send(
          new UpdateCommand({
            TableName: table,
            Key: key(id),
            UpdateExpression: 'SET lookDueAt = :dueAt',
            ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(lookDueAt) OR lookDueAt < :soonest)',
            ExpressionAttributeValues: { ':dueAt': dueAt, ':soonest': soonest },
          }),
        );
        asked.set(id, dueAt);
        return true;
      } catch (error) {
        if (isRefused(error)) return false;
        throw error;
      }
    },

    /** The first to end it decides how. @returns how it ended */
    async end({ lookedAt: _, lookDueAt: __, ...watch }: Watch, ended: EndedWatch['ended']): Promise<EndedWatch> {
      const over: EndedWatch = { ...watch, ended };
      const expiresAt = Math.ceil(ended.at / 1_000) + KEPT_DAYS * DAY_SECONDS;
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: watchPartition(watch.id), sk: '-', ...over, expiresAt },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return over;
      } catch (error) {
        if (!isRefused(error)) throw error;
        return endedWatchSchema.parse(await read({ pk: watchPartition(watch.id), sk: '-' }));
      }
    },

    /** Takes it off the list. */
    async close(id: string): Promise<void> {
      await doc.send(new DeleteCommand({ TableName: table, Key: key(id) }));
      forget();
    },
  };
}
export type WatchItems = ReturnType<typeof watchItems>;
