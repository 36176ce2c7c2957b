/** Slack's mrkdwn as a person reads it: marks gone, mentions by name, links by label, dates written out. */
import { formatDate } from './dates';

/** What a reader knows: names for ids, where they are, what time it is. */
export interface Reader {
  userName(id: string): string;
  channelName(id: string): string;
  /** An IANA zone. */
  readonly zone: string;
  /** In ms. */
  readonly now: number;
}

/** The three characters that Slack asks apps to escape. */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

function angled(inner: string, reader: Reader): string {
  const [target = '', label] = inner.split(/\|(.*)/s);
  if (target.startsWith('@')) return `@${reader.userName(target.slice(1))}`;
  if (target.startsWith('#')) return `#${reader.channelName(target.slice(1))}`;
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = ''] = target.split('^');
    return Number.isFinite(Number(seconds)) && seconds !== ''
      ? formatDate(Number(seconds), format, reader.zone, reader.now)
      : unescaped(label ?? '');
  }
  if (target.startsWith('!subteam^')) return label ? unescaped(label) : `@${target.slice('!subteam^'.length)}`;
  if (target.startsWith('!')) return `@${target.slice(1)}`;
  return unescaped(label ?? target);
}

/** Bold, italic and strike count only at the edges of words, so that `a_b_c` keeps its underscores. */
const MARKS = [
  /(^|[^\p{L}\p{N}*])\*(?=[^\s*])([^\n*]*[^\s*])\*(?![\p{L}\p{N}*])/gu,
  /(^|[^\p{L}\p{N}_])_(?=[^\s_])([^\n_]*[^\s_])_(?![\p{L}\p{N}_])/gu,
  /(^|[^\p{L}\p{N}~])~(?=[^\s~])([^\n~]*[^\s~])~(?![\p{L}\p{N}~])/gu,
];
const withoutMarks = (text: string): string => MARKS.reduce((rest, mark) => rest.replace(mark, '$1$2'), text);

/** Characters that stand for pieces already read, so that marks inside them are left alone. */
const held = (index: number): string => `\u{E000}${index}\u{E001}`;

export function readMrkdwn(text: string, reader: Reader): string {
  const pieces: string[] = [];
  const hold = (piece: string): string => held(pieces.push(piece) - 1);
  const read = (part: string): string => part.replace(/<([^<>\n]+)>/g, (_, inner: string) => angled(inner, reader));
  const coded = text
    .replace(/```\n?([\s\S]*?)\n?```/g, (_, code: string) => hold(unescaped(read(code))))
    .replace(/`([^`\n]+)`/g, (_, code: string) => hold(unescaped(read(code))))
    .replace(/<([^<>\n]+)>/g, (_, inner: string) => hold(angled(inner, reader)));
  const quoted = coded.replace(/^(?:&gt;|>) ?/gm, '│ ');
  let result = unescaped(withoutMarks(quoted));
  for (const [index, piece] of pieces.entries()) result = result.replace(held(index), () => piece);
  return result;
}
