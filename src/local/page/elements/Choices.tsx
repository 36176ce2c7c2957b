/** Block Kit's checkboxes and radio buttons. */
import type { Checkboxes, RadioButtons } from '@slack/types';
import { useId } from 'react';
import { TextObject } from '../TextObject';
import { optionToken } from '../values';
import { useControl } from './useControl';

export function Choices({ element, blockId }: { element: Checkboxes | RadioButtons; blockId: string | undefined }) {
  const { value, field, busy, change } = useControl(element, blockId);
  const name = useId();
  const single = element.type === 'radio_buttons';
  const chosen = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return (
    <fieldset
      className="choices"
      role={single ? 'radiogroup' : 'group'}
      aria-labelledby={field?.labelId}
      aria-describedby={field?.describedBy}
    >
      {element.options.map((option) => {
        const token = optionToken(option);
        const others = chosen.filter((one) => one !== token);
        return (
          <label className="choice" key={token}>
            <input
              type={single ? 'radio' : 'checkbox'}
              name={name}
              checked={chosen.includes(token)}
              disabled={busy}
              onChange={(event) =>
                change(single ? token : event.target.checked ? [...others, token] : others, option.text.text)
              }
            />
            <span>
              <TextObject text={option.text} />
              {option.description && (
                <span className="hint">
                  <TextObject text={option.description} />
                </span>
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
