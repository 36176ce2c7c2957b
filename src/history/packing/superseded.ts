/**
 * Removes what is no longer part of the search index, a while after: a reader may still hold the list that names it.
 *
 * Whoever packs notes first what it will write and what will then be superseded. After an hour all of that is removed which
 * the valid list does not name: both what was superseded, and what a packer wrote that was cut off before it could commit.
 * What a later note names too was superseded later, and has its hour from then on.
 * (DynamoDB's own expiry would save nothing: to mark an item costs as much as to delete it.)
 */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { bucketKeys } from '../searching/digitItems';
import { readIndexItem } from '../searching/indexItem';
import type { Head, SegmentItems } from '../searching/segmentItems';
import { DamagedPartError, type ManifestEntry } from '../segments';

/** Longer than any search, and than a worker goes without looking at the head. */
const KEPT_MS = 3_600_000;

const noteSchema = z.object({ sk: z.string(), segments: z.array(z.string()), lists: z.array(z.string()) });
/** Told of a damaged item that is then begun anew, or dropped; without it, a damaged item is an error. */
export type OnDamaged = (error: DamagedPartError) => void;

/** Ids of segments, and keys of manifests, vocabularies and buckets of a filter. */
export interface Note {
  segments: readonly string[];
  lists: readonly string[];
}

/** All that a valid list names. */
export function namedBy(head: Pick<Head, 'manifests' | 'digits'>, entries: readonly ManifestEntry[]): Note {
  const vocabularies = entries.flatMap(({ vocabulary }) => (vocabulary === undefined ? [] : [vocabulary.key]));
  return {
    segments: entries.map(({ id }) => id),
    lists: [...new Set([...head.manifests, ...vocabularies, ...bucketKeys(head.digits)])],
  };
}

/** What is in one of both and not in the other: written for a new list, or superseded by it. */
export function changedBetween(before: Note, after: Note): Note {
  const differing = (a: readonly string[], b: readonly string[]) => {
    const [inA, inB] = [new Set(a), new Set(b)];
    return [...a.filter((key) => !inB.has(key)), ...b.filter((key) => !inA.has(key))];
  };
  return { segments: differing(before.segments, after.segments), lists: differing(before.lists, after.lists) };
}

export function supersededItems(doc: DynamoDBDocumentClient, table: string) {
  const pk = 'SEGMENTS';
  const skAt = (at: number) => `note#${String(at).padStart(15, '0')}`;
  const drop = async (sk: string): Promise<void> => {
    await doc.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
  };

  async function notes(first: string, last: string, onDamaged: OnDamaged | undefined) {
    const found: z.infer<typeof noteSchema>[] = [];
    const pages = paginateQuery(
      { client: doc },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
        ConsistentRead: true,
      },
    );
    for await (const { Items } of pages) {
      for (const item of Items ?? []) {
        try {
          found.push(readIndexItem(noteSchema, item));
        } catch (error) {
          if (!(error instanceof DamagedPartError) || onDamaged === undefined) throw error;
          onDamaged(error);
          await drop(String(item.sk));
        }
      }
    }
    return found;
  }

  return {
    async note(at: number, { fence }: Head, { segments, lists }: Note): Promise<void> {
      if (segments.length + lists.length === 0) return;
      await doc.send(new PutCommand({ TableName: table, Item: { pk, sk: `${skAt(at)}#${fence}`, segments, lists } }));
    },

    /**
     * Removes what was noted long enough ago, and by no note since, and is not named by the valid list.
     * @throws DamagedPartError for a damaged note, unless that may be dropped
     */
    async remove(
      items: SegmentItems,
      head: Head,
      entries: readonly ManifestEntry[],
      now: number,
      hasTime: () => boolean,
      onDamaged?: OnDamaged,
    ): Promise<void> {
      const dueTo = skAt(Math.max(0, now - KEPT_MS));
      const due = await notes('note#', dueTo, onDamaged);
      if (due.length === 0) return;
      const kept = [namedBy(head, entries), ...(await notes(dueTo, 'note#~', onDamaged))];
      const segments = new Set(kept.flatMap((note) => note.segments));
      const lists = new Set(kept.flatMap((note) => note.lists));
      for (const note of due) {
        for (const id of note.segments) {
          if (!hasTime()) return;
          if (!segments.has(id)) await items.dropSegment(id);
        }
        for (const key of note.lists) {
          if (!hasTime()) return;
          if (!lists.has(key)) await items.dropList(key);
        }
        await drop(note.sk);
      }
    },
  };
}
export type SupersededItems = ReturnType<typeof supersededItems>;
