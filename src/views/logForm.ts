/** The form behind Grep: what to look for in a log, and when. */
import type { InputBlock } from '@slack/types';
import { quoted, splitWords } from '../jobs/words';
import type { Form } from '../slack/receive';

const KEYS = new Set(['attempt', 'container', 'grep', 'since', 'until', 'tail', 'head', 'page']);
const MOST_GREP = 200;

const field = (id: string, label: string, hint: string, isOptional: boolean): InputBlock => ({
  type: 'input',
  block_id: id,
  optional: isOptional,
  label: { type: 'plain_text', text: label },
  element: {
    type: 'plain_text_input',
    action_id: id,
    max_length: MOST_GREP,
    placeholder: { type: 'plain_text', text: hint },
  },
});

export const logForm: Form = {
  open: () => ({
    title: { type: 'plain_text', text: 'Find in the log' },
    submit: { type: 'plain_text', text: 'Find' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      field('grep', 'Text', 'in any case; /a|b/ is a regular expression', false),
      field('since', 'From (UTC)', '2h, 09:41, 2026-03-15T09:30', true),
      field('until', 'To (UTC)', '1h, 10:00', true),
    ],
  }),
  read(values, command) {
    const kept = splitWords(command.replace(/^logs\b/, ''), KEYS).flatMap((token) => {
      if (token.kind === 'word') return [token.value];
      return token.kind === 'filter' && ['attempt', 'container'].includes(token.key)
        ? [`${token.key}:${quoted(token.value)}`]
        : [];
    });
    const typed = ['grep', 'since', 'until'].flatMap((key) => {
      const value = values[key]?.trim() ?? '';
      return value === '' ? [] : [`${key}:${quoted(value)}`];
    });
    return ['logs', ...kept, ...typed].join(' ');
  },
};
