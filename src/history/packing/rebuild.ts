/**
 * Builds the whole list of segments anew from the job items, beside the valid one, in portions that go on where the last was
 * cut off: first the table is walked and each 16,384 jobs become a segment, then these are merged in order of time, at most
 * 32 rows of segments at once, as often as it takes; so memory holds some dozens of segments whatever the history's size.
 *
 * Nothing is packed meanwhile, and jobs in the live index are left to it: whatever is told of a job after it was read makes
 * it live, and a live job hides its rows in any segment. So when the new list takes the old one's place, by the same one
 * conditional write as in packing, nothing is lost or doubled.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { isDone } from '../../jobs/job';
import type { JobItems, TablePlace } from '../jobs';
import { readIndexItem } from '../searching/indexItem';
import { digitsSchema, type Head, type SegmentItems } from '../searching/segmentItems';
import {
  compareRows,
  DamagedPartError,
  type ManifestEntry,
  manifestEntry,
  type PackedSegment,
  packSegments,
  ROWS_PER_SEGMENT,
  segmentRow,
  unpackRow,
  type VersionedRow,
} from '../segments';
import { openSegment } from './bury';
import { noDigits } from './digits';
import type { Publisher } from './publish';
import type { OnDamaged } from './superseded';

/** Sorted runs of segments that are merged at once: of each, one segment is open, a megabyte and a half. */
const RUNS_AT_ONCE = 32;
const RECENT_SEGMENTS = 16;
const KEY = { pk: 'SEGMENTS', sk: 'rebuild' };

const placeSchema = z.object({ createdAt: z.number(), id: z.string() });
const stateSchema = z.object({
  id: z.string(),
  /** Goes up with each portion: of two that do the same one, one is too late. */
  step: z.number().int(),
  jobs: z.number().int(),
  /** Where the walk goes on; absent at its start and after its end. */
  from: z.record(z.string(), z.unknown()).optional(),
  isWalked: z.boolean(),
  /** The new filter of words like ids. */
  digits: digitsSchema.optional(),
  /** The new segments, and how many of them make up each run that is in order of time. */
  manifests: z.array(z.string()),
  runs: z.array(z.number().int()),
  /** So many runs at the front are being merged into the last one, up to this place. */
  merging: z.object({ runs: z.number().int(), upTo: placeSchema.optional() }).optional(),
});
type State = z.infer<typeof stateSchema>;
type Place = z.infer<typeof placeSchema>;

export interface RebuildProgress {
  jobs: number;
  /** What is done at present. */
  doing: 'reading jobs' | 'sorting by time' | 'listing words' | 'done';
}

export interface PortionOptions {
  /** When it is done (ms). */
  at: number;
  hasTime: () => boolean;
  /** Told of each job that was removed since it is too old. */
  onRemoved: () => void;
  onDamaged?: OnDamaged | undefined;
}

