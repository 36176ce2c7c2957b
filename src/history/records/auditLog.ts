/** Reads the audit: its entries newest first, month by month, and all that is kept of one operation. */
import { type DynamoDBDocumentClient, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type AuditEntry, type AuditResult, auditEntrySchema, auditResultSchema, operationPartition } from './audit';

/** Where in the audit an entry stands: its time, and what tells it from others of that time. */
export type AuditPlace = string;

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /** Give this as `before` to see what is older; undefined when there is no more. */
  older?: AuditPlace;
  /** Give this as `after` to see what is newer; undefined when there is no more. */
  newer?: AuditPlace;
  /** It gave up looking here, since so much was read; older ones may be there. */
  lookedBackTo?: number;
}

export interface AuditQuestion {
  limit: number;
  before?: AuditPlace | undefined;
  after?: AuditPlace | undefined;
  /** ms, both inclusive */
  since?: number | undefined;
  until?: number | undefined;
  /** Which entries count. */
  matches: (entry: AuditEntry) => boolean | Promise<boolean>;
}

/** An entry has some 400 bytes: 2,000 of them cost 100 read units. */
const MOST_READ = 2_000;
const READ_AT_ONCE = 100;
/** Sorts after every time of a year with four digits. */
const END = '~';

interface Placed {
  place: AuditPlace;
  entry: AuditEntry;
}

const isoOf = (at: number): string => new Date(at).toISOString();

export function auditLog(doc: DynamoDBDocumentClient, table: string) {
  async function months(): Promise<string[]> {
    const found: string[] = [];
    const pages = paginateQuery(
      { client: doc },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'AUDIT#MONTHS' },
      },
    );
    for await (const { Items } of pages) found.push(...(Items ?? []).map(({ sk }) => z.string().parse(sk)));
    return found;
  }

  /** The entries between two places, both left out, in either direction. */
  async function* walk(low: string, high: string, newestFirst: boolean): AsyncGenerator<Placed> {
    const among = (await months()).filter((month) => month >= low.slice(0, 7) && month <= high.slice(0, 7));
    for (const month of newestFirst ? among.reverse() : among) {
      const pages = paginateQuery(
        { client: doc, pageSize: READ_AT_ONCE },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: { ':pk': `AUDIT#${month}`, ':low': low, ':high': high },
          ScanIndexForward: !newestFirst,
        },
      );
      for await (const { Items } of pages) {
        for (const item of Items ?? []) {
          const place = z.string().parse(item.sk);
          if (place !== low && place !== high) yield { place, entry: auditEntrySchema.parse(item) };
        }
      }
    }
  }

  async function collect(
    { limit, matches, since, until, before, after }: AuditQuestion,
    newestFirst: boolean,
  ): Promise<{ found: Placed[]; more: boolean; gaveUpAt?: Placed }> {
    const low = [isoOf(since ?? 0), ...(after === undefined ? [] : [after])].sort().at(-1) ?? '';
    const high =
      [until === undefined ? END : `${isoOf(until)}${END}`, ...(before === undefined ? [] : [before])].sort()[0] ?? END;
    const found: Placed[] = [];
    let read = 0;
    for await (const placed of walk(low, high, newestFirst)) {
      if (await matches(placed.entry)) {
        if (found.length === limit) return { found, more: true };
        found.push(placed);
      }
      read++;
      if (read >= MOST_READ) return { found, more: false, gaveUpAt: placed };
    }
    return { found, more: false };
  }

  async function chunkWith(op: string, prefix: string, id: string): Promise<Record<string, unknown> | undefined> {
    const { Items } = await doc.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':pk': operationPartition(op), ':low': prefix, ':high': `${prefix}${id}` },
        ScanIndexForward: false,
        Limit: 1,
      }),
    );
    return Items?.[0];
  }

  return {
    /** A page of entries, bounded in what it reads. */
    async page(question: AuditQuestion): Promise<AuditPage> {
      if (question.after !== undefined) {
        const { found, more, gaveUpAt } = await collect(question, false);
        // Fewer than a page are newer: then it is the newest page that somebody wants to see.
        if (found.length === question.limit && gaveUpAt === undefined) {
          const newestFirst = found.reverse();
          return {
            entries: newestFirst.map(({ entry }) => entry),
            ...(more && newestFirst[0] !== undefined ? { newer: newestFirst[0].place } : {}),
            older: newestFirst.at(-1)?.place ?? question.after,
          };
        }
        return await this.page({ ...question, after: undefined });
      }
      const { found, more, gaveUpAt } = await collect(question, true);
      const newest = found[0]?.place ?? question.before;
      const older = more ? found.at(-1)?.place : gaveUpAt?.place;
      return {
        entries: found.map(({ entry }) => entry),
        ...(older === undefined ? {} : { older }),
        ...(question.before === undefined || newest === undefined ? {} : { newer: newest }),
        ...(gaveUpAt === undefined ? {} : { lookedBackTo: gaveUpAt.entry.at }),
      };
    },

    /** What happened to an operation, oldest first; nothing for one that is not known. */
    async entriesOf(op: string): Promise<AuditEntry[]> {
      const { Items = [] } = await doc.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
          ExpressionAttributeValues: { ':pk': operationPartition(op), ':entry': 'entry#' },
        }),
      );
      return Items.map((item) => auditEntrySchema.parse(item)).sort((a, b) => a.at - b.at);
    },

    /**
     * Jobs of an operation, in order of their ids, to which that came.
     * @param after the id after which to begin
     */
    async resultsOf(op: string, outcome: string, limit: number, after = ''): Promise<AuditResult[]> {
      const prefix = `results#${outcome}#`;
      const first = after === '' ? undefined : await chunkWith(op, prefix, after);
      const found: AuditResult[] = [];
      const pages = paginateQuery(
        { client: doc, pageSize: 1 },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
          ExpressionAttributeValues: {
            ':pk': operationPartition(op),
            ':low': z.string().parse(first?.sk ?? prefix),
            ':high': `${prefix}${END}`,
          },
        },
      );
      for await (const { Items } of pages) {
        for (const item of Items ?? [])
          found.push(
            ...z
              .array(auditResultSchema)
              .parse(item.results)
              .filter(({ id }) => id > after),
          );
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    /** Whether a job is among those that an operation was confirmed for; reads one item. */
    async concerns(op: string, id: string): Promise<boolean> {
      const chunk = await chunkWith(op, 'ids#', id);
      return chunk !== undefined && z.array(z.string()).parse(chunk.ids).includes(id);
    },

    /** What an operation did to a job. @param outcomes those that its `finished` counts */
    async resultOf(op: string, id: string, outcomes: readonly string[]): Promise<AuditResult | undefined> {
      for (const outcome of outcomes) {
        const chunk = await chunkWith(op, `results#${outcome}#`, id);
        const result = z
          .array(auditResultSchema)
          .parse(chunk?.results ?? [])
          .find((one) => one.id === id);
        if (result !== undefined) return result;
      }
      return undefined;
    },
  };
}
