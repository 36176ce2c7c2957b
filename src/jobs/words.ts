/**
 * Splits the text of a slash command into words, `key:value` filters and flags, as people type them on a desk or a phone
 * and as Slack sends them.
 *
 * Slack sends `&`, `<` and `>` as `&amp;`, `&lt;`, `&gt;`, and writes what it recognises between `<` and `>`: a link as
 * `<url|label>`, a mention as `<@U123|name>` (docs.slack.dev, "Formatting message text" and "Slash commands"). So a raw
 * `<` always begins one of these. Phones turn `--` into a dash and straight quotes into curly ones.
 */
import { nearestKey } from './nearest';

export type Token =
  | { kind: 'word'; value: string; quoted: boolean }
  /** `key` is in lower case, and may be one that nobody knows. */
  | { kind: 'filter'; key: string; value: string }
  | { kind: 'flag'; name: string };

const DOUBLE = '"“”„«»';
const SINGLE = "'‘’‚";
const LINK = /<(?:[@#!]|[a-z][a-z0-9+.-]*:)[^<>]*>/iy;
const KEY = /^(\p{L}[\p{L}\p{N}_-]*):/u;
/** A hyphen, or what phones and word processors make of one or two: non-breaking, figure, en and em dash, minus. */
const DASH = '[-\\u2010-\\u2015\\u2212]';
const FLAG = new RegExp(`^${DASH}{1,2}(\\p{L}[\\p{L}\\p{N}_-]*)(?:([=:])(.*))?$`, 'su');
const FLAG_VALUE = new RegExp(`^${DASH}{1,2}\\p{L}[\\p{L}\\p{N}_-]*[=:]`, 'u');
const SPACE = /\s/u;
/** A single quote at the end of a word. One search of the engine's own: a text may open many quotes that none closes. */
const SINGLE_CLOSES = new RegExp(`[${SINGLE}](?=\\s|$)`, 'gu');
const NO_KEYS: ReadonlySet<string> = new Set();

/**
 * Never throws. `knownKeys` are the filters that the command has, in lower case; `abc:def` with another key of letters
 * is a filter too, so that the caller can say that it has no such filter, unless it looks like something else that has
 * a colon: a URL or path, an ARN, `name:revision` whose name is no slip of a known key, `image-name:tag`, one of AWS's
 * own reasons.
 */
export function splitWords(text: string, knownKeys: ReadonlySet<string> = NO_KEYS): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text, at)) {
      at += 1;
      continue;
    }
    const end = endOfQuoted(text, at);
    if (end !== undefined) {
      tokens.push({ kind: 'word', value: unquote(text.slice(at, end)), quoted: true });
      at = end;
      continue;
    }
    const chunk = text.slice(at, endOfChunk(text, at));
    tokens.push(readChunk(chunk, knownKeys));
    at += chunk.length;
  }
  return tokens;
}

/** A value as it must be typed to be read back as it is; the inverse of what `splitWords` does to a quoted word. */
export function quoted(value: string): string {
  const escaped = [...value].map((char) => (char === '\\' || DOUBLE.includes(char) ? `\\${char}` : char)).join('');
  return `"${escapeEntities(escaped)}"`;
}

/** The parts between commas; a comma after a backslash belongs to its part. */
export function splitList(value: string): string[] {
  const parts = value.match(/(?:\\[\\,]|[^,])+/gsu) ?? [];
  return parts.map((part) => part.replace(/\\([\\,])/g, '$1').trim()).filter((part) => part !== '');
}

/** The inverse of `splitList`. */
export const joinList = (parts: readonly string[]): string =>
  parts.map((part) => part.replace(/[\\,]/g, '\\$&')).join(',');

/** `&`, `<` and `>` as Slack sends them. */
export function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function readChunk(chunk: string, knownKeys: ReadonlySet<string>): Token {
  const [, name, sign, flagValue = ''] = FLAG.exec(chunk) ?? [];
  if (name !== undefined) {
    const key = name.toLowerCase();
    if (sign === undefined) return { kind: 'flag', name: key };
    return { kind: 'filter', key, value: readValue(flagValue) };
  }
  const [prefix = '', typedKey = ''] = KEY.exec(chunk) ?? [];
  const key = typedKey.toLowerCase();
  const rest = chunk.slice(prefix.length);
  if (prefix !== '' && (knownKeys.has(key) || !looksLikeText(typedKey, rest, knownKeys))) {
    return { kind: 'filter', key, value: readValue(rest) };
  }
  return { kind: 'word', value: decode(chunk), quoted: false };
}

