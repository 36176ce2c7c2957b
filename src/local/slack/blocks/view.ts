/** Whether Slack would take a modal or a Home: its frame and its blocks. */
import * as z from 'zod';
import { asRecord, checkBlocks, problemsOf } from './check';
import { plainText } from './text';

/** `private_metadata` 3000, `callback_id` 255, title and buttons 24 characters (@slack/types 3.2, `ModalView`). */
const frame = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const modalSchema = z.strictObject({
  type: z.literal('modal'),
  ...frame,
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  submit_disabled: z.boolean().optional(),
});
const homeSchema = z.strictObject({ type: z.literal('home'), ...frame });

/** A view as an app sends it. */
export interface ViewPayload {
  type: 'modal' | 'home';
  blocks: Record<string, unknown>[];
  private_metadata?: string;
  callback_id?: string;
  external_id?: string;
  title?: { type: string; text: string };
  submit?: { type: string; text: string };
  close?: { type: string; text: string };
  clear_on_close?: boolean;
  notify_on_close?: boolean;
}

/** Everything wrong with a view, in Slack's words; empty when Slack would take it. */
export function checkView(view: unknown, type: 'modal' | 'home'): string[] {
  const payload = asRecord(view);
  if (!payload) return ['must provide an object [json-pointer:/view]'];
  const problems = problemsOf(type === 'modal' ? modalSchema : homeSchema, payload, '/view');
  if (!Array.isArray(payload.blocks)) return problems;
  const hasInput = payload.blocks.some((block) => asRecord(block)?.type === 'input');
  // A modal with an input block needs a submit button (@slack/types, `ModalView.submit`).
  if (type === 'modal' && hasInput && payload.submit === undefined) {
    problems.push('missing required field: submit [json-pointer:/view]');
  }
  return [...problems, ...checkBlocks(payload.blocks, type, '/view/blocks')];
}
