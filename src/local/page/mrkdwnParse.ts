/**
 * Reads Slack's mrkdwn into a tree. Pure: knows nothing of users, time zones or React.
 *
 * The rules follow Slack's page "Formatting text for app surfaces": `&`, `<` and `>` arrive as entities, `<…>` is a
 * link, mention or date, and a style's marks count only at the edges of words.
 */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'emoji'; name: string }
  | { kind: 'link'; url: string; label?: string }
  | { kind: 'user' | 'channel' | 'usergroup'; id: string; label?: string }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; timestamp: number; format: string; fallback: string; url?: string };

export type MrkdwnBlock =
  | { kind: 'text'; inlines: Inline[] }
  | { kind: 'quote'; inlines: Inline[] }
  | { kind: 'pre'; text: string };

type Style = 'bold' | 'italic' | 'strike';
const STYLES: Record<string, Style> = { '*': 'bold', _: 'italic', '~': 'strike' };

/** Slack escapes exactly these three characters. */
export function unescapeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'));
}

export function parseMrkdwn(source: string): MrkdwnBlock[] {
  const blocks: MrkdwnBlock[] = [];
  let rest = 0;
  for (const fence of source.matchAll(/```\n?([\s\S]*?[^`\n][\s\S]*?)\n?```/g)) {
    blocks.push(...parseLines(source.slice(rest, fence.index).replace(/\n$/, '')));
    blocks.push({ kind: 'pre', text: preText(fence[1] ?? '') });
    rest = fence.index + fence[0].length;
    if (source[rest] === '\n') rest += 1;
  }
  blocks.push(...parseLines(source.slice(rest)));
  return blocks;
}

/** Links work within preformatted text too; here their label is enough. */
function preText(text: string): string {
  return unescapeEntities(
    text.replace(/<(?:https?|mailto):[^|>\n]*\|([^>\n]*)>/g, '$1').replace(/<((?:https?|mailto):[^>\n]*)>/g, '$1'),
  );
}

function parseLines(source: string): MrkdwnBlock[] {
  if (source === '') return [];
  const runs: { quote: boolean; lines: string[] }[] = [];
  for (const line of source.split('\n')) {
    const quoted = /^(?:&gt;|>) ?/.exec(line);
    const run = runs.at(-1);
    const text = quoted ? line.slice(quoted[0].length) : line;
    if (run && run.quote === Boolean(quoted)) run.lines.push(text);
    else runs.push({ quote: Boolean(quoted), lines: [text] });
  }
  return runs.map(({ quote, lines }) => ({
    kind: quote ? 'quote' : 'text',
    inlines: parseInlines(lines.join('\n')),
  }));
}

/** Parses what stands inside a paragraph; `outer` are the styles already open, which can't open again. */
export function parseInlines(source: string, outer: readonly Style[] = []): Inline[] {
  const out: Inline[] = [];
  let plain = '';
  const push = (inline: Inline): void => {
    if (plain !== '') out.push({ kind: 'text', text: unescapeEntities(plain) });
    plain = '';
    out.push(inline);
  };
  let at = 0;
  while (at < source.length) {
    const found = spanAt(source, at, outer);
    if (found) {
      push(found.inline);
      at = found.end;
    } else {
      plain += source[at];
      at += 1;
    }
  }
  if (plain !== '') out.push({ kind: 'text', text: unescapeEntities(plain) });
  return out;
}

interface Span {
  inline: Inline;
  end: number;
}

function spanAt(source: string, at: number, outer: readonly Style[]): Span | undefined {
  const mark = source[at];
  if (mark === '<') return angleAt(source, at);
  if (mark === '`') return codeAt(source, at);
  if (mark === ':') return emojiAt(source, at);
  const style = mark === undefined ? undefined : STYLES[mark];
  if (!style || outer.includes(style)) return undefined;
  const close = closingMark(source, at, mark as string);
  if (close === undefined) return undefined;
  return {
    inline: { kind: style, children: parseInlines(source.slice(at + 1, close), [...outer, style]) },
    end: close + 1,
  };
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Where the style opened at `open` closes: on the same line, after a non-space, before the end of a word. */
function closingMark(source: string, open: number, mark: string): number | undefined {
  const first = source[open + 1];
  if (isWordCharacter(source[open - 1]) || first === undefined || /\s/.test(first) || first === mark) return undefined;
  for (let at = open + 1; at < source.length && source[at] !== '\n'; at += 1) {
    const skipped = source[at] === '<' ? angleAt(source, at) : source[at] === '`' ? codeAt(source, at) : undefined;
    if (skipped) at = skipped.end - 1;
    else if (source[at] === mark && !/\s/.test(source[at - 1] ?? ' ') && !isWordCharacter(source[at + 1])) return at;
  }
  return undefined;
}

function codeAt(source: string, at: number): Span | undefined {
  const match = /^`([^`\n]+)`/.exec(source.slice(at, at + 3002));
  return match?.[1] ? { inline: { kind: 'code', text: preText(match[1]) }, end: at + match[0].length } : undefined;
}

function emojiAt(source: string, at: number): Span | undefined {
  if (isWordCharacter(source[at - 1])) return undefined;
  const match = /^:([a-z0-9_+'-]{1,60}):(?::skin-tone-[2-6]:)?/.exec(source.slice(at, at + 80));
  return match?.[1] ? { inline: { kind: 'emoji', name: match[1] }, end: at + match[0].length } : undefined;
}

function angleAt(source: string, at: number): Span | undefined {
  const close = source.indexOf('>', at);
  if (close < 0) return undefined;
  const inside = source.slice(at + 1, close);
  const inline = inside.includes('\n') || inside.includes('<') ? undefined : readAngle(inside);
  return inline && { inline, end: close + 1 };
}

function readAngle(inside: string): Inline | undefined {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : unescapeEntities(inside.slice(bar + 1));
  const labelled = label ? { label } : {};
  const mention = /^([@#])([A-Z0-9]+)$/.exec(target);
  if (mention) return { kind: mention[1] === '@' ? 'user' : 'channel', id: mention[2] ?? '', ...labelled };
  const group = /^!subteam\^([A-Z0-9]+)$/.exec(target);
  if (group) return { kind: 'usergroup', id: group[1] ?? '', ...labelled };
  if (/^!(here|channel|everyone)$/.test(target)) return { kind: 'broadcast', range: target.slice(1) };
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) {
    const format = unescapeEntities(date[2] ?? '');
    const link = date[3] ? { url: unescapeEntities(date[3]) } : {};
    return { kind: 'date', timestamp: Number(date[1]), format, fallback: label ?? '', ...link };
  }
  if (/^(https?:\/\/|mailto:|tel:)./i.test(target)) return { kind: 'link', url: unescapeEntities(target), ...labelled };
  return undefined;
}
