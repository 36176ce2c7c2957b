/** Whether Slack would take a message: its text and its blocks together, with the error that it would answer. */
import { asRecord, checkBlocks } from './check';

/** A refusal as the Web API words it. `messages` become `response_metadata.messages`. */
export interface Refusal {
  readonly error: string;
  readonly messages?: readonly string[];
}

/** `msg_too_long` over 40,000 characters (docs.slack.dev, chat.postMessage: truncating). */
export const LONGEST_TEXT = 40_000;
/** Not documented: measured at 13,172 to 13,297 characters over all blocks (slackapi/bolt-js#2509). */
export const LONGEST_BLOCKS = 13_200;
/** Over all markdown blocks of a payload (docs.slack.dev, markdown-block). */
const LONGEST_MARKDOWN = 12_000;
/** Over all cells of a message (docs.slack.dev, table-block and data-table-block). */
const LONGEST_CELLS = { table: 10_000, data_table: 20_000 } as const;

/** Characters that a person can read in a block: every `text` that is a string, tables apart. */
function textLength(part: unknown): number {
  if (Array.isArray(part)) return part.reduce<number>((sum, inner) => sum + textLength(inner), 0);
  const record = asRecord(part);
  if (!record) return 0;
  return Object.entries(record).reduce((sum, [key, value]) => {
    if (typeof value === 'string') return key === 'text' ? sum + value.length : sum;
    return sum + textLength(value);
  }, 0);
}

const ofType = (blocks: readonly unknown[], type: string): Record<string, unknown>[] =>
  blocks.flatMap((item) => {
    const block = asRecord(item);
    if (!block) return [];
    const children = Array.isArray(block.child_blocks) ? ofType(block.child_blocks, type) : [];
    return block.type === type ? [block, ...children] : children;
  });

function tooLong(blocks: readonly unknown[]): Refusal | undefined {
  const markdown = ofType(blocks, 'markdown').reduce((sum, block) => sum + textLength(block), 0);
  if (markdown > LONGEST_MARKDOWN) return { error: 'msg_blocks_too_long' };
  const tables = [...ofType(blocks, 'table'), ...ofType(blocks, 'data_table')];
  // One table, of either kind, in a message (recorded: `invalid_attachments`, `only_one_table_allowed`).
  if (tables.length > 1) return { error: 'invalid_attachments', messages: ['[ERROR] only_one_table_allowed'] };
  for (const type of ['table', 'data_table'] as const) {
    const cells = ofType(blocks, type).reduce((sum, block) => sum + textLength(block.rows), 0);
    const line = `table cells must be less than ${LONGEST_CELLS[type] + 1} characters [json-pointer:/blocks]`;
    if (cells > LONGEST_CELLS[type]) return { error: 'invalid_blocks', messages: [`[ERROR] ${line}`] };
  }
  const outside = blocks.filter((block) => !['table', 'data_table'].includes(String(asRecord(block)?.type)));
  return textLength(outside) > LONGEST_BLOCKS ? { error: 'msg_blocks_too_long' } : undefined;
}

/** Slack's answer to a message of this text and these blocks: undefined when it takes it. */
export function refusalOfMessage(message: { text?: string | undefined; blocks?: unknown }): Refusal | undefined {
  const { text = '', blocks } = message;
  if (blocks !== undefined && !Array.isArray(blocks)) return { error: 'invalid_blocks_format' };
  if (text.length > LONGEST_TEXT) return { error: 'msg_too_long' };
  if (!blocks || blocks.length === 0) return text.trim() === '' ? { error: 'no_text' } : undefined;
  const problems = checkBlocks(blocks, 'message');
  if (problems.length > 0) return { error: 'invalid_blocks', messages: problems.map((line) => `[ERROR] ${line}`) };
  return tooLong(blocks);
}
