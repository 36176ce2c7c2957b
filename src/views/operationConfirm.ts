/** What stands below a preview: the inputs that somebody fills in, and the buttons that do it or call it off. */
import type { InputBlock, KnownBlock } from '@slack/types';
import type { Operation } from '../history/records/operation';
import { button, cut, LIMITS } from './kit';
import type { OperationWords } from './operation';

interface InputProps {
  id: string;
  label: string;
  placeholder: string;
  typed: string | undefined;
  hint?: string;
}

/** Optional for Slack, which would hold up the other buttons of the message too. */
const input = ({ id, label, placeholder, typed = '', hint }: InputProps): InputBlock => ({
  type: 'input',
  block_id: id,
  optional: true,
  label: { type: 'plain_text', text: label },
  ...(hint === undefined ? {} : { hint: { type: 'plain_text', text: hint } }),
  element: {
    type: 'plain_text_input',
    action_id: id,
    max_length: 300,
    placeholder: { type: 'plain_text', text: placeholder },
    ...(typed === '' ? {} : { initial_value: typed.slice(0, 300) }),
  },
});

export interface ConfirmProps {
  operation: Operation;
  words: OperationWords;
  /** How many jobs it is about where that has to be typed. */
  typeNumber: number | undefined;
  /** What stands in the inputs already. */
  typed: Readonly<Record<string, string>>;
}

/** What somebody fills in before the button that does it. */
export const confirmInputs = ({ words, typeNumber, typed }: Omit<ConfirmProps, 'operation'>): KnownBlock[] => [
  ...(words.preview.takesReason
    ? [input({ id: 'reason', label: 'Reason', placeholder: 'Kept by Batch with each job', typed: typed.reason })]
    : []),
  ...(typeNumber === undefined
    ? []
    : [
        input({
          id: 'number',
          label: `Type ${typeNumber} to confirm`,
          placeholder: 'The number of jobs',
          typed: typed.number,
          hint: 'Needed for so many jobs, although Slack calls it optional.',
        }),
      ]),
];

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const thoseOf = ({ count: n }: Operation): string => (n === 1 ? 'it' : 'them');

/**
 * The button that does it, with Slack's own dialog.
 * @param more flags of the press, each with a space before it
 */
export function confirmButton(
  { operation, words }: Pick<ConfirmProps, 'operation' | 'words'>,
  { more = '', label = capital(`${words.verb} ${operation.what}`) } = {},
) {
  const { op, what, facts } = operation;
  const about =
    facts === undefined ? what : [facts.does, `${facts.states}; in ${facts.queues}.`].filter(Boolean).join(' ');
  return button({
    label,
    command: `${words.command} --confirm${more} ${op}`,
    replace: true,
    style: words.preview.style,
    confirm: {
      title: `${label}?`,
      text: `${cut(about, 260)} ${words.preview.final}`.trim(),
      confirm: label.length <= LIMITS.confirmButton ? label : capital(`${words.verb} ${thoseOf(operation)}`),
      deny: `${words.preview.leave} ${thoseOf(operation)}`,
    },
  });
}

export const leaveButton = ({ operation, words }: Pick<ConfirmProps, 'operation' | 'words'>) =>
  button({
    label: `${words.preview.leave} ${thoseOf(operation)}`,
    command: `${words.command} --keep ${operation.op}`,
    replace: true,
  });
