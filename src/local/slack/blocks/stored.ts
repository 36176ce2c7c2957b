/** Blocks as Slack keeps them: with the ids and the defaults that it fills in where an app left them out. */
import { randomBytes } from 'node:crypto';
import { asRecord } from './check';

export type StoredBlock = Record<string, unknown> & { type: string; block_id: string };

/** Five characters, as Slack's own ids are. */
const freshId = (): string => randomBytes(4).toString('base64url').slice(0, 5);

const INTERACTIVE = /^(button|icon_button|feedback_buttons|workflow_button|overflow|checkboxes|radio_buttons)$/;
const isInteractive = (type: unknown): boolean =>
  typeof type === 'string' && (INTERACTIVE.test(type) || /(_select|picker|_input)$/.test(type));

function filled(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(filled);
  const record = asRecord(part);
  if (!record) return part;
  const inner = Object.fromEntries(Object.entries(record).map(([key, value]) => [key, filled(value)]));
  if (inner.type === 'plain_text') return { emoji: true, ...inner };
  if (inner.type === 'mrkdwn') return { verbatim: false, ...inner };
  return isInteractive(inner.type) ? { action_id: freshId(), ...inner } : inner;
}

export const storedBlocks = (blocks: readonly unknown[]): StoredBlock[] =>
  blocks.map((block) => {
    const whole = filled(block) as Record<string, unknown> & { type: string };
    const children = whole.child_blocks;
    return {
      block_id: freshId(),
      ...whole,
      ...(Array.isArray(children) ? { child_blocks: storedBlocks(children) } : {}),
    };
  });
