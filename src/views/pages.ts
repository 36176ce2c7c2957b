/** A long list by pages: which part is shown, and the buttons that turn them. */
import type { Button, KnownBlock, Overflow } from '@slack/types';
import { actions, button, context, dotted, LIMITS, overflow } from './kit';
import { number } from './words';

export const ROWS_PER_PAGE = 10;

export interface Page<T> {
  items: readonly T[];
  /** From 1. */
  page: number;
  pages: number;
  /** Of all pages. */
  total: number;
}

/** The page asked for, or the last one where there are not so many. */
export function pageOf<T>(all: readonly T[], asked = 1): Page<T> {
  const pages = Math.max(1, Math.ceil(all.length / ROWS_PER_PAGE));
  const page = Math.min(pages, Math.max(1, asked));
  return { items: all.slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE), page, pages, total: all.length };
}

/** `11-20 of 200`; nothing where all is shown. */
export function rangeOf({ items, page, pages, total }: Page<unknown>): string | undefined {
  if (pages === 1) return undefined;
  const from = (page - 1) * ROWS_PER_PAGE + 1;
  return `${number(from)}-${number(from + items.length - 1)} of ${number(total)}`;
}

/** @param asked the command that gave this list, without its page */
export function turning(asked: string, { page, pages }: Page<unknown>): Button[] {
  const turn = (label: string, to: number, style?: 'primary') =>
    button({ label, command: `${asked} page:${to}`, replace: true, ...(style === undefined ? {} : { style }) });
  return [
    ...(page > 1 ? [turn('Previous', page - 1)] : []),
    ...(page < pages ? [turn('Next', page + 1, 'primary')] : []),
  ];
}

export interface Shown {
  /** The command that gave this message, without its page. */
  asked: string;
  /** Somebody showed it to the whole channel. */
  sharedBy?: string | undefined;
}

/** What stands under a list or a card: notes, who shared it, and the controls, which a shared one has not. */
export function foot(
  { asked, sharedBy }: Shown,
  { page, notes = [], controls = [] }: { page?: Page<unknown>; notes?: readonly string[]; controls?: Button[] },
): KnownBlock[] {
  const range = page === undefined ? undefined : rangeOf(page);
  const said = [range, ...notes, sharedBy === undefined ? undefined : `shared by <@${sharedBy}>`];
  const told = said.filter((note) => note !== undefined);
  const here = page !== undefined && page.pages > 1 ? `${asked} page:${page.page}` : asked;
  return [
    ...(told.length === 0 ? [] : [context(dotted(told))]),
    ...(sharedBy === undefined
      ? [
          actions(
            ...(page === undefined ? [] : turning(asked, page)),
            ...controls,
            button({ label: 'Share', command: `${here} --share`, says: 'Show this to the whole channel' }),
          ),
        ]
      : []),
  ];
}

/** A row's menu; a choice whose command is too long for a menu, as one with a very long name, is left out. */
export function menu(choices: { label: string; command: string; url?: string }[]): Overflow | undefined {
  const fitting = choices.filter(({ command }) => command.length <= LIMITS.optionValue);
  return fitting.length === 0 ? undefined : overflow(fitting);
}
