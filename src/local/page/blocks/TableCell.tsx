/** One cell of a table or data table: raw text, a number, or rich text; and what it sorts by. */
import type { RawNumberElement, RawTextElement, RichTextBlock } from '@slack/types';
import { EmojiText } from '../EmojiText';
import { RichText } from '../richText';

export type Cell = RichTextBlock | RawTextElement | RawNumberElement;

export function TableCell({ cell }: { cell: Cell }) {
  return cell.type === 'rich_text' ? <RichText block={cell} /> : <EmojiText text={cell.text} shortcodes />;
}

function textsIn(value: unknown): string {
  if (Array.isArray(value)) return value.map(textsIn).join('');
  if (typeof value !== 'object' || value === null) return '';
  const { text, timestamp, elements } = value as { text?: unknown; timestamp?: unknown; elements?: unknown };
  return typeof text === 'string' ? text : typeof timestamp === 'number' ? String(timestamp) : textsIn(elements);
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Numbers by value, everything else by its text, in which digits count as numbers. */
export function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  if (a?.type === 'raw_number' && b?.type === 'raw_number') return a.value - b.value;
  return collator.compare(textsIn(a), textsIn(b));
}
