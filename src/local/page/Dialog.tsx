/** A modal window: the browser's own `<dialog>`, which keeps the focus inside and makes the rest of the page inert. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from './Icon';

/** Where the focus starts: in the first field, else on the button that is marked as the safe one. */
const FIRST = '.dialog-body :is(input, textarea, [role=combobox]):not(:disabled), .dialog-foot [data-first]';

interface Props {
  title: ReactNode;
  size?: 'small' | 'medium';
  /** Esc, or the cross. */
  onClose(): void;
  children: ReactNode;
  footer: ReactNode;
}

export function Dialog({ title, size = 'medium', onClose, children, footer }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      className={`dialog dialog-${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === ref.current) onClose();
      }}
      onKeyDown={(event) => {
        // Chromium closes a dialog on a second Esc even when the first was refused; answering the key itself is certain.
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
      <footer className="dialog-foot">{footer}</footer>
    </dialog>
  );
}
