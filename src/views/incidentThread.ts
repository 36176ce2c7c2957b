/** What stands in the thread of an incident's card: who joined it, and that it grew. */
import { bold, code, cutMiddle, escaped, type Message, section } from './kit';
import { clock } from './time';
import { count, number } from './words';

export interface Joined {
  name: string;
  id: string;
  /** When it happened (ms). */
  at: number;
  /** A few words: the cause. */
  words: string;
  /** An attempt of it, after which it is tried again. */
  isRetried: boolean;
  queue: string | undefined;
}

const MOST_JOINED = 20;
/** So many are shorter than a section may be. */
const LINES_PER_SECTION = 10;

/** The line of each, as many as a message takes, and how many more. */
export function joinedLines(joined: readonly Joined[]): Message {
  const lines = joined.slice(0, MOST_JOINED).map(({ name, id, at, words, isRetried, queue }) => {
    const what = isRetried
      ? `↻ ${escaped(cutMiddle(name, 60))}: an attempt failed and it is tried again`
      : `✖ ${escaped(cutMiddle(name, 60))}`;
    return `${clock(at)} UTC  ${what}: ${escaped(cutMiddle(words, 80))}${queue === undefined ? '' : ` in ${escaped(queue)}`}  ${code(id)}`;
  });
  const rest = joined.length - lines.length;
  const more = rest > 0 ? [`… and ${number(rest)} more`] : [];
  return {
    text: `${count(joined.length, 'more failure')}: ${joined
      .slice(0, 3)
      .map(({ name }) => cutMiddle(name, 60))
      .join(', ')}${joined.length > 3 ? '…' : '.'}`,
    blocks: [lines.slice(0, LINES_PER_SECTION), [...lines.slice(LINES_PER_SECTION), ...more]]
      .filter((part) => part.length > 0)
      .map((part) => section(part.join('\n'))),
  };
}

/** Told aloud when a card that has stood for a while has grown by much: `align, out of memory: 100 failures in 40 min`. */
export const grown = (title: string, words: string): Message => ({
  text: `${title}: ${words}.`,
  blocks: [section(`${bold(title)}: ${escaped(words)}.`)],
});
