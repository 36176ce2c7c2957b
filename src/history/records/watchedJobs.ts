/**
 * The jobs of a watch: their ids, frozen when it began, and what became of those that ended, so that none is looked up again.
 * Whoever writes last wins: what was lost by that is found again at the next look.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type End, endSchema, type Standing, standingSchema } from '../../jobs/progress';
import { packJson, unpackJson } from '../smallJson';

/** Deflated, 5,000 ids take some 110 KB; DynamoDB takes 400 KB an item. */
const IDS_PER_ITEM = 5_000;
/** Lists that a process keeps, since they never change. */
const MOST_REMEMBERED = 20;

export const watchPartition = (id: string): string => `WATCH#${id}`;

const packed = <T>(schema: z.ZodType<T>) =>
  z.instanceof(Uint8Array).transform((bytes): T => schema.parse(unpackJson(bytes)));
const idsSchema = z.object({ ids: packed(z.array(z.string())) });
const progressSchema = z.object({
  standing: standingSchema,
  /** By the place of their ids; null where they go on. */
  ends: packed(z.array(endSchema.nullable())),
});

export interface WatchProgress {
  standing: Standing;
  /** In the order of the ids. */
  ends: (End | undefined)[];
}

export function watchedJobItems(doc: DynamoDBDocumentClient, table: string) {
  const remembered = new Map<string, readonly string[]>();

  async function read(id: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: watchPartition(id), sk }, ConsistentRead: true }),
    );
    return Item;
  }

  return {
    async freeze(id: string, ids: readonly string[], expiresAt: number): Promise<void> {
      for (let n = 0; n * IDS_PER_ITEM < ids.length; n++) {
        const some = ids.slice(n * IDS_PER_ITEM, (n + 1) * IDS_PER_ITEM);
        const Item = { pk: watchPartition(id), sk: `ids#${n}`, ids: packJson(some), expiresAt };
        await doc.send(new PutCommand({ TableName: table, Item }));
      }
    },

    /** @param count how many there are */
    async ids(id: string, count: number): Promise<readonly string[]> {
      const known = remembered.get(id);
      if (known !== undefined) return known;
      const all: string[] = [];
      for (let n = 0; all.length < count; n++) {
        const item = await read(id, `ids#${n}`);
        if (item === undefined) throw new Error(`the jobs of watch ${id} are not whole: ${all.length} of ${count}`);
        all.push(...idsSchema.parse(item).ids);
      }
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(id, all);
      return all;
    },

    async progress(id: string): Promise<WatchProgress | undefined> {
      const item = await read(id, 'progress');
      if (item === undefined) return undefined;
      const { standing, ends } = progressSchema.parse(item);
      return { standing, ends: ends.map((end) => end ?? undefined) };
    },

    async keepProgress(id: string, { standing, ends }: WatchProgress, expiresAt: number): Promise<void> {
      const Item = {
        ...{ pk: watchPartition(id), sk: 'progress' },
        ...{ standing, ends: packJson(ends.map((end) => end ?? null)), expiresAt },
      };
      await doc.send(new PutCommand({ TableName: table, Item }));
    },
  };
}