export function rebuilding(
  doc: DynamoDBDocumentClient,
  table: string,
  jobs: JobItems,
  items: SegmentItems,
  publisher: Publisher,
) {
  async function read(onDamaged: OnDamaged | undefined): Promise<State | undefined> {
    const { Item } = await doc.send(new GetCommand({ TableName: table, Key: KEY, ConsistentRead: true }));
    try {
      return Item === undefined ? undefined : readIndexItem(stateSchema, Item);
    } catch (error) {
      if (!(error instanceof DamagedPartError) || onDamaged === undefined) throw error;
      onDamaged(error);
      return undefined;
    }
  }

  /** From the first job on. @returns undefined when the lease is lost */
  async function beginAnew(head: Head, id: string): Promise<State | undefined> {
    if ((await items.beginRebuild(head, id)) === undefined) return undefined;
    const state: State = {
      id,
      step: 0,
      jobs: 0,
      isWalked: false,
      manifests: [],
      runs: [],
      digits: noDigits(head.fence),
    };
    await doc.send(new PutCommand({ TableName: table, Item: { ...KEY, ...state } }));
    return state;
  }

  /** @returns false when another did this portion */
  async function save(state: State): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { ...KEY, ...state },
          ConditionExpression: 'id = :id AND step = :before',
          ExpressionAttributeValues: { ':id': state.id, ':before': state.step - 1 },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function walk(
    state: State,
    { hasTime, onRemoved }: PortionOptions,
  ): Promise<{ state: State; segments: PackedSegment[] }> {
    const rows: VersionedRow[] = [];
    let from: TablePlace | undefined = state.from;
    do {
      const page = await jobs.page(from);
      for (const { job, version, isLive } of page.stored) {
        if (!isDone(job) || isLive) continue;
        if (!jobs.isForgotten(job)) rows.push({ row: segmentRow(job), version: 0 });
        else if (await jobs.remove(job.id, version)) onRemoved();
      }
      from = page.next;
    } while (from !== undefined && rows.length < ROWS_PER_SEGMENT && hasTime());
    const segments = packSegments(rows, `${state.id} ${state.step}`);
    const { from: _, ...rest } = state;
    return {
      segments,
      state: {
        ...rest,
        ...(from === undefined ? { isWalked: true } : { from }),
        jobs: state.jobs + rows.length,
        runs: segments.length === 0 ? state.runs : [...state.runs, segments.length],
      },
    };
  }

  /** The rows of a run from a place on (excluded), in order. */
  async function* rowsAfter(run: readonly ManifestEntry[], place: Place | undefined) {
    for (const entry of run) {
      if (place !== undefined && entry.newestAt < place.createdAt) continue;
      const source = openSegment(items, entry);
      const [text, ids, metrics] = [await source.text(), await source.ids(), await source.metrics()];
      for (let row = 0; row < entry.rowCount; row++) {
        const at = { createdAt: text.columns.createdAt[row] ?? 0, id: ids.id(row) };
        if (place !== undefined && compareRows(at, place) <= 0) continue;
        yield { at, unpack: () => unpackRow(row, text, ids, metrics) };
      }
    }
  }

  async function merge(state: State, entries: readonly ManifestEntry[], merging: NonNullable<State['merging']>) {
    let first = 0;
    const runs = state.runs.slice(0, merging.runs).map((length) => {
      first += length;
      return rowsAfter(entries.slice(first - length, first), merging.upTo);
    });
    const heads = await Promise.all(runs.map((run) => run.next()));
    const rows: VersionedRow[] = [];
    let upTo = merging.upTo;
    while (rows.length < ROWS_PER_SEGMENT) {
      let least: number | undefined;
      for (const [run, head] of heads.entries()) {
        if (head.done === true) continue;
        const other = least === undefined ? undefined : heads[least];
        if (other === undefined || other.done === true || compareRows(head.value.at, other.value.at) < 0) least = run;
      }
      const [run, head] = [runs[least ?? -1], heads[least ?? -1]];
      if (least === undefined || run === undefined || head === undefined || head.done === true) break;
      // A job whose walk was cut off may have been read twice.
      if (upTo === undefined || compareRows(head.value.at, upTo) !== 0)
        rows.push({ row: head.value.unpack(), version: 0 });
      upTo = head.value.at;
      heads[least] = await run.next();
    }
    const isWhole = heads.every(({ done }) => done === true);
    const segments = packSegments(rows, `${state.id} ${state.step}`);
    const lengths = [...state.runs];
    lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + segments.length;
    const { merging: _, ...rest } = state;
    const list = [...entries, ...segments.map(manifestEntry)];
    return isWhole
      ? { segments, list: list.slice(first), state: { ...rest, runs: lengths.slice(merging.runs) } }
      : {
          segments,
          list,
          state: { ...rest, runs: lengths, merging: { runs: merging.runs, ...(upTo === undefined ? {} : { upTo }) } },
        };
  }

  return {
    /** Begins anew; nothing is packed until it has ended. @returns false when the lease is lost */
    begin: async (head: Head): Promise<boolean> => (await beginAnew(head, randomUUID())) !== undefined,

    /** Does a portion; the jobs that were packed before the rebuild began have left the live index by then. */
    async portion(
      head: Head,
      valid: readonly ManifestEntry[],
      options: PortionOptions,
    ): Promise<(RebuildProgress & { next?: { head: Head; entries: ManifestEntry[] } }) | undefined> {
      const { rebuilding: id = '' } = head;
      const found = await read(options.onDamaged);
      // Who began it may have died, or lost its lease, before it wrote the state.
      const state = found?.id === id ? found : await beginAnew(head, id);
      if (state === undefined) return undefined;
      const entries = await items.manifest(state);
      let doing: RebuildProgress['doing'];
      let made: { state: State; segments: PackedSegment[]; list?: ManifestEntry[] };
      if (!state.isWalked) {
        doing = 'reading jobs';
        made = await walk(state, options);
      } else if (state.merging !== undefined || state.runs.length > 1) {
        doing = 'sorting by time';
        const merging = state.merging ?? { runs: Math.min(RUNS_AT_ONCE, state.runs.length) };
        made = await merge(
          state.merging === undefined ? { ...state, runs: [...state.runs, 0] } : state,
          entries,
          merging,
        );
      } else if (entries.some(publisher.lacksVocabulary)) {
        doing = 'listing words';
        made = { state, segments: [] };
      } else {
        const newest = [...entries].sort((a, b) => b.newestAt - a.newestAt).slice(0, RECENT_SEGMENTS);
        const change = { before: valid, after: entries, recent: newest.map(({ id }) => id), rebuilt: state };
        const next = await publisher.publish(head, change, options.at);
        return next === undefined ? undefined : { doing: 'done', jobs: state.jobs, next };
      }
      const list = made.list ?? [...entries, ...made.segments.map(manifestEntry)];
      const { digits, ...rest } = made.state;
      const prepared = await publisher.prepare(list, made.segments, digits, head.fence, doing === 'listing words');
      await publisher.write(head, { ...state, entries }, prepared, made.segments, options.at);
      const { manifests, grown } = prepared;
      const saved = await save({
        ...rest,
        ...(grown.digits === undefined ? {} : { digits: grown.digits }),
        step: state.step + 1,
        manifests,
      });
      return saved ? { doing, jobs: made.state.jobs } : undefined;
    },
  };
}
export type Rebuilding = ReturnType<typeof rebuilding>;
