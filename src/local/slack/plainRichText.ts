/** Rich text blocks as lines of text. */
import { asRecord } from './blocks/check';
import { formatDate } from './dates';
import type { Reader } from './mrkdwn';

type Part = Record<string, unknown>;
const parts = (value: unknown): Part[] => (Array.isArray(value) ? value.map((item) => asRecord(item) ?? {}) : []);

const PIECES: Record<string, (piece: Part, reader: Reader) => string> = {
  text: (piece) => String(piece.text),
  link: (piece) => String(piece.text ?? piece.url),
  user: (piece, reader) => `@${reader.userName(String(piece.user_id))}`,
  usergroup: (piece) => `@${String(piece.usergroup_id)}`,
  channel: (piece, reader) => `#${reader.channelName(String(piece.channel_id))}`,
  team: (piece) => String(piece.team_id),
  broadcast: (piece) => `@${String(piece.range)}`,
  emoji: (piece) =>
    typeof piece.unicode === 'string'
      ? String.fromCodePoint(...piece.unicode.split('-').map((hex) => Number.parseInt(hex, 16)))
      : `:${String(piece.name)}:`,
  color: (piece) => String(piece.value),
  date: (piece, reader) => formatDate(Number(piece.timestamp), String(piece.format), reader.zone, reader.now),
};

const joined = (elements: unknown, reader: Reader): string =>
  parts(elements)
    .map((piece) => PIECES[String(piece.type)]?.(piece, reader) ?? '')
    .join('');

function partLines(part: Part, reader: Reader): string[] {
  if (part.type === 'rich_text_list') {
    const start = Number(part.offset ?? 0);
    const indent = '  '.repeat(Number(part.indent ?? 0));
    return parts(part.elements).map((item, index) => {
      const mark = part.style === 'ordered' ? `${start + index + 1}.` : '•';
      return `${indent}${mark} ${joined(item.elements, reader)}`;
    });
  }
  const lines = joined(part.elements, reader).replace(/\n$/, '').split('\n');
  return part.type === 'rich_text_quote' ? lines.map((line) => `│ ${line}`) : lines;
}

export const richTextLines = (block: Part, reader: Reader): string[] =>
  parts(block.elements).flatMap((part) => partLines(part, reader));
