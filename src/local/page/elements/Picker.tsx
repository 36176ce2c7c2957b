/** A list to choose one or several things from, with a filter where it is long: what all of Slack's selects look like. */
import { useId, useState } from 'react';
import { EmojiText } from '../EmojiText';
import { Icon } from '../Icon';
import { moveFocus, usePopover } from '../usePopover';
import type { FieldValue } from '../values';
import type { Field } from './useControl';

export interface Choice {
  value: string;
  text: string;
  description?: string | undefined;
  group?: string | undefined;
}

interface Props {
  choices: readonly Choice[];
  value: FieldValue | undefined;
  multiple: boolean;
  /** Of a multiple choice: how many at most. */
  most?: number | undefined;
  placeholder: string;
  field: Field | null;
  busy: boolean;
  onChange(value: FieldValue, label: string): void;
}

/** From this many choices on, the list can be filtered by typing. */
const FILTER_FROM = 8;

export function Picker({ choices, value, multiple, most, placeholder, field, busy, onChange }: Props) {
  const { anchor, panel, open, show, hide } = usePopover<HTMLButtonElement>();
  const [filter, setFilter] = useState('');
  const id = useId();
  const chosen = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const labels = chosen.map((one) => choices.find((choice) => choice.value === one)?.text ?? one);
  const wanted = filter.trim().toLowerCase();
  const shown = choices.filter((choice) => `${choice.text} ${choice.description ?? ''}`.toLowerCase().includes(wanted));
  const filtered = choices.length >= FILTER_FROM;

  const openList = (): void => {
    setFilter('');
    show();
    const list = panel.current;
    const selected = list?.querySelector<HTMLElement>('[aria-selected=true]');
    const first = filtered ? list?.querySelector<HTMLElement>('input') : selected;
    (first ?? list?.querySelector<HTMLElement>('[role=option]'))?.focus();
  };
  const choose = (choice: Choice): void => {
    if (!multiple) {
      hide();
      onChange(choice.value, choice.text);
      return;
    }
    const without = chosen.filter((one) => one !== choice.value);
    const next = without.length < chosen.length ? without : [...chosen, choice.value];
    if (most === undefined || next.length <= most) onChange(next, choice.text);
  };

  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="picker"
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={id}
        aria-label={field ? undefined : placeholder}
        aria-labelledby={field ? `${field.labelId} ${id}-value` : undefined}
        aria-describedby={field?.describedBy}
        aria-invalid={field?.invalid}
        aria-busy={busy}
        disabled={busy}
        onClick={open ? hide : openList}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          openList();
        }}
      >
        <span id={`${id}-value`} className={labels.length > 0 ? 'picker-value' : 'picker-value placeholder'}>
          {multiple && labels.length > 0
            ? labels.map((label) => (
                <span className="chip" key={label}>
                  {label}
                </span>
              ))
            : (labels[0] ?? placeholder)}
        </span>
        <Icon name="chevron" />
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset can't be a scrolling popover in every browser */}
      <div
        ref={panel}
        popover="auto"
        role="group"
        className="popover picker-panel"
        onKeyDown={(event) => {
          if (event.key === 'Tab') hide();
          if (event.key === 'Escape') event.stopPropagation();
          const typing = event.target instanceof HTMLInputElement;
          if (typing && (event.key === 'Home' || event.key === 'End')) return;
          if (moveFocus(panel.current, event.key, '[role=option]')) event.preventDefault();
          const first = shown[0];
          if (typing && event.key === 'Enter' && first) {
            event.preventDefault();
            choose(first);
          }
        }}
      >
        {filtered && (
          <input
            className="text-input picker-filter"
            placeholder="Filter"
            aria-label="Filter the choices"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        )}
        <div id={id} role="listbox" aria-label={placeholder} aria-multiselectable={multiple} tabIndex={-1}>
          {shown.map((choice, index) => (
            <div key={choice.value} role="presentation">
              {choice.group && choice.group !== shown[index - 1]?.group && (
                <div className="menu-group" role="presentation">
                  {choice.group}
                </div>
              )}
              <button
                type="button"
                className="menu-item"
                role="option"
                aria-selected={chosen.includes(choice.value)}
                tabIndex={-1}
                onClick={() => choose(choice)}
              >
                <span className="menu-label">
                  <EmojiText text={choice.text} shortcodes />
                </span>
                {choice.description && <span className="menu-description">{choice.description}</span>}
              </button>
            </div>
          ))}
          {shown.length === 0 && <p className="menu-empty">Nothing matches “{filter}”.</p>}
        </div>
      </div>
    </>
  );
}