function looksLikeText(key: string, rest: string, knownKeys: ReadonlySet<string>): boolean {
  return (
    !/^\p{L}+$/u.test(key) ||
    /^[/\\]/.test(rest) ||
    (/^\d+$/.test(rest) && nearestKey(key, knownKeys) === undefined) ||
    /^arn$/i.test(key) ||
    /(?:Error|Exception)$/.test(key) ||
    /^(?:CAPACITY|MISCONFIGURATION)$/.test(key)
  );
}

/** `"two words"`, or `key="two words"` as in `tag:project="two words"`, or plain. */
function readValue(typed: string): string {
  if (endOfQuoted(typed, 0) === typed.length) return unquote(typed);
  const equals = typed.indexOf('=') + 1;
  if (equals > 0 && endOfQuoted(typed, equals) === typed.length) {
    return decode(typed.slice(0, equals)) + unquote(typed.slice(equals));
  }
  return decode(typed);
}

/** Up to the next space that is outside of a link and of a value's quotes. */
function endOfChunk(text: string, start: number): number {
  const beginning = text.slice(start, start + 64);
  const valueStart = start + ((KEY.exec(beginning) ?? FLAG_VALUE.exec(beginning))?.[0].length ?? 0);
  let at = start;
  while (at < text.length && !isSpace(text, at)) {
    const opensValue = valueStart > start && at >= valueStart && (at === valueStart || text[at - 1] === '=');
    const end = opensValue ? endOfQuoted(text, at) : undefined;
    at = end ?? at + (linkAt(text, at)?.length ?? 1);
  }
  return at;
}

/**
 * Where the quoted text that opens at `start` ends: after the first closing quote at the end of a word. Without one, a
 * double quote takes the rest of the text; a single quote is an apostrophe, and quotes nothing.
 */
function endOfQuoted(text: string, start: number): number | undefined {
  const opening = text[start] ?? '';
  if (opening === '') return undefined;
  if (SINGLE.includes(opening)) {
    SINGLE_CLOSES.lastIndex = start + 1;
    return SINGLE_CLOSES.test(text) ? SINGLE_CLOSES.lastIndex : undefined;
  }
  if (!DOUBLE.includes(opening)) return undefined;
  for (let at = start + 1; at < text.length; at++) {
    if (isEscape(text, at)) at += 1;
    else if (DOUBLE.includes(text.charAt(at)) && (at + 1 === text.length || isSpace(text, at + 1))) return at + 1;
  }
  return text.length;
}

function unquote(typed: string): string {
  const closed = typed.length > 1 && (DOUBLE + SINGLE).includes(typed.at(-1) ?? '') && !endsInEscape(typed);
  const inner = typed.slice(1, closed ? -1 : undefined);
  if (!DOUBLE.includes(typed.charAt(0))) return decode(inner);
  let value = '';
  for (let at = 0; at < inner.length; at++) {
    if (isEscape(inner, at)) at += 1;
    value += inner.charAt(at);
  }
  return decode(value);
}

/** A backslash before a double quote or another backslash, within double quotes. */
function isEscape(text: string, at: number): boolean {
  const next = text.charAt(at + 1);
  return text[at] === '\\' && next !== '' && (next === '\\' || DOUBLE.includes(next));
}

function endsInEscape(typed: string): boolean {
  if (!DOUBLE.includes(typed.charAt(0))) return false;
  let at = 1;
  while (at < typed.length - 1) at += isEscape(typed, at) ? 2 : 1;
  return at !== typed.length - 1;
}

/** Links as what was typed for them, mentions as they are, entities as their characters. */
function decode(raw: string): string {
  let value = '';
  for (let at = 0; at < raw.length; ) {
    const link = linkAt(raw, at);
    const literal = link ?? raw.charAt(at);
    value += link === undefined || /^<[@#!]/.test(link) ? literal : typedFor(link);
    at += literal.length;
  }
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Slack makes `example.com` into `<http://example.com|example.com>`; of any other labelled link the address counts. */
function typedFor(link: string): string {
  const [address = '', label = ''] = link.slice(1, -1).split('|', 2);
  return label !== '' && address.endsWith(label) ? label : address;
}

function linkAt(text: string, at: number): string | undefined {
  if (text[at] !== '<') return undefined;
  LINK.lastIndex = at;
  return LINK.exec(text)?.[0];
}

function isSpace(text: string, at: number): boolean {
  return SPACE.test(text.charAt(at));
}
