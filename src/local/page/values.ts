/** The state of the inputs in a message or view: what an element starts with, and what a door is told. */
import type { InputBlock, KnownBlock } from '@slack/types';
import type { View } from './contract';

/** One input's value in the door's form: text, an option, or several. */
export type FieldValue = string | string[];
export type Drafts = Readonly<Record<string, FieldValue>>;

/** What the page reads of any interactive element, whatever its type. */
export interface AnyElement {
  type: string;
  action_id?: string;
  [field: string]: unknown;
}

export const fieldKey = (blockId: string | undefined, actionId: string | undefined): string =>
  `${blockId ?? ''}/${actionId ?? ''}`;

interface OptionLike {
  text?: { text?: string };
  value?: string;
}

/** How a door names an option: by its value, which is unique within its element, or its text where it has none. */
export function optionToken(option: OptionLike): string {
  return option.value ?? option.text?.text ?? '';
}

/** Reads a value from an element's `initial_…` fields or from Slack's `state`, whose fields mirror them. */
function readValue(fields: Record<string, unknown>, prefix: 'initial' | 'selected'): FieldValue | undefined {
  const field = (name: string): unknown => fields[`${prefix}_${name}`];
  const many = field('options') ?? field('users') ?? field('channels') ?? field('conversations');
  if (Array.isArray(many)) return many.map((one) => (typeof one === 'string' ? one : optionToken(one as OptionLike)));
  const option = field('option');
  if (option && typeof option === 'object') return optionToken(option as OptionLike);
  const names = ['user', 'channel', 'conversation', 'date', 'time', 'date_time'];
  const single = names.map(field).find((value) => value !== undefined && value !== null);
  const text = single ?? (prefix === 'initial' ? fields.initial_value : fields.value);
  return typeof text === 'string' || typeof text === 'number' ? String(text) : undefined;
}

export function initialValue(element: AnyElement): FieldValue | undefined {
  return readValue(element, 'initial');
}

/** The drafts that a view's own `state` restores, after a reload of the page. */
export function draftsFromState(view: View): Drafts {
  const drafts: Record<string, FieldValue> = {};
  for (const [blockId, elements] of Object.entries(view.state?.values ?? {})) {
    for (const [actionId, state] of Object.entries(elements)) {
      const value = readValue(state, 'selected');
      if (value !== undefined) drafts[fieldKey(blockId, actionId)] = value;
    }
  }
  return drafts;
}

/** The input blocks of a surface, those in containers too. */
function inputsOf(blocks: readonly KnownBlock[]): InputBlock[] {
  return blocks.flatMap((block) =>
    block.type === 'container' ? inputsOf(block.child_blocks) : block.type === 'input' ? [block] : [],
  );
}

/**
 * Every input block's value by its visible label, as `/local/submit` and `/local/press` want it; where two share a
 * label, by block id, which the doors take as well. An emptied input is sent as empty, one never touched not at all.
 */
export function valuesByLabel(blocks: readonly KnownBlock[], drafts: Drafts): Record<string, FieldValue> {
  const inputs = inputsOf(blocks);
  const values: Record<string, FieldValue> = {};
  for (const { label, block_id: blockId, element } of inputs) {
    const field = element as unknown as AnyElement;
    const value = drafts[fieldKey(blockId, field.action_id)] ?? initialValue(field);
    const shared = inputs.filter((other) => other.label.text === label.text).length > 1;
    if (value !== undefined) values[(shared && blockId) || label.text] = value;
  }
  return values;
}
