/** The elements that are typed into: plain text, numbers, e-mail addresses, links, and rich text as plain. */
import type { EmailInput, NumberInput, PlainTextInput, RichTextInput, URLInput } from '@slack/types';
import { useEffect, useRef } from 'react';
import { useControl } from './useControl';

type AnyTextInput = PlainTextInput | NumberInput | EmailInput | URLInput | RichTextInput;

const HTML_TYPES = { number_input: 'text', email_text_input: 'email', url_text_input: 'url', plain_text_input: 'text' };

export function TextInput({ element, blockId }: { element: AnyTextInput; blockId: string | undefined }) {
  const { value, field, type, press } = useControl(element, blockId);
  const box = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const text = typeof value === 'string' ? value : '';
  const dispatch = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const focusOnLoad = element.focus_on_load === true;

  useEffect(() => {
    if (focusOnLoad) box.current?.focus();
  }, [focusOnLoad]);

  const shared = {
    ref: box,
    className: 'text-input',
    value: text,
    placeholder: element.placeholder?.text,
    'aria-labelledby': field?.labelId,
    'aria-describedby': field?.describedBy,
    'aria-invalid': field?.invalid,
    'aria-required': field?.required,
    ...(element.type === 'plain_text_input' ? { minLength: element.min_length, maxLength: element.max_length } : {}),
    onChange: (event: { target: { value: string } }) => {
      type(event.target.value);
      if (field?.dispatches && dispatch.includes('on_character_entered')) press('', event.target.value);
    },
  };
  if (element.type === 'rich_text_input') return <textarea {...shared} rows={4} />;
  if (element.type === 'plain_text_input' && element.multiline) return <textarea {...shared} rows={4} />;
  const numeric = element.type === 'number_input';
  return (
    <input
      {...shared}
      type={HTML_TYPES[element.type]}
      inputMode={numeric ? (element.is_decimal_allowed ? 'decimal' : 'numeric') : undefined}
      autoComplete="off"
      enterKeyHint={field?.dispatches ? 'search' : undefined}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.nativeEvent.isComposing || !field?.dispatches) return;
        event.preventDefault();
        if (dispatch.includes('on_enter_pressed')) press(text, text);
      }}
    />
  );
}
