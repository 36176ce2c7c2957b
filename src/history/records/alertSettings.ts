/** Which occasions are on, for all or for one channel, and thresholds by queue: one item each, the latest counts. */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { partitionList } from './partitionList';

const by = { by: z.object({ id: z.string(), name: z.string() }), /** ms */ at: z.number() };

export const alertSettingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('switch'),
    /** An occasion's name. */
    occasion: z.string(),
    /** A channel's or person's id; all where it is absent. */
    to: z.string().optional(),
    isOn: z.boolean(),
    ...by,
  }),
  z.object({
    kind: z.literal('threshold'),
    /** `runnable`, `starting`… */
    name: z.string(),
    /** A queue's name, `*` allowed; `*` alone is all queues. */
    queue: z.string(),
    /** ms or times, as the threshold's own table says; null for never. */
    value: z.number().nullable(),
    ...by,
  }),
]);
export type AlertSetting = z.infer<typeof alertSettingSchema>;
export type OccasionSwitch = Extract<AlertSetting, { kind: 'switch' }>;
export type Threshold = Extract<AlertSetting, { kind: 'threshold' }>;

const PARTITION = 'ALERTS#SETTINGS';
/** A setting that changed works no later than this in a process that did not change it itself. */
const FRESH_MS = 10_000;

/** What makes two settings the same one. */
export type SettingKey = Pick<OccasionSwitch, 'kind' | 'occasion' | 'to'> | Pick<Threshold, 'kind' | 'name' | 'queue'>;

const key = (setting: SettingKey) => ({
  pk: PARTITION,
  sk:
    setting.kind === 'switch'
      ? `switch#${setting.occasion}#${setting.to ?? '*'}`
      : `threshold#${setting.name}#${setting.queue.toLowerCase()}`,
});

export function alertSettingItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const { list, forget } = partitionList(doc, table, PARTITION, alertSettingSchema, now, FRESH_MS);
  return {
    /** All settings that somebody made, as they were 10 seconds ago at the latest; or as they are now. */
    list,

    async set(setting: AlertSetting): Promise<void> {
      try {
        await doc.send(new PutCommand({ TableName: table, Item: { ...key(setting), ...setting } }));
      } finally {
        forget();
      }
    },

    /** @returns false when there was none */
    async remove(setting: SettingKey): Promise<boolean> {
      try {
        const { Attributes } = await doc.send(
          new DeleteCommand({ TableName: table, Key: key(setting), ReturnValues: 'ALL_OLD' }),
        );
        return Attributes !== undefined;
      } finally {
        forget();
      }
    },
  };
}
export type AlertSettingItems = ReturnType<typeof alertSettingItems>;
