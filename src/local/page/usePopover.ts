/**
 * Places a list beside the button that opens it, in the browser's top layer (the Popover API), so that neither a
 * scrolling pane nor a dialog cuts it off. The browser closes it on Esc and on a press elsewhere.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

const GAP_PX = 4;
const EDGE_PX = 8;

export interface Popover<Anchor extends HTMLElement> {
  anchor: RefObject<Anchor | null>;
  panel: RefObject<HTMLDivElement | null>;
  open: boolean;
  show(): void;
  hide(): void;
}

export function usePopover<Anchor extends HTMLElement>(align: 'start' | 'end' = 'start'): Popover<Anchor> {
  const anchor = useRef<Anchor>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  const place = useCallback(() => {
    if (!anchor.current || !panel.current) return;
    const from = anchor.current.getBoundingClientRect();
    const { style } = panel.current;
    style.setProperty('--anchor-width', `${Math.min(from.width, innerWidth - 2 * EDGE_PX)}px`);
    const size = panel.current.getBoundingClientRect();
    const below = innerHeight - from.bottom - GAP_PX - EDGE_PX;
    const above = from.top - GAP_PX - EDGE_PX;
    const up = size.height > below && above > below;
    style.maxHeight = `${Math.max(120, up ? above : below)}px`;
    const height = Math.min(size.height, Math.max(120, up ? above : below));
    style.top = `${up ? from.top - GAP_PX - height : from.bottom + GAP_PX}px`;
    const left = align === 'end' ? from.right - size.width : from.left;
    style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - size.width - EDGE_PX))}px`;
  }, [align]);

  const show = useCallback(() => {
    if (panel.current?.matches(':popover-open')) return;
    panel.current?.showPopover();
    setOpen(true);
    place();
  }, [place]);
  const hide = useCallback(() => panel.current?.hidePopover(), []);

  useEffect(() => {
    const element = panel.current;
    const toggled = (event: Event): void => {
      const { newState } = event as ToggleEvent;
      setOpen(newState === 'open');
      if (newState !== 'open' && element?.contains(document.activeElement)) anchor.current?.focus();
    };
    element?.addEventListener('toggle', toggled);
    return () => element?.removeEventListener('toggle', toggled);
  }, []);

  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!panel.current?.contains(event.target as Node)) hide();
    };
    addEventListener('resize', hide);
    addEventListener('scroll', away, true);
    return () => {
      removeEventListener('resize', hide);
      removeEventListener('scroll', away, true);
    };
  }, [open, hide]);

  return { anchor, panel, open, show, hide };
}

/** Moves the focus among the panel's items with the arrow keys, Home and End; returns whether the key was one of them. */
export function moveFocus(panel: HTMLElement | null, key: string, selector: string): boolean {
  const items = [...(panel?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to =
    key === 'ArrowDown'
      ? (at + 1) % items.length
      : key === 'ArrowUp'
        ? (Math.max(at, 0) - 1 + items.length) % items.length
        : key === 'Home'
          ? 0
          : key === 'End'
            ? items.length - 1
            : undefined;
  if (to === undefined || items.length === 0) return false;
  items[to]?.focus();
  return true;
}
