/** Whom a message notifies: the real, unescaped mentions in its text, its mrkdwn and its rich text. */
import { asRecord } from './blocks/check';

const MENTION = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|<!(channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^(S[A-Z0-9]+)[^>]*>/g;

const mentionsIn = (text: string): string[] =>
  [...text.matchAll(MENTION)].flatMap(([, user, broadcast, group]) => user ?? broadcast ?? group ?? []);

const RICH_TEXT_KEYS: Record<string, string> = { user: 'user_id', usergroup: 'usergroup_id', broadcast: 'range' };

function inBlocks(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(inBlocks);
  const record = asRecord(part);
  if (!record) return [];
  const { type, text } = record;
  if ((type === 'mrkdwn' || type === 'markdown') && typeof text === 'string') return mentionsIn(text);
  const key = typeof type === 'string' ? RICH_TEXT_KEYS[type] : undefined;
  if (key && typeof record[key] === 'string') return [record[key]];
  return Object.values(record).flatMap(inBlocks);
}

/** User and user group ids, and `channel`, `here`, `everyone`; each once, in order of appearance. */
export const notifiedBy = (text: string, blocks: readonly unknown[]): string[] => [
  ...new Set([...mentionsIn(text), ...inBlocks(blocks)]),
];
