/** Interactive elements as a person reads them: `[Label]`, `(⋯ A · B)`, `[Label ▾]`, `☐ A`, `[____]`. */
import { asRecord } from './blocks/check';
import { type Reader, readMrkdwn } from './mrkdwn';

type Part = Record<string, unknown>;

/** A text object's words; `mrkdwn` ones need a reader for their mentions and dates. */
export const words = (value: unknown, reader?: Reader): string => {
  const text = asRecord(value);
  const content = String(text?.text ?? '');
  return text?.type === 'mrkdwn' && reader ? readMrkdwn(content, reader) : content;
};

/** The options of a menu, those in groups too. */
export const optionsOf = (element: Part): Part[] => {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [element];
  return groups.flatMap((group) => {
    const { options } = asRecord(group) ?? {};
    return Array.isArray(options) ? options.map((option) => asRecord(option) ?? {}) : [];
  });
};

/** What a menu shows before anybody opens it. */
export const menuLabel = (element: Part): string => {
  const initial = asRecord(element.initial_option);
  if (initial) return words(initial.text);
  const chosen = element.initial_date ?? element.initial_time ?? element.initial_date_time;
  return chosen === undefined ? words(element.placeholder) || 'Select' : String(chosen);
};

function choices(element: Part, on: string, off: string, reader: Reader): string {
  const initial = element.initial_option ? [element.initial_option] : element.initial_options;
  const chosen = new Set((Array.isArray(initial) ? initial : []).map((option) => asRecord(option)?.value));
  return optionsOf(element)
    .map((option) => `${chosen.has(option.value) ? on : off} ${words(option.text, reader)}`)
    .join('  ');
}

export function controlPlain(element: Part, reader: Reader): string {
  const type = String(element.type);
  switch (type) {
    case 'button':
    case 'workflow_button':
    case 'icon_button':
      return `[${words(element.text)}]`;
    case 'feedback_buttons':
      return [element.positive_button, element.negative_button]
        .map((button) => `[${words(asRecord(button)?.text)}]`)
        .join('  ');
    case 'overflow':
      return `(⋯ ${optionsOf(element)
        .map((option) => words(option.text))
        .join(' · ')})`;
    case 'checkboxes':
      return choices(element, '☑', '☐', reader);
    case 'radio_buttons':
      return choices(element, '◉', '○', reader);
    default:
      if (/(_select|picker)$/.test(type)) return `[${menuLabel(element)} ▾]`;
      return `[${typeof element.initial_value === 'string' ? element.initial_value : words(element.placeholder) || '____'}]`;
  }
}
