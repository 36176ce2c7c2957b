/** Finds what a person presses: buttons, menu options and pickers in a message or view, by what they show. */
import { asRecord, elementsOf } from './blocks/check';
import type { StoredBlock } from './blocks/stored';
import { type Entered, EnteredError, enteredState } from './inputs';
import { menuLabel, optionsOf, words } from './plainControls';

type Element = Record<string, unknown>;

export interface Wanted {
  readonly label?: string | undefined;
  readonly action_id?: string | undefined;
  readonly block_id?: string | undefined;
  /** A menu's option, by label or value; several for a menu that takes several; a picker's date or time. */
  readonly option?: Entered | undefined;
}

export interface Pressed {
  readonly block: StoredBlock;
  readonly element: Element;
  /** What the press adds to the action in the payload: the option, the value. */
  readonly outcome: Record<string, unknown>;
}

interface Control {
  readonly block: StoredBlock;
  readonly element: Element;
  readonly label: string;
  /** For an option of a menu, and for one of the two feedback buttons. */
  readonly choice?: Element;
}

const BUTTONS = /^(button|workflow_button|icon_button)$/;
/** What `elementsOf` also finds, and nobody presses. */
const MERELY_SHOWN = /^(mrkdwn|plain_text|image|rich_text.*)$/;
const OVERFLOW_LABEL = '⋯';

function controlsOf(block: StoredBlock, element: Element): Control[] {
  const type = String(element.type);
  if (MERELY_SHOWN.test(type)) return [];
  if (BUTTONS.test(type)) return [{ block, element, label: words(element.text) }];
  if (type === 'feedback_buttons') {
    return [element.positive_button, element.negative_button].map((button) => ({
      block,
      element,
      label: words(asRecord(button)?.text),
      choice: asRecord(button) ?? {},
    }));
  }
  const label = type === 'overflow' ? OVERFLOW_LABEL : menuLabel(element);
  const options = optionsOf(element).map((choice) => ({ block, element, label: words(choice.text), choice }));
  return [{ block, element, label }, ...options];
}

/** Everything that can be pressed, in reading order. An input that does not dispatch is filled in, not pressed. */
function controlsIn(blocks: readonly StoredBlock[]): Control[] {
  return blocks.flatMap((block) => {
    if (block.type === 'container') return controlsIn((block.child_blocks ?? []) as StoredBlock[]);
    if (block.type === 'input' && block.dispatch_action !== true) return [];
    const label = block.type === 'input' ? words(block.label) : undefined;
    return [...elementsOf(block)].flatMap(([element]) =>
      controlsOf(block, element).map((control) =>
        label && control.choice === undefined ? { ...control, label } : control,
      ),
    );
  });
}

/** The labels that there are, for the error of one that is not. */
const labelsOf = (controls: readonly Control[]): string => {
  const shown = controls.filter(({ element, choice }) => element.type !== 'overflow' || choice !== undefined);
  return [...new Set(shown.map(({ label }) => `"${label}"`))].join(', ') || 'none';
};

const same = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

function byLabel(controls: readonly Control[], label: string): Control | undefined {
  return (
    controls.find((control) => control.label === label) ??
    controls.find((control) => same(control.label, label)) ??
    controls.find(({ element }) => element.accessibility_label === label)
  );
}

function outcomeOf({ element, choice }: Control, option: Entered | undefined): Record<string, unknown> {
  const type = String(element.type);
  if (type === 'feedback_buttons') return { value: choice?.value, text: choice?.text };
  if (BUTTONS.test(type)) {
    const { text, value, style, url, icon } = element;
    return {
      text,
      ...Object.fromEntries(Object.entries({ value, style, url, icon }).filter(([, v]) => v !== undefined)),
    };
  }
  if (type === 'overflow') {
    const wanted = typeof option === 'string' ? option : option?.[0];
    const found =
      choice ?? optionsOf(element).find((item) => item.value === wanted || same(words(item.text), wanted ?? ''));
    if (found) return { selected_option: found };
    throw new EnteredError(
      `say which option: ${optionsOf(element)
        .map((item) => `"${words(item.text)}"`)
        .join(', ')}`,
    );
  }
  const entered = option ?? (choice ? String(choice.value ?? words(choice.text)) : undefined);
  if (entered === undefined) {
    const options = optionsOf(element).map((item) => `"${words(item.text)}"`);
    throw new EnteredError(`say which option${options.length > 0 ? `: ${options.join(', ')}` : ' or value'}`);
  }
  const { type: _, ...state } = enteredState(element, entered);
  return { ...state, ...(element.placeholder ? { placeholder: element.placeholder } : {}) };
}

/** The control that a person means. @throws EnteredError with the labels that are there */
export function findControl(blocks: readonly StoredBlock[], wanted: Wanted): Pressed {
  const all = controlsIn(blocks);
  const near = all.filter(
    ({ block, element }) =>
      (wanted.block_id === undefined || block.block_id === wanted.block_id) &&
      (wanted.action_id === undefined || element.action_id === wanted.action_id),
  );
  const only = typeof wanted.option === 'string' ? wanted.option : undefined;
  const found =
    wanted.label !== undefined
      ? byLabel(near, wanted.label)
      : wanted.action_id !== undefined || wanted.block_id !== undefined
        ? near[0]
        : only !== undefined && byLabel(near, only);
  if (found) return { block: found.block, element: found.element, outcome: outcomeOf(found, wanted.option) };
  const name = wanted.label ?? wanted.action_id ?? wanted.block_id ?? only;
  if (name === undefined) {
    throw new EnteredError(`say what to press, by \`label\` or \`action_id\`; there are: ${labelsOf(all)}`);
  }
  throw new EnteredError(`there is no "${name}" to press; there are: ${labelsOf(all)}`);
}
