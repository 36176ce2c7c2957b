/** The items of the search index in the table: parts of segments, manifests and vocabularies, none of which ever changes. */
import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  DamagedPartError,
  type ManifestEntry,
  PARTS,
  type PackedSegment,
  type PartName,
  readManifest,
  Vocabulary,
} from '../segments';
import { digitItems } from './digitItems';
import { type Head, searchHead } from './searchHead';

export { type Digits, digitsSchema, type Head } from './searchHead';

const CHORES = ['versions', 'forget'] as const;
type Chore = (typeof CHORES)[number];

const hashOf = (text: Uint8Array): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const listKey = (key: string): string => `SEGMENTS#${key}`;
const segmentKey = (id: string): string => `SEGMENT#${id}`;

/** Removed by a packer a while after it stopped being valid: who finds this reads the head again. */
export class MissingItemError extends Error {
  override name = 'MissingItemError';
  readonly item: string;
  constructor(pk: string, sk: string) {
    const item = `${pk} / ${sk}`;
    super(`Item ${item} of the search index is missing. \`npm run reindex\` rebuilds the index from the jobs.`);
    this.item = item;
  }
}

export function segmentItems(doc: DynamoDBDocumentClient, table: string) {
  /** The manifests that were read last: most stay as they are when a new list becomes valid. */
  let manifests = new Map<string, Promise<ManifestEntry[]>>();

  async function bytes(pk: string, sk: string): Promise<Uint8Array | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: { pk, sk } }));
    const found: unknown = Item?.bytes;
    if (found instanceof Uint8Array) return found;
    // A read that is eventually consistent may miss what was written a moment ago.
    const again = await doc.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }));
    return again.Item?.bytes instanceof Uint8Array ? again.Item.bytes : undefined;
  }

  async function needed(pk: string, sk: string): Promise<Uint8Array> {
    const found = await bytes(pk, sk);
    if (found === undefined) throw new MissingItemError(pk, sk);
    return found;
  }

  /** The same key always means the same bytes. */
  async function putOnce(pk: string, sk: string, value: Uint8Array): Promise<void> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { pk, sk, bytes: value },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  const remove = async (pk: string, sk: string): Promise<void> => {
    await doc.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
  };

  async function numbers(id: string, sk: Chore): Promise<number[] | undefined> {
    const found = await bytes(segmentKey(id), sk);
    if (found === undefined) return undefined;
    try {
      return z.array(z.number()).parse(JSON.parse(Buffer.from(found).toString()));
    } catch (error) {
      throw new DamagedPartError(`${segmentKey(id)} / ${sk}`, error instanceof Error ? error.message : String(error));
    }
  }

  const readOne = async (key: string): Promise<ManifestEntry[]> =>
    readManifest(await needed(listKey(key), '-'), `${listKey(key)} / -`);

  return {
    ...searchHead(doc, table),
    ...digitItems(doc, table),

    /** The list of segments, from as many manifests as it takes. */
    async manifest({ manifests: keys }: Pick<Head, 'manifests'>): Promise<ManifestEntry[]> {
      const before = manifests;
      manifests = new Map(keys.map((key) => [key, before.get(key) ?? readOne(key)]));
      try {
        return (await Promise.all(manifests.values())).flat();
      } catch (error) {
        manifests = new Map();
        throw error;
      }
    },
    /** Manifests and vocabularies are called by a hash of what they hold. */
    keyOf: hashOf,
    putList: (key: string, packed: Uint8Array): Promise<void> => putOnce(listKey(key), '-', packed),

    part: (id: string, part: PartName): Promise<Uint8Array> => needed(segmentKey(id), part),
    nameOf: (id: string, part: PartName): string => `${segmentKey(id)} / ${part}`,
    async putSegment({ id, parts }: PackedSegment): Promise<void> {
      for (const part of PARTS) await putOnce(segmentKey(id), part, parts[part]);
    },

    vocabulary: async (key: string): Promise<Vocabulary> =>
      new Vocabulary(await needed(listKey(key), '-'), `${listKey(key)} / -`),

    /**
     * What is to be done for a segment's jobs, a number for each row, in an item that is there until it is done:
     * `versions`, the version in which a job was packed, 0 once it has left the live index; `forget`, 1 for a job that is to
     * be removed for good.
     */
    chore: (id: string, chore: Chore): Promise<number[] | undefined> => numbers(id, chore),
    async putChore(id: string, chore: Chore, ofRows: readonly number[]): Promise<void> {
      const Item = { pk: segmentKey(id), sk: chore, bytes: Buffer.from(JSON.stringify(ofRows)) };
      await doc.send(new PutCommand({ TableName: table, Item }));
    },
    endChore: (id: string, chore: Chore): Promise<void> => remove(segmentKey(id), chore),

    async dropSegment(id: string): Promise<void> {
      for (const sk of [...PARTS, ...CHORES]) await remove(segmentKey(id), sk);
    },
    dropList: (key: string): Promise<void> => remove(listKey(key), '-'),
  };
}
export type SegmentItems = ReturnType<typeof segmentItems>;
