/** The items of the search index in the table: parts of segments, manifests and vocabularies never change; one small head does. */
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
import {
  type ManifestEntry,
  PARTS,
  type PackedSegment,
  type PartName,
  packManifest,
  packVocabulary,
  readManifest,
  SEGMENTS_PER_VOCABULARY,
  Vocabulary,
} from './segments';

const headSchema = z.object({
  /** Goes up with every manifest that becomes valid. */
  generation: z.number().int().default(0),
  /** The key of the valid manifest. */
  manifest: z.string().optional(),
  /** Segments whose jobs may still be in the live index, or be seen there by a late look. */
  recent: z.array(z.string()).default([]),
  /** Goes up with every lease: who holds an older one can commit nothing. */
  fence: z.number().int().default(0),
  leaseUntil: z.number().default(0),
});
export type Head = z.infer<typeof headSchema>;

const HEAD_KEY = { pk: 'SEGMENTS', sk: '-' };
const hashOf = (text: Uint8Array | string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Sixteen segments share a vocabulary; its key is made of their ids, so that it needs no list of its own. */
export const vocabularyGroups = (entries: readonly ManifestEntry[]): ManifestEntry[][] =>
  Array.from({ length: Math.ceil(entries.length / SEGMENTS_PER_VOCABULARY) }, (_, n) =>
    entries.slice(n * SEGMENTS_PER_VOCABULARY, (n + 1) * SEGMENTS_PER_VOCABULARY),
  );
const groupKey = (group: readonly ManifestEntry[]): string => hashOf(group.map(({ id }) => id).join());

export function segmentItems(doc: DynamoDBDocumentClient, table: string) {
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
    if (found === undefined) throw new Error(`Item ${pk} / ${sk} of the search index is missing`);
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

  async function updateHead(
    expression: string,
    condition: string,
    values: Record<string, unknown>,
  ): Promise<Head | undefined> {
    try {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: HEAD_KEY,
          UpdateExpression: expression,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return headSchema.parse(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    async head(): Promise<Head> {
      const { Item } = await doc.send(new GetCommand({ TableName: table, Key: HEAD_KEY, ConsistentRead: true }));
      return headSchema.parse(Item ?? {});
    },
    async manifest({ manifest }: Head): Promise<ManifestEntry[]> {
      if (manifest === undefined) return [];
      const pk = `SEGMENTS#${manifest}`;
      return readManifest(await needed(pk, '-'), `${pk} / -`);
    },
    part: (id: string, part: PartName): Promise<Uint8Array> => needed(`SEGMENT#${id}`, part),
    nameOf: (id: string, part: PartName): string => `SEGMENT#${id} / ${part}`,
    async putSegment({ id, parts }: PackedSegment): Promise<void> {
      for (const part of PARTS) await putOnce(`SEGMENT#${id}`, part, parts[part]);
    },

    /** The version of each row's job when it was packed; kept until all of them left the live index. */
    putVersions: (id: string, versions: readonly number[]) =>
      putOnce(`SEGMENT#${id}`, 'versions', Buffer.from(JSON.stringify(versions))),
    async versions(id: string): Promise<number[] | undefined> {
      const found = await bytes(`SEGMENT#${id}`, 'versions');
      return found === undefined ? undefined : z.array(z.number()).parse(JSON.parse(Buffer.from(found).toString()));
    },
    async dropVersions(id: string): Promise<void> {
      await doc.send(new DeleteCommand({ TableName: table, Key: { pk: `SEGMENT#${id}`, sk: 'versions' } }));
    },

    /** Undefined where none was written: then nothing is ruled out. */
    async vocabulary(group: readonly ManifestEntry[]): Promise<Vocabulary | undefined> {
      const pk = `SEGMENTS#${groupKey(group)}`;
      const found = await bytes(pk, '-');
      return found === undefined ? undefined : new Vocabulary(found, `${pk} / -`);
    },
    hasVocabulary: async (group: readonly ManifestEntry[]): Promise<boolean> =>
      (await bytes(`SEGMENTS#${groupKey(group)}`, '-')) !== undefined,
    putVocabulary: (group: readonly ManifestEntry[], tokens: readonly ReadonlySet<string>[]) =>
      putOnce(`SEGMENTS#${groupKey(group)}`, '-', packVocabulary(tokens)),

    /** The right to pack until `until`; undefined while another has it. */
    lease: (now: number, until: number): Promise<Head | undefined> =>
      updateHead('SET leaseUntil = :until ADD fence :one', 'attribute_not_exists(leaseUntil) OR leaseUntil < :now', {
        ':until': until,
        ':now': now,
        ':one': 1,
      }),
    release: ({ fence }: Head) =>
      updateHead('SET leaseUntil = :free', 'fence = :fence', { ':free': 0, ':fence': fence }),

    /** Makes a list of segments the valid one; undefined when another packer has been faster. */
    async commit(head: Head, entries: readonly ManifestEntry[], recent: readonly string[]): Promise<Head | undefined> {
      const packed = packManifest(entries);
      const key = hashOf(packed);
      await putOnce(`SEGMENTS#${key}`, '-', packed);
      const known = head.generation === 0 ? 'attribute_not_exists(generation)' : 'generation = :generation';
      return updateHead(
        'SET generation = :next, manifest = :manifest, recent = :recent',
        `fence = :fence AND ${known}`,
        {
          ':next': head.generation + 1,
          ':manifest': key,
          ':recent': recent,
          ':fence': head.fence,
          ...(head.generation === 0 ? {} : { ':generation': head.generation }),
        },
      );
    },
  };
}
export type SegmentItems = ReturnType<typeof segmentItems>;
