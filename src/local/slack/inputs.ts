/** The state of inputs: what each starts with, and what a person's words for it become in `state.values`. */
import { asRecord, elementsOf } from './blocks/check';
import type { StoredBlock } from './blocks/stored';
import { menuLabel, optionsOf, words } from './plainControls';
import type { StateValues } from './view';

type Element = Record<string, unknown>;
/** What a person enters: text or an option's label or value; several for menus that take several. */
export type Entered = string | readonly string[];

/** A block's label, its element, and the ids under which its state is kept. */
export interface Input {
  readonly label: string;
  readonly blockId: string;
  readonly actionId: string;
  readonly element: Element;
  readonly isRequired: boolean;
}

const STATEFUL = /(_select|picker|_input)$|^(checkboxes|radio_buttons)$/;

/** Every element that keeps a state: those of input blocks, and the menus and pickers of others. */
export function inputsIn(blocks: readonly StoredBlock[]): Input[] {
  return blocks.flatMap((block) => {
    const children = Array.isArray(block.child_blocks) ? inputsIn(block.child_blocks as StoredBlock[]) : [];
    if (block.type === 'container') return children;
    return [...elementsOf(block)].flatMap(([element]): Input[] => {
      if (!STATEFUL.test(String(element.type))) return [];
      return [
        {
          label: block.type === 'input' ? words(block.label) : menuLabel(element),
          blockId: block.block_id,
          actionId: String(element.action_id),
          element,
          isRequired: block.type === 'input' && block.optional !== true,
        },
      ];
    });
  });
}

const option = (element: Element, wanted: string): Element | undefined => {
  const known = optionsOf(element);
  return (
    known.find((item) => item.value === wanted) ??
    known.find((item) => words(item.text).toLowerCase() === wanted.trim().toLowerCase())
  );
};

const listOf = (entered: Entered): string[] =>
  typeof entered === 'string'
    ? entered
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
    : [...entered];

/** An error for the person who entered it. */
export class EnteredError extends Error {}

/** What `element` keeps when this is entered. @throws EnteredError for an option that is not there */
export function enteredState(element: Element, entered: Entered): Element {
  const type = String(element.type);
  const pick = (wanted: string): Element => {
    const found = option(element, wanted);
    if (found) return found;
    const labels = optionsOf(element).map((item) => `"${words(item.text)}"`);
    throw new EnteredError(`there is no option "${wanted}"; there are: ${labels.join(', ')}`);
  };
  const single = typeof entered === 'string' ? entered : (entered[0] ?? '');
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: pick(single) };
    case 'external_select':
      return { type, selected_option: { text: { type: 'plain_text', text: single, emoji: true }, value: single } };
    case 'multi_static_select':
    case 'checkboxes':
      return { type, selected_options: listOf(entered).map(pick) };
    case 'datetimepicker':
      return { type, selected_date_time: Number(single) };
    case 'datepicker':
      return { type, selected_date: single };
    case 'timepicker':
      return { type, selected_time: single };
    default: {
      const kind = /^(multi_)?(user|conversation|channel)s_select$/.exec(type);
      if (kind?.[1]) return { type, [`selected_${kind[2]}s`]: listOf(entered) };
      return kind ? { type, [`selected_${kind[2]}`]: single } : { type, value: single };
    }
  }
}

function initialState(element: Element): Element {
  const type = String(element.type);
  const kind = /^(multi_)?(user|conversation|channel)s_select$/.exec(type);
  if (kind?.[1]) return { type, [`selected_${kind[2]}s`]: element[`initial_${kind[2]}s`] ?? [] };
  if (kind) return { type, [`selected_${kind[2]}`]: element[`initial_${kind[2]}`] ?? null };
  if (/^multi_|^checkboxes$/.test(type)) return { type, selected_options: element.initial_options ?? [] };
  if (/_select$|^radio_buttons$/.test(type)) return { type, selected_option: element.initial_option ?? null };
  if (type === 'datetimepicker') return { type, selected_date_time: element.initial_date_time ?? null };
  if (type === 'datepicker') return { type, selected_date: element.initial_date ?? null };
  if (type === 'timepicker') return { type, selected_time: element.initial_time ?? null };
  return { type, value: element.initial_value ?? null };
}

export function initialValues(blocks: readonly StoredBlock[]): StateValues {
  const values: StateValues = {};
  for (const { blockId, actionId, element } of inputsIn(blocks)) {
    values[blockId] = { ...values[blockId], [actionId]: initialState(element) };
  }
  return values;
}

/**
 * The state after a person entered these values, named by the input's label, its block id or its action id.
 * @throws EnteredError naming the inputs that are there, for a name that is not
 */
export function withEntered(
  blocks: readonly StoredBlock[],
  known: StateValues,
  entered: Readonly<Record<string, Entered>>,
): StateValues {
  const inputs = inputsIn(blocks);
  const values: StateValues = { ...known };
  for (const [name, words] of Object.entries(entered)) {
    const input =
      inputs.find(({ label }) => label === name) ??
      inputs.find(({ blockId, actionId }) => blockId === name || actionId === name) ??
      inputs.find(({ label }) => label.trim().toLowerCase() === name.trim().toLowerCase());
    if (!input) {
      const labels = inputs.map(({ label }) => `"${label}"`).join(', ') || 'none';
      throw new EnteredError(`there is no input "${name}"; there are: ${labels}`);
    }
    const { blockId, actionId, element } = input;
    values[blockId] = { ...values[blockId], [actionId]: enteredState(element, words) };
  }
  return values;
}

const isEmpty = (state: Element | undefined): boolean =>
  Object.entries(state ?? {}).every(
    ([key, value]) => key === 'type' || value === null || value === '' || (Array.isArray(value) && value.length === 0),
  );

/** What Slack's own client says under inputs before it sends anything, by block id. */
export function clientErrors(blocks: readonly StoredBlock[], values: StateValues): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { blockId, actionId, element, isRequired } of inputsIn(blocks)) {
    const state = values[blockId]?.[actionId];
    const value = asRecord(state)?.value;
    if (isEmpty(state)) {
      if (isRequired) errors[blockId] = 'Please complete this required field.';
      continue;
    }
    if (typeof value !== 'string') continue;
    const { min_length: least, max_length: most } = element as { min_length?: number; max_length?: number };
    if (least !== undefined && value.length < least) errors[blockId] = `Must be at least ${least} characters.`;
    if (most !== undefined && value.length > most) errors[blockId] = `Must be at most ${most} characters.`;
    if (element.type === 'number_input') {
      const whole = element.is_decimal_allowed !== true;
      if (!/^-?\d+(\.\d+)?$/.test(value) || (whole && value.includes('.'))) errors[blockId] = 'Must be a number.';
      else if (element.min_value !== undefined && Number(value) < Number(element.min_value)) {
        errors[blockId] = `Must be ${String(element.min_value)} or more.`;
      } else if (element.max_value !== undefined && Number(value) > Number(element.max_value)) {
        errors[blockId] = `Must be ${String(element.max_value)} or less.`;
      }
    }
  }
  return errors;
}
