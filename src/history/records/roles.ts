/**
 * Who was given which role, for which queues, by whom and when: one item a grant under a key that says all of it, so that
 * giving twice is giving once, and two admins at once lose nothing.
 */

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { partitionPages } from './partition';

/** From the least to the most. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whom a role is given to: a person, all of a Slack user group, or whoever asks in a channel. */
export const subjectSchema = z.object({
  kind: z.enum(['user', 'group', 'channel']),
  id: z.string().min(1),
  /** As it was called when the role was given. */
  name: z.string().optional(),
});
export type Subject = z.infer<typeof subjectSchema>;

export const grantSchema = z.object({
  to: subjectSchema,
  role: z.enum(ROLES),
  /** A queue's name, `*` allowed; `*` alone is all queues. */
  queues: z.string().min(1),
  by: z.object({ id: z.string(), name: z.string() }),
  /** ms */
  at: z.number(),
});
export type Grant = z.infer<typeof grantSchema>;
/** What makes two grants the same one. */
export type GrantKey = Pick<Grant, 'to' | 'role' | 'queues'>;

const PARTITION = 'ROLES';
/** A role that was taken works no longer than this in a process that did not take it itself. */
const FRESH_MS = 2_000;

export function roleItems(doc: DynamoDBDocumentClient, table: string, now: () => number) {
  const key = ({ to, role, queues }: GrantKey) => ({
    pk: PARTITION,
    sk: `${to.kind}#${to.id}#${role}#${queues.toLowerCase()}`,
  });
  let known: { at: number; grants: Promise<Grant[]> } | undefined;

  async function read(): Promise<Grant[]> {
    const grants: Grant[] = [];
    for await (const items of partitionPages(doc, table, PARTITION))
      grants.push(...items.map((item) => grantSchema.parse(item)));
    return grants;
  }

  return {
    /** All grants there are, as they were 2 seconds ago at the latest; or as they are now. */
    async list(asOf: 'lately' | 'now' = 'lately'): Promise<readonly Grant[]> {
      const at = now();
      if (asOf === 'lately' && known !== undefined && at - known.at < FRESH_MS) return await known.grants;
      const grants = read();
      known = { at, grants };
      try {
        return await grants;
      } catch (error) {
        known = undefined;
        throw error;
      }
    },

    /** @returns false when it was given before; then who gave it first, and when, stays */
    async give(grant: Grant): Promise<boolean> {
      try {
        await doc.send(
          new PutCommand({
            TableName: table,
            Item: { ...key(grant), ...grant },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      } finally {
        known = undefined;
      }
    },

    /** @returns false when there was none */
    async take(grant: GrantKey): Promise<boolean> {
      try {
        const { Attributes } = await doc.send(
          new DeleteCommand({ TableName: table, Key: key(grant), ReturnValues: 'ALL_OLD' }),
        );
        return Attributes !== undefined;
      } finally {
        known = undefined;
      }
    },
  };
}
export type RoleItems = ReturnType<typeof roleItems>;
