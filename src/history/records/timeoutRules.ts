/** Our own rules on how long jobs may take, which kinds of limits are switched on or off, and jobs that were given more time. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { timeoutRuleSchema } from '../../jobs/timeoutRule';
import { TIMEOUT_KINDS, type TimeoutKind } from '../../jobs/timeouts';
import { partitionList } from './partitionList';

const by = { by: z.object({ id: z.string(), name: z.string() }), /** ms */ at: z.number() };

const ruleSchema = timeoutRuleSchema.extend({ kind: z.literal('rule'), ...by });
const switchSchema = z.object({ kind: z.literal('switch'), of: z.enum(TIMEOUT_KINDS), isOn: z.boolean(), ...by });
const extensionSchema = z.object({
  kind: z.literal('extension'),
  /** The job's. */
  id: z.string().min(1),
  /** No rule stops it before (ms). */
  until: z.number(),
  ...by,
});
const timeoutSettingSchema = z.discriminatedUnion('kind', [ruleSchema, switchSchema, extensionSchema]);
type TimeoutSetting = z.infer<typeof timeoutSettingSchema>;
export type KeptRule = z.infer<typeof ruleSchema>;
export type TimeoutSwitch = z.infer<typeof switchSchema>;
export type Extension = z.infer<typeof extensionSchema>;

export interface TimeoutSettings {
  rules: readonly KeptRule[];
  switches: readonly TimeoutSwitch[];
  extensions: readonly Extension[];
}

const PARTITION = 'TIMEOUTS';
/** A rule counts no later than this in a process that did not set it itself. */
const FRESH_MS = 2_000;
/** How long an exception for a job is kept after its end. */
const KEPT_MS = 30 * 86_400_000;

const numbered = (n: number) => ({ pk: PARTITION, sk: `rule#${String(n).padStart(6, '0')}` });

export function timeoutRuleItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const { list, forget } = partitionList(doc, table, PARTITION, timeoutSettingSchema, now, FRESH_MS);
  const ofKind = <K extends TimeoutSetting['kind']>(all: readonly TimeoutSetting[], kind: K) =>
    all.filter((one): one is Extract<TimeoutSetting, { kind: K }> => one.kind === kind);

  /** @returns false when the condition does not hold */
  async function put(
    item: Record<string, unknown>,
    condition?: string,
    names?: Record<string, string>,
    values?: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await doc.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ...(condition === undefined ? {} : { ConditionExpression: condition }),
          ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    } finally {
      forget();
    }
  }

  return {
    /** All of it, as it was 2 seconds ago at the latest; or as it is now. */
    async settings(asOf: 'lately' | 'now' = 'lately'): Promise<TimeoutSettings> {
      const all = await list(asOf);
      return {
        rules: ofKind(all, 'rule'),
        switches: ofKind(all, 'switch'),
        extensions: ofKind(all, 'extension'),
      };
    },

    /** A number that no rule had before. */
    async nextNumber(): Promise<number> {
      const { Attributes } = await doc.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: `${PARTITION}#LAST`, sk: '-' },
          UpdateExpression: 'ADD #n :one',
          ExpressionAttributeNames: { '#n': 'n' },
          ExpressionAttributeValues: { ':one': 1 },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return z.number().int().parse(Attributes?.n);
    },

    /** Keeps a rule, in place of what had its number. */
    async setRule(rule: KeptRule): Promise<void> {
      await put({ ...numbered(rule.n), ...rule });
    },

    /** @returns false when there was none */
    async removeRule(n: number): Promise<boolean> {
      try {
        const { Attributes } = await doc.send(
          new DeleteCommand({ TableName: table, Key: numbered(n), ReturnValues: 'ALL_OLD' }),
        );
        return Attributes !== undefined;
      } finally {
        forget();
      }
    },

    async setSwitch(of: TimeoutKind, isOn: boolean, who: TimeoutSwitch['by'], at: number): Promise<void> {
      const one: TimeoutSwitch = { kind: 'switch', of, isOn, by: who, at };
      await put({ pk: PARTITION, sk: `switch#${of}`, ...one });
    },

    /**
     * Gives a job time until a moment.
     * @param known the end that it was given before, as it was read
     * @returns false when somebody gave it another meanwhile
     */
    async extend(extension: Extension, known: number | undefined): Promise<boolean> {
      const item = {
        pk: PARTITION,
        sk: `extension#${extension.id}`,
        ...extension,
        expiresAt: Math.ceil((extension.until + KEPT_MS) / 1_000),
      };
      return known === undefined
        ? await put(item, 'attribute_not_exists(pk)')
        : await put(item, '#until = :known', { '#until': 'until' }, { ':known': known });
    },
  };
}
export type TimeoutRuleItems = ReturnType<typeof timeoutRuleItems>;
