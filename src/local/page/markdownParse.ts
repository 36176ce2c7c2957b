/** Reads the Markdown of a `markdown` block into a tree: the part of it that Slack shows. Pure. */

export type MarkdownInline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: MarkdownInline[] }
  | { kind: 'link'; url: string; children: MarkdownInline[] };

export type MarkdownBlock =
  | { kind: 'paragraph' | 'quote'; inlines: MarkdownInline[] }
  | { kind: 'heading'; level: number; inlines: MarkdownInline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; items: { indent: number; inlines: MarkdownInline[] }[] }
  | { kind: 'table'; rows: MarkdownInline[][][] }
  | { kind: 'rule' };

const ITEM = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
/** What follows the fence names a language and is not shown; with a backtick in it, the line is code between backticks. */
const FENCE = /^\s{0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

export function parseMarkdown(source: string): MarkdownBlock[] {
  const lines = source.split(/\r?\n/);
  const blocks: MarkdownBlock[] = [];
  let at = 0;
  const takeWhile = (wanted: (line: string) => boolean): string[] => {
    const start = at;
    while (at < lines.length && wanted(lines[at] ?? '')) at += 1;
    return lines.slice(start, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line)?.[1];
    const heading = HEADING.exec(line);
    if (line.trim() === '') {
      at += 1;
    } else if (fence) {
      at += 1;
      const code = takeWhile((next) => !next.trimStart().startsWith(fence));
      at += 1;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (heading) {
      at += 1;
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, inlines: parseMarkdownInlines(heading[2] ?? '') });
    } else if (RULE.test(line)) {
      at += 1;
      blocks.push({ kind: 'rule' });
    } else if (line.startsWith('>')) {
      const quote = takeWhile((next) => next.startsWith('>')).map((next) => next.replace(/^> ?/, ''));
      blocks.push({ kind: 'quote', inlines: parseMarkdownInlines(quote.join('\n')) });
    } else if (ITEM.test(line)) {
      blocks.push(list(takeWhile((next) => ITEM.test(next) && !RULE.test(next))));
    } else if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) {
      const rows = takeWhile((next) => next.includes('|'));
      blocks.push({ kind: 'table', rows: rows.filter((_, index) => index !== 1).map(tableRow) });
    } else {
      const first = line;
      at += 1;
      const more = takeWhile((next) => next.trim() !== '' && !startsBlock(next));
      blocks.push({ kind: 'paragraph', inlines: parseMarkdownInlines([first, ...more].join('\n')) });
    }
  }
  return blocks;
}

function startsBlock(line: string): boolean {
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || ITEM.test(line) || line.startsWith('>');
}

function list(lines: string[]): MarkdownBlock {
  const number = ITEM.exec(lines[0] ?? '')?.[2];
  const items = lines.map((line) => {
    const [, spaces = '', , text = ''] = ITEM.exec(line) ?? [];
    return { indent: Math.min(8, Math.floor(spaces.length / 2)), inlines: parseMarkdownInlines(text) };
  });
  return { kind: 'list', ordered: number !== undefined, start: Number(number ?? 1), items };
}

function tableRow(line: string): MarkdownInline[][] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => parseMarkdownInlines(cell.trim().replaceAll('\\|', '|')));
}

/** In order of precedence; each finds its first place in the text, and the earliest of all wins. */
const SPANS: { pattern: RegExp; make(match: RegExpExecArray): MarkdownInline }[] = [
  { pattern: /\\([\\`*_{}[\]()#+.!~|>-])/, make: (match) => ({ kind: 'text', text: match[1] ?? '' }) },
  { pattern: /(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)/, make: (match) => ({ kind: 'code', text: match[2] ?? '' }) },
  {
    pattern: /\[([^[\]\n]+)\]\(([^\s()]+)\)/,
    make: (match) => ({ kind: 'link', url: match[2] ?? '', children: parseMarkdownInlines(match[1] ?? '') }),
  },
  {
    pattern: /https?:\/\/[^\s<>()]*[^\s<>().,;:!?]/,
    make: (match) => ({ kind: 'link', url: match[0], children: [{ kind: 'text', text: match[0] }] }),
  },
  {
    pattern: /\*\*(?!\s)([^\n]+?)(?<!\s)\*\*/,
    make: (match) => ({ kind: 'bold', children: parseMarkdownInlines(match[1] ?? '') }),
  },
  {
    pattern: /~~(?!\s)([^\n]+?)(?<!\s)~~/,
    make: (match) => ({ kind: 'strike', children: parseMarkdownInlines(match[1] ?? '') }),
  },
  {
    pattern: /\*(?![\s*])([^*\n]+?)(?<!\s)\*/,
    make: (match) => ({ kind: 'italic', children: parseMarkdownInlines(match[1] ?? '') }),
  },
  {
    pattern: /(?<![\p{L}\p{N}])_(?![\s_])([^_\n]+?)(?<!\s)_(?![\p{L}\p{N}])/u,
    make: (match) => ({ kind: 'italic', children: parseMarkdownInlines(match[1] ?? '') }),
  },
];

export function parseMarkdownInlines(source: string): MarkdownInline[] {
  const out: MarkdownInline[] = [];
  let rest = source;
  while (rest !== '') {
    let best: { match: RegExpExecArray; make(match: RegExpExecArray): MarkdownInline } | undefined;
    for (const { pattern, make } of SPANS) {
      const match = pattern.exec(rest);
      if (match && (!best || match.index < best.match.index)) best = { match, make };
    }
    if (!best) return [...out, { kind: 'text', text: rest }];
    if (best.match.index > 0) out.push({ kind: 'text', text: rest.slice(0, best.match.index) });
    out.push(best.make(best.match));
    rest = rest.slice(best.match.index + best.match[0].length);
  }
  return out;
}
