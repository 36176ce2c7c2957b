/** Checks blocks as Slack does and words each problem as Slack does, with a JSON pointer to where it is. */
import * as z from 'zod';
import { type Surface, surfaceSchemas } from './layout';

type Path = readonly PropertyKey[];

/** An object of unknown fields, or undefined for anything else. */
export const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

const pointed = (what: string, root: string, path: Path): string =>
  `${what} [json-pointer:${[root, ...path.map(String)].join('/')}]`;

const articles: Record<string, string> = { object: 'an object', array: 'an array', record: 'an object' };

/**
 * One zod issue in Slack's words. The wording is from refusals that people recorded: `must be less than 3001
 * characters`, `must be more than 0 characters`, `no more than 50 items allowed`, `missing required field: value`,
 * `must provide an object`, `must be a valid enum value`, `invalid additional property: page_size`.
 */
function inSlacksWords(issue: z.core.$ZodIssue, blocks: unknown, root: string): string[] {
  const { path } = issue;
  const parent = path.slice(0, -1);
  const value = at(blocks, path);
  const missing = (): string => pointed(`missing required field: ${String(path.at(-1))}`, root, parent);
  switch (issue.code) {
    case 'too_big': {
      if (issue.origin === 'array') return [pointed(`no more than ${issue.maximum} items allowed`, root, path)];
      if (issue.origin !== 'string') return [pointed(`must be at most ${issue.maximum}`, root, path)];
      return [pointed(`must be less than ${Number(issue.maximum) + 1} characters`, root, path)];
    }
    case 'too_small': {
      if (issue.origin === 'array') return [pointed(`no fewer than ${issue.minimum} items allowed`, root, path)];
      if (issue.origin !== 'string') return [pointed(`must be at least ${issue.minimum}`, root, path)];
      return [pointed(`must be more than ${Number(issue.minimum) - 1} characters`, root, path)];
    }
    case 'invalid_type':
      if (value === undefined) return [missing()];
      return [pointed(`must provide ${articles[issue.expected] ?? `a ${issue.expected}`}`, root, path)];
    case 'unrecognized_keys':
      return issue.keys.map((key) => pointed(`invalid additional property: ${key}`, root, path));
    case 'invalid_union': {
      if (path.at(-1) !== 'type') return [pointed('failed to match all allowed schemas', root, path)];
      return value === undefined ? [missing()] : [pointed(`unsupported type: ${String(value)}`, root, path)];
    }
    case 'invalid_value':
      return value === undefined ? [missing()] : [pointed('must be a valid enum value', root, path)];
    case 'invalid_format':
      return [pointed(`invalid ${issue.format}`, root, path)];
    default:
      return [pointed(issue.message, root, path)];
  }
}

/**
 * A text that may be of either kind is tried as each, and Slack then says of the whole that no schema matched before
 * it says what was wrong inside (seen for section texts over 3000 characters).
 */
function allowedSchemasLine(issue: z.core.$ZodIssue, blocks: unknown, root: string): string[] {
  const [field, last] = issue.path.slice(-2);
  const block = asRecord(at(blocks, issue.path.slice(0, -2)));
  const eitherKind = block?.type === 'section' && field === 'text' && last === 'text';
  return eitherKind ? [pointed('failed to match all allowed schemas', root, issue.path.slice(0, -1))] : [];
}

/** What is wrong by a schema, in Slack's words; empty when nothing is. */
export function problemsOf(schema: z.ZodType, value: unknown, root: string): string[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  const lines = parsed.error.issues.flatMap((issue) => [
    ...allowedSchemasLine(issue, value, root),
    ...inSlacksWords(issue, value, root),
  ]);
  return [...new Set(lines)];
}

/** Every element that carries an `action_id`, with the pointer to it. */
export function* elementsOf(block: Record<string, unknown>): Generator<[Record<string, unknown>, Path]> {
  for (const key of ['accessory', 'element'] as const) {
    const element = asRecord(block[key]);
    if (element) yield [element, [key]];
  }
  for (const key of ['elements', 'actions', 'child_blocks'] as const) {
    const list = block[key];
    if (!Array.isArray(list)) continue;
    for (const [index, item] of list.entries()) {
      const element = asRecord(item);
      if (!element) continue;
      if (key === 'child_blocks' || element.type === 'card') {
        for (const [inner, path] of elementsOf(element)) yield [inner, [key, index, ...path]];
      } else yield [element, [key, index]];
    }
  }
}

/** The same `action_id` twice in one block (evidence: polls refused with "`action_id` … already exists"). */
function repeatedActionIds(block: Record<string, unknown>, index: number, root: string): string[] {
  const seen = new Set<unknown>();
  const problems: string[] = [];
  for (const [element, path] of elementsOf(block)) {
    if (element.action_id === undefined) continue;
    if (seen.has(element.action_id)) {
      const where = [index, ...path, 'action_id'];
      problems.push(pointed(`\`action_id\` "${String(element.action_id)}" already exists`, root, where));
    }
    seen.add(element.action_id);
  }
  return problems;
}

/** An initial choice has to equal one of the options (docs.slack.dev, select-menu-element, checkboxes-element). */
function strayInitialOptions(block: Record<string, unknown>, index: number, root: string): string[] {
  const problems: string[] = [];
  for (const [element, path] of elementsOf(block)) {
    if (!Array.isArray(element.options) && !Array.isArray(element.option_groups)) continue;
    const groups = Array.isArray(element.option_groups) ? element.option_groups : [element];
    const known = new Set(
      groups.flatMap((group) =>
        ((asRecord(group)?.options ?? []) as unknown[]).map((option) => JSON.stringify(option)),
      ),
    );
    const initial = element.initial_option !== undefined ? [element.initial_option] : element.initial_options;
    if (!Array.isArray(initial)) continue;
    const key = element.initial_option !== undefined ? 'initial_option' : 'initial_options';
    if (initial.some((option) => !known.has(JSON.stringify(option)))) {
      problems.push(pointed('must match one of the options', root, [index, ...path, key]));
    }
  }
  return problems;
}

/** 50 blocks a message, 100 a modal or Home (docs.slack.dev, reference/block-kit/blocks). */
const MOST_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

/** Everything wrong with a list of blocks on a surface, in Slack's words; empty when Slack would take it. */
export function checkBlocks(blocks: readonly unknown[], surface: Surface, root = '/blocks'): string[] {
  const list = z.array(surfaceSchemas[surface]).max(MOST_BLOCKS[surface]);
  const problems = problemsOf(list, blocks, root);
  const seen = new Set<unknown>();
  for (const [index, item] of blocks.entries()) {
    const block = asRecord(item);
    if (!block) continue;
    if (block.block_id !== undefined && seen.has(block.block_id)) {
      problems.push(pointed(`\`block_id\` "${String(block.block_id)}" already exists`, root, [index, 'block_id']));
    }
    seen.add(block.block_id);
    problems.push(...repeatedActionIds(block, index, root), ...strayInitialOptions(block, index, root));
  }
  return problems;
}
