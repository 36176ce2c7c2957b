/** A button that opens a menu: arrow keys move, Enter chooses, Esc closes and gives the focus back. */
import { type ReactNode, useId } from 'react';
import { moveFocus, usePopover } from './usePopover';

export interface MenuItem {
  key: string;
  label: ReactNode;
  description?: ReactNode;
  /** An address that choosing the item opens as well. */
  url?: string | undefined;
  /** Whether it is the one chosen now, in a menu of which one is. */
  checked?: boolean;
  choose(): void;
}

interface Props {
  label: string;
  className: string;
  items: readonly MenuItem[];
  align?: 'start' | 'end';
  disabled?: boolean;
  children: ReactNode;
}

export function Menu({ label, className, items, align = 'end', disabled = false, children }: Props) {
  const { anchor, panel, open, show, hide } = usePopover<HTMLButtonElement>(align);
  const id = useId();
  const focusFirst = (): void => {
    const items = '[role^=menuitem]';
    const first = panel.current?.querySelector<HTMLElement>('[aria-checked=true]');
    (first ?? panel.current?.querySelector<HTMLElement>(items))?.focus();
  };
  const toggle = (): void => {
    if (open) {
      hide();
    } else {
      show();
      focusFirst();
    }
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        disabled={disabled}
        onClick={toggle}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          show();
          focusFirst();
        }}
      >
        {children}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="popover menu"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key === 'Tab') hide();
          if (event.key === 'Escape') event.stopPropagation();
          if (moveFocus(panel.current, event.key, '[role^=menuitem]')) event.preventDefault();
        }}
      >
        {items.map((item) => (
          <MenuEntry key={item.key} item={item} hide={hide} />
        ))}
      </div>
    </>
  );
}

function MenuEntry({ item, hide }: { item: MenuItem; hide(): void }) {
  const choose = (): void => {
    hide();
    item.choose();
  };
  const inside = (
    <>
      <span className="menu-label">{item.label}</span>
      {item.description && <span className="menu-description">{item.description}</span>}
    </>
  );
  if (item.url) {
    return (
      <a
        className="menu-item"
        role="menuitem"
        tabIndex={-1}
        href={item.url}
        target="_blank"
        rel="noopener noreferrer"
        onClick={choose}
      >
        {inside}
      </a>
    );
  }
  return item.checked === undefined ? (
    <button type="button" className="menu-item" role="menuitem" tabIndex={-1} onClick={choose}>
      {inside}
    </button>
  ) : (
    <button
      type="button"
      className="menu-item"
      role="menuitemradio"
      aria-checked={item.checked}
      tabIndex={-1}
      onClick={choose}
    >
      {inside}
    </button>
  );
}
