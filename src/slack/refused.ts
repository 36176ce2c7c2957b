/** What Slack refuses of messages of ours, and what is said in their place. */
import { cut, escaped, LIMITS, type Message } from '../views/kit';

/** Errors of ours: the message broke a limit. It is shown without its blocks and logged whole, rather than lost. */
export const MESSAGE_REFUSED: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'too_many_attachments',
]);

/** Fallback text is a plain sentence with foreign words in it; Slack would read mentions out of it like out of any text. */
export const harmless = ({ text, blocks }: Message): Message => ({
  text: cut(escaped(text), LIMITS.fallbackText),
  blocks,
});

/** @param ref finds the message in the log */
export const withoutBlocks = ({ text }: Message, ref: string): Message => ({
  text: `${text}\n(The full message could not be shown; reference ${ref}.)`,
  blocks: [],
});
