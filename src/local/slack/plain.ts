/** Messages and views as a person reads them, in lines of text: buttons as `[Label]`, menus as `(⋯ A · B)`, `[Label ▾]`. */
import { asRecord } from './blocks/check';
import { type Reader, readMrkdwn } from './mrkdwn';
import { controlPlain } from './plainControls';
import { richTextLines } from './plainRichText';

type Part = Record<string, unknown>;
const parts = (value: unknown): Part[] => (Array.isArray(value) ? value.map((item) => asRecord(item) ?? {}) : []);

/** A text object, or a bare string as some blocks have. */
export function textPlain(value: unknown, reader: Reader): string {
  if (typeof value === 'string') return value;
  const text = asRecord(value);
  if (!text) return '';
  const content = String(text.text ?? '');
  return text.type === 'mrkdwn' ? readMrkdwn(content, reader) : content;
}

const imagePlain = (image: Part): string => `(image: ${String(image.alt_text ?? '')})`;

/** Cells side by side, each column as wide as its widest cell. */
function tableLines(rows: unknown, reader: Reader): string[] {
  const cells = (Array.isArray(rows) ? rows : []).map((row) =>
    parts(row).map((cell) =>
      cell.type === 'rich_text' ? richTextLines(cell, reader).join(' ') : String(cell.text ?? ''),
    ),
  );
  const widths = cells.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

/** Standard markdown, which the markdown block takes. */
const markdownLines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*```/.test(line))
    .map((line) =>
      line
        .replace(/^#{1,6} +/, '')
        .replace(/^(\s*)[-*] +/, '$1• ')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/(\*\*|__|~~|`)(.+?)\1/g, '$2'),
    );

const TASK_MARKS: Record<string, string> = { pending: '◌', in_progress: '◐', complete: '✔', error: '✖' };
const taskLines = (task: Part, reader: Reader): string[] => [
  `${TASK_MARKS[String(task.status)] ?? '·'} ${String(task.title ?? '')}`,
  ...[task.details, task.output].flatMap((detail) => {
    const block = asRecord(detail);
    return block ? richTextLines(block, reader).map((line) => `  ${line}`) : [];
  }),
];

function sectionLines(block: Part, reader: Reader): string[] {
  const text = textPlain(block.text, reader);
  const lines = [...(text === '' ? [] : text.split('\n')), ...parts(block.fields).map((f) => textPlain(f, reader))];
  const accessory = asRecord(block.accessory);
  if (!accessory) return lines;
  const [first = '', ...rest] = lines;
  const control = accessory.type === 'image' ? imagePlain(accessory) : controlPlain(accessory, reader);
  return [`${first}   ${control}`, ...rest];
}

const cardLines = (card: Part, reader: Reader): string[] => [
  ...[card.title, card.subtitle, card.body, card.subtext].map((text) => textPlain(text, reader)).filter(Boolean),
  parts(card.actions)
    .map((action) => controlPlain(action, reader))
    .join('  '),
];

const READERS: Record<string, (block: Part, reader: Reader) => string[]> = {
  section: sectionLines,
  header: (block, reader) => [textPlain(block.text, reader)],
  divider: () => ['────'],
  context: (block, reader) => [
    parts(block.elements)
      .map((item) => (item.type === 'image' ? imagePlain(item) : textPlain(item, reader)))
      .join('  '),
  ],
  actions: (block, reader) => [
    parts(block.elements)
      .map((element) => controlPlain(element, reader))
      .join('  '),
  ],
  context_actions: (block, reader) => [
    parts(block.elements)
      .map((element) => controlPlain(element, reader))
      .join('  '),
  ],
  image: (block, reader) => [textPlain(block.title, reader), imagePlain(block)].filter(Boolean),
  input: (block, reader) => [
    `${textPlain(block.label, reader)}${block.optional ? ' (optional)' : ''} ${controlPlain(asRecord(block.element) ?? {}, reader)}`,
    ...[textPlain(block.hint, reader)].filter(Boolean),
  ],
  rich_text: richTextLines,
  markdown: (block) => markdownLines(String(block.text ?? '')),
  table: (block, reader) => tableLines(block.rows, reader),
  data_table: (block, reader) => [String(block.caption ?? ''), ...tableLines(block.rows, reader)],
  alert: (block, reader) => [textPlain(block.text, reader)],
  card: cardLines,
  carousel: (block, reader) => parts(block.elements).flatMap((card) => cardLines(card, reader)),
  container: (block, reader) => [
    ...(asRecord(block.rich_text_title)
      ? richTextLines(asRecord(block.rich_text_title) ?? {}, reader)
      : [textPlain(block.title, reader)]),
    ...[textPlain(block.subtitle, reader)].filter(Boolean),
    ...blocksPlain(parts(block.child_blocks), reader),
  ],
  plan: (block, reader) => [
    String(block.title ?? ''),
    ...parts(block.tasks).flatMap((task) => taskLines(task, reader)),
  ],
  task_card: taskLines,
  file: (block) => [`(file: ${String(block.external_id ?? '')})`],
  video: (block, reader) => [`${textPlain(block.title, reader)} (video: ${String(block.alt_text ?? '')})`],
};

function blocksPlain(blocks: readonly Part[], reader: Reader): string[] {
  const lines = blocks.flatMap((block) => READERS[String(block.type)]?.(block, reader) ?? [`(${String(block.type)})`]);
  // A space that only keeps a line from breaking reads like any other.
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
}

/** A message's blocks, or its text when it has none, and then its files. */
export const messagePlain = (
  message: { text: string; blocks: readonly Part[]; files?: readonly { name: string; size: number }[] },
  reader: Reader,
): string =>
  [
    ...(message.blocks.length > 0 ? blocksPlain(message.blocks, reader) : []),
    ...(message.blocks.length === 0 && message.text !== '' ? [readMrkdwn(message.text, reader)] : []),
    ...(message.files ?? []).map((file) => `(file: ${file.name}, ${file.size} bytes)`),
  ].join('\n');

/** A view's title, blocks and, at the end, its own two buttons. */
export const viewPlain = (
  view: { title?: unknown; submit?: unknown; close?: unknown; blocks: readonly Part[]; type: string },
  reader: Reader,
): string => {
  const buttons = [view.close, view.submit].filter(Boolean).map((text) => `[${textPlain(text, reader)}]`);
  return [
    ...(view.type === 'modal' ? [textPlain(view.title, reader)] : []),
    ...blocksPlain(view.blocks, reader),
    ...(buttons.length > 0 ? [buttons.join('  ')] : []),
  ].join('\n');
};
