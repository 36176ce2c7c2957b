/**
 * Who did what, and who was refused: written once, never changed (no role may update or delete what is under `AUDIT#`).
 *
 * | pk | sk | item |
 * |---|---|---|
 * | `AUDIT#<yyyy-mm>` | `<time>#<reference>` | an entry, among those of its month |
 * | `AUDIT#MONTHS` | `<yyyy-mm>` | a month that has entries |
 * | `AUDIT#OP#<op>` | `entry#<what>` | the same entry, among those of its operation; a refusal has its reference after it, a role what it is |
 * | `AUDIT#OP#<op>` | `ids#<first id>` | up to 1,000 of the frozen ids, in order |
 * | `AUDIT#OP#<op>` | `results#<outcome>#<first id>` | up to 1,000 jobs of which that became, in order |
 *
 * Each write may come again after a worker has died over it, and then changes nothing.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shortReference } from '../../errors';
import { auditLog } from './auditLog';
import { operationSchema, type Tally, tallyOf } from './operation';
import { grantSchema } from './roles';
import { type SortedTexts, sortedTexts } from './sortedTexts';

export const auditEntrySchema = z.object({
  /** ms */
  at: z.number(),
  by: z.object({ id: z.string(), name: z.string() }),
  /** A Slack channel's id, or that of the person whose App Home it was; empty for what batchbot does by itself. */
  channel: z.string(),
  /** The verb: `cancel`, `retry`, `roles`… */
  verb: z.string(),
  /** What followed the verb, as typed. */
  words: z.string(),
  /** An operation is asked, then confirmed or kept, may be halted, and is finished; a single act is done. */
  what: z.enum(['asked', 'confirmed', 'kept', 'halted', 'finished', 'done', 'refused']),
  op: z.string().optional(),
  /** How many jobs it is about. */
  count: z.number().int().optional(),
  /** Of what finished: how many jobs came to which outcome. */
  outcomes: z.record(z.string(), z.number()).optional(),
  /** The reason that somebody gave, or why it was refused. */
  reason: z.string().optional(),
  /** Of a single act: what was done, in words that follow a name: `disabled queue spot-p1`. */
  told: z.string().optional(),
  /** The role that was given or taken. */
  grant: grantSchema.pick({ to: true, role: true, queues: true }).extend({ taken: z.boolean() }).optional(),
  /** Of what was confirmed: what somebody was told of first, and confirmed it all the same. */
  knowing: operationSchema.shape.knowing,
  /** The jobs, where they are few and there is no operation. */
  ids: z.array(z.string()).optional(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** What became of one job of an operation. */
export const auditResultSchema = z.object({
  id: z.string(),
  outcome: z.string(),
  why: z.string().optional(),
  /** The job that was submitted in its place. */
  newId: z.string().optional(),
});
export type AuditResult = z.infer<typeof auditResultSchema>;

/** For what the bot does by itself. */
export const BATCHBOT = { id: 'batchbot', name: 'batchbot' } as const;

/** A lookup of one job reads one item of these: 41 KB of ids. With reasons, so many results stay under 400 KB an item. */
const IDS_PER_ITEM = 1_000;
const MOST_WHY = 200;
/** Items on their way at once. */
const AT_ONCE = 4;

/** What tells a step from the others of its operation; several roles may be changed by one. */
const stepName = ({ what, grant }: AuditEntry): string =>
  grant === undefined ? what : [what, grant.to.id, grant.role, grant.queues].join('-');

export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);
export const operationPartition = (op: string): string => `AUDIT#OP#${op}`;

