/**
 * Rules that say who is told of what: one item a rule under a key made of its conditions, so that a rule that is set again
 * takes its own place, and two people at once lose nothing.
 */
import { createHash } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { partitionList } from './partitionList';

/** What must be so of an occurrence: each part that is there must fit, and within a part any value may. */
export const conditionsSchema = z.object({
  /** Names of occasions. */
  occasions: z.array(z.string()).optional(),
  /** Names, `*` allowed. */
  queues: z.array(z.string()).optional(),
  /** `name` at any revision or `name:revision`, `*` allowed. */
  definitions: z.array(z.string()).optional(),
  /** Of jobs, `*` allowed. */
  names: z.array(z.string()).optional(),
  /** `key` or `key=value`, of which every key must be there. */
  tags: z.array(z.object({ key: z.string(), value: z.string().optional() })).optional(),
  /** As jobs name them, in the tag `submitter` or `user`. */
  users: z.array(z.string()).optional(),
  /** Keys of causes, as the table of causes has them. */
  causes: z.array(z.string()).optional(),
  severities: z.array(z.enum(['quiet', 'normal', 'urgent'])).optional(),
  /** Of an incident: what it is about, which no words name. */
  subject: z.object({ kind: z.string(), name: z.string() }).optional(),
  /** Of an incident: the same for two failures exactly when they have the same cause. */
  causeIdentity: z.string().optional(),
});
export type Conditions = z.infer<typeof conditionsSchema>;

/** Who is told. `submitter` is whoever submitted the job, as Slack knows them. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), id: z.string().min(1), name: z.string().optional() }),
  z.object({ kind: z.literal('user'), id: z.string().min(1), name: z.string().optional() }),
  z.object({ kind: z.literal('submitter') }),
]);
export type Target = z.infer<typeof targetSchema>;

export const routeSchema = z.object({
  /** Five characters that stand for its conditions. */
  id: z.string().min(1),
  when: conditionsSchema,
  /** Nobody where it is empty. */
  to: z.array(targetSchema),
  /** Tells these beside those that other rules name, in place of deciding against them. */
  also: z.boolean(),
  by: z.object({ id: z.string(), name: z.string() }),
  /** ms */
  at: z.number(),
});
export type Route = z.infer<typeof routeSchema>;

const PARTITION = 'ALERTS#ROUTES';

/** Parts in one order, without those that say nothing, so that the same conditions are the same text. */
function canonical(when: Conditions): string {
  const parts = Object.entries(when).filter(([, value]) => value !== undefined);
  const sorted = parts.map(([key, value]) => [
    key,
    Array.isArray(value) ? [...new Set(value.map((one) => JSON.stringify(one).toLowerCase()))].sort() : value,
  ]);
  return JSON.stringify(sorted.sort(([a], [b]) => String(a).localeCompare(String(b))));
}

/** No 0/O or 1/I, so that it can be read out. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
export function routeId(when: Conditions, also: boolean): string {
  const digest = createHash('sha256')
    .update(`${also ? 'also ' : ''}${canonical(when)}`)
    .digest();
  return [...digest.subarray(0, 5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** A rule that changed works no later than this in a process that did not change it itself. */
const FRESH_MS = 10_000;

export function routeItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const { list, forget } = partitionList(doc, table, PARTITION, routeSchema, now, FRESH_MS);
  return {
    /** All rules, as they were 10 seconds ago at the latest; or as they are now. */
    list,

    /** @returns the rule that had the same conditions before, if any */
    async set(route: Route): Promise<Route | undefined> {
      try {
        const { Attributes } = await doc.send(
          new PutCommand({
            TableName: table,
            Item: { pk: PARTITION, sk: route.id, ...route },
            ReturnValues: 'ALL_OLD',
          }),
        );
        return Attributes === undefined ? undefined : routeSchema.parse(Attributes);
      } finally {
        forget();
      }
    },

    /** @returns the rule that there was */
    async remove(id: string): Promise<Route | undefined> {
      try {
        const { Attributes } = await doc.send(
          new DeleteCommand({ TableName: table, Key: { pk: PARTITION, sk: id }, ReturnValues: 'ALL_OLD' }),
        );
        return Attributes === undefined ? undefined : routeSchema.parse(Attributes);
      } finally {
        forget();
      }
    },
  };
}
export type RouteItems = ReturnType<typeof routeItems>;
