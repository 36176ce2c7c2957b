/** What the doors are told of the inputs on a message or view. */
import type { KnownBlock } from '@slack/types';
import { draftsFromState, fieldKey, valuesByLabel } from '../../../src/local/page/values';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const option = (value: string) => ({ text: plain(value.toUpperCase()), value });

const reason = (blockId: string, initial?: string): KnownBlock => ({
  type: 'input',
  block_id: blockId,
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'text', ...(initial ? { initial_value: initial } : {}) },
});
const status: KnownBlock = {
  type: 'input',
  block_id: 's',
  label: plain('Status'),
  element: {
    type: 'multi_static_select',
    action_id: 'pick',
    options: [option('a'), option('b')],
    initial_options: [option('a')],
  },
};

test('an input keeps what it started with until it is changed, and can be emptied', () => {
  const blocks = [reason('r', 'disk full'), status];
  expect(valuesByLabel(blocks, {})).toEqual({ Reason: 'disk full', Status: ['a'] });
  const typed = { [fieldKey('r', 'text')]: '', [fieldKey('s', 'pick')]: ['a', 'b'] };
  expect(valuesByLabel(blocks, typed)).toEqual({ Reason: '', Status: ['a', 'b'] });
});

test('two inputs of one label are told apart by their block', () => {
  expect(valuesByLabel([reason('r1', 'one'), reason('r2', 'two')], {})).toEqual({ r1: 'one', r2: 'two' });
});

test('a view opened again has what was typed into it', () => {
  const values = {
    r: { text: { type: 'plain_text_input', value: 'typed' } },
    s: { pick: { selected_options: [option('b')] } },
  };
  const drafts = draftsFromState({ id: 'V1', type: 'modal', blocks: [], state: { values } });
  expect(valuesByLabel([reason('r'), status], drafts)).toEqual({ Reason: 'typed', Status: ['b'] });
});
