/** A line of a log as people can read it: no colours or control characters, the last state of a progress bar, JSON in words. */
import { printable } from './kit';

/** Characters of one line that are looked at: a line may have 256 KB, and a message shows far less. */
const MOST_READ = 20_000;
/** Lines of a stack trace that came as one event. */
const MOST_PARTS = 40;

/** Keys under which loggers write what happened; the first that is there counts. */
const MESSAGE_KEYS = ['message', 'msg', 'event', 'text'];
const LEVEL_KEYS = ['level', 'severity', 'levelname', 'lvl', 'loglevel'];
/** CloudWatch's own time stands before the line. */
const TIME_KEYS = new Set(['timestamp', '@timestamp', 'time', 'ts', 'asctime', 'datetime', 'date']);
/** pino and bunyan write numbers (https://github.com/pinojs/pino/blob/main/docs/api.md, "levels"). */
const LEVEL_NUMBERS: Readonly<Record<string, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

function jsonObject(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  try {
    return JSON.parse(trimmed) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const valueText = (value: unknown): string =>
  typeof value === 'string' ? (/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)) : JSON.stringify(value);

/** `{"level":"error","msg":"disk full","disk":"/tmp"}` → `ERROR disk full  disk=/tmp`; undefined for what is no such line. */
export function jsonLine(text: string): string | undefined {
  const object = jsonObject(text);
  if (object === undefined) return undefined;
  const messageKey = MESSAGE_KEYS.find((key) => typeof object[key] === 'string');
  if (messageKey === undefined) return undefined;
  const levelKey = LEVEL_KEYS.find((key) => ['string', 'number'].includes(typeof object[key]));
  const level = levelKey === undefined ? '' : String(object[levelKey]);
  const rest = Object.entries(object)
    .filter(([key]) => key !== messageKey && key !== levelKey && !TIME_KEYS.has(key.toLowerCase()))
    .map(([key, value]) => `${key}=${valueText(value)}`);
  const head = [(LEVEL_NUMBERS[level] ?? level).toUpperCase(), String(object[messageKey])].filter(
    (part) => part !== '',
  );
  return [head.join(' '), ...rest].join('  ');
}

/**
 * The last that a terminal would show of a line that goes back to its beginning, such as a progress bar; a sign before it
 * tells that something stood there, which Whole log has.
 */
function lastState(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\r') end--;
  const from = text.lastIndexOf('\r', end - 1) + 1;
  let hidden = from;
  while (text[hidden - 1] === '\r') hidden--;
  return `${hidden > 0 ? '…⏎ ' : ''}${text.slice(from, end)}`;
}

/** For a message: usually one line; several for a stack trace that came as one event. */
export function shownLines(text: string): string[] {
  const json = jsonLine(text);
  const parts = (json ?? text)
    .replace(/\r\n/g, '\n')
    .slice(-MOST_READ * MOST_PARTS)
    .split('\n');
  const shown = parts
    .slice(0, MOST_PARTS)
    .map((part) => printable(lastState(part).slice(0, MOST_READ).replace(/\t/g, '    ')));
  return parts.length > MOST_PARTS ? [...shown, `… ${parts.length - MOST_PARTS} more lines`] : shown;
}

/** Anything that `printable` would change, tabs and line breaks aside. */
const UNUSUAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ud800-\udfff]/;

/** For a file: the moment in full and the whole line, as harmless to a terminal as to a message. */
export const fileLine = (at: number, text: string): string =>
  `${new Date(at).toISOString()} ${UNUSUAL.test(text) ? printable(text, true) : text}`;
