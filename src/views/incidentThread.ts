/** What stands in the thread of an incident's card: who joined it, and that it grew. */
import { bold, code, cut, cutMiddle, escaped, LIMITS, type Message, section } from './kit';
import { clock } from './time';
import { count, number } from './words';

export interface Joined {
  name: string;
  id: string;
  /** When it happened (ms). */
  at: number;
  /** A few words: the cause. */
  words: string;
  /** A sentence in their place, where there is one. */
  told: string | undefined;
  /** An attempt of it, after which it is tried again. */
  isRetried: boolean;
  queue: string | undefined;
}

const MOST_JOINED = 20;
/** Of a sentence. */
const MOST_TOLD = 300;

/** Lines together, as many as one section takes. */
function sections(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const text = `${texts.at(-1) ?? ''}\n${line}`.trimStart();
    if (texts.length > 0 && text.length <= LIMITS.sectionText) texts[texts.length - 1] = text;
    else texts.push(line);
  }
  return texts;
}

/** The line of each, as many as a message takes, and how many more. */
export function joinedLines(joined: readonly Joined[]): Message {
  const lines = joined.slice(0, MOST_JOINED).map(({ name, id, at, words, told, isRetried, queue }) => {
    const what = isRetried
      ? `↻ ${escaped(cutMiddle(name, 60))}: an attempt failed and it is tried again`
      : `✖ ${escaped(cutMiddle(name, 60))}`;
    return `${clock(at)} UTC  ${what}: ${escaped(told === undefined ? cutMiddle(words, 80) : cut(told, MOST_TOLD))}${queue === undefined ? '' : ` in ${escaped(queue)}`}  ${code(id)}`;
  });
  const rest = joined.length - lines.length;
  const more = rest > 0 ? [`… and ${number(rest)} more`] : [];
  return {
    text: `${count(joined.length, 'job')}: ${joined
      .slice(0, 3)
      .map(({ name }) => cutMiddle(name, 60))
      .join(', ')}${joined.length > 3 ? '…' : '.'}`,
    blocks: sections([...lines, ...more]).map((text) => section(text)),
  };
}

/** Told aloud when a card that has stood for a while has grown by much: `align, out of memory: 100 failures in 40 min`. */
export const grown = (title: string, words: string): Message => ({
  text: `${title}: ${words}.`,
  blocks: [section(`${bold(title)}: ${escaped(words)}.`)],
});