/** @param onEntry hears of every entry, once it is written */
export function auditItems(doc: DynamoDBDocumentClient, table: string, onEntry: (entry: AuditEntry) => void) {
  const markedMonths = new Set<string>();

  /** @returns false when it stood there before */
  async function put(pk: string, sk: string, fields: Record<string, unknown>): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: { pk, sk, ...fields },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** @param item is made of each part when its turn comes, so that all are there as bytes only */
  async function putAll(
    pk: string,
    all: SortedTexts,
    item: (some: readonly string[]) => { sk: string; fields: Record<string, unknown> },
  ): Promise<void> {
    const underWay: Promise<boolean>[] = [];
    for (const part of all.parts(IDS_PER_ITEM)) {
      const { sk, fields } = item(part);
      underWay.push(put(pk, sk, fields));
      if (underWay.length === AT_ONCE) await Promise.all(underWay.splice(0));
    }
    await Promise.all(underWay);
  }

  /** A step of an operation happens once, however often it is written: the first one counts. */
  async function stepOf(op: string, entry: AuditEntry): Promise<AuditEntry> {
    const sk = `entry#${stepName(entry)}`;
    if (await put(operationPartition(op), sk, entry)) return entry;
    const { Item } = await doc.send(
      new GetCommand({ TableName: table, Key: { pk: operationPartition(op), sk }, ConsistentRead: true }),
    );
    return auditEntrySchema.parse(Item);
  }

  return {
    /**
     * Adds an entry; a step of an operation that was added before stays as it was.
     * @param once what tells a single act from others of its time: written twice, it is one entry
     */
    async write(entry: AuditEntry, once = shortReference()): Promise<void> {
      const { op } = entry;
      const isStep = op !== undefined && entry.what !== 'refused';
      const kept = isStep ? await stepOf(op, entry) : entry;
      const reference = isStep ? `${op}-${stepName(entry)}` : once;
      if (op !== undefined && !isStep) await put(operationPartition(op), `entry#${entry.what}#${reference}`, entry);
      const month = monthOf(kept.at);
      if (!markedMonths.has(month)) {
        await put('AUDIT#MONTHS', month, {});
        markedMonths.add(month);
      }
      if (await put(`AUDIT#${month}`, `${new Date(kept.at).toISOString()}#${reference}`, kept)) onEntry(kept);
    },

    /** The ids that an operation is confirmed for; before its `confirmed`, so that an operation with that entry is whole. */
    async writeIds(op: string, ids: AsyncIterable<readonly string[]>): Promise<void> {
      const all = sortedTexts();
      for await (const some of ids) for (const id of some) all.add(id);
      await putAll(operationPartition(op), all, (some) => ({ sk: `ids#${some[0]}`, fields: { ids: some } }));
    },

    /**
     * What became of each job; before the operation's `finished`.
     * @returns how many came to which outcome
     */
    async writeResults(op: string, results: AsyncIterable<{ outcomes: readonly AuditResult[] }>): Promise<Tally> {
      const sorted = new Map<string, SortedTexts>();
      let tally: Tally = {};
      for await (const { outcomes } of results) {
        tally = tallyOf(outcomes, tally);
        for (const result of outcomes) {
          const those = sorted.get(result.outcome) ?? sortedTexts();
          sorted.set(result.outcome, those);
          those.add(resultText(result));
        }
      }
      for (const [outcome, all] of sorted)
        await putAll(operationPartition(op), all, (some) => {
          const those = some.map((text) => resultOf(outcome, text));
          return { sk: `results#${outcome}#${those[0]?.id}`, fields: { results: those } };
        });
      return tally;
    },

    ...auditLog(doc, table),
  };
}
export type AuditItems = ReturnType<typeof auditItems>;

const toldSchema = auditResultSchema.pick({ why: true, newId: true });

/** A result as a text that sorts as its id does: no id has a tab, and every letter of one comes after it. */
function resultText({ id, why, newId }: AuditResult): string {
  if (why === undefined && newId === undefined) return id;
  return `${id}\t${JSON.stringify({ newId, why: why?.slice(0, MOST_WHY) })}`;
}

function resultOf(outcome: string, text: string): AuditResult {
  const [id = '', told] = text.split('\t');
  return { id, outcome, ...(told === undefined ? {} : toldSchema.parse(JSON.parse(told))) };
}
