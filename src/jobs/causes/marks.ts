/** By which a search finds all jobs of one cause: texts of which every such job's reasons hold at least one. */

/** Shorter ones stand in too many texts to narrow a search. */
const SHORTEST = 4;

/** Where the bracket that opens at `at` is closed. */
function closing(source: string, at: number): number {
  let depth = 0;
  let isClass = false;
  for (let n = at; n < source.length; n++) {
    const character = source[n];
    if (character === '\\') n++;
    else if (isClass) isClass = character !== ']';
    else if (character === '[') isClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return n;
    if (depth === 0 && !isClass) return n;
  }
  return source.length;
}

/** Its alternatives, those inside of brackets apart. */
function alternativesOf(source: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let n = 0; n < source.length; n++) {
    const character = source[n];
    if (character === '\\') n++;
    else if (character === '(' || character === '[') n = closing(source, n);
    else if (character === '|') {
      found.push(source.slice(from, n));
      from = n + 1;
    }
  }
  return [...found, source.slice(from)];
}

/** One alternative's longest plain text, or those of a group that it can't do without. */
function textsOfAlternative(source: string): string[] | undefined {
  const runs = [''];
  const groups: string[] = [];
  for (let n = 0; n < source.length; n++) {
    const character = source[n] ?? '';
    const run = runs.at(-1) ?? '';
    if (character === '\\') {
      const next = source[++n] ?? '';
      if (/[a-z\d]/i.test(next)) runs.push('');
      else runs[runs.length - 1] = run + next;
    } else if (character === '(' || character === '[') {
      const end = closing(source, n);
      const inner = source.slice(n + 1, end);
      const isOptional = /^[?*{]/.test(source.slice(end + 1));
      if (character === '(' && !isOptional && !/^\?[=!<]/.test(inner)) groups.push(inner.replace(/^\?:/, ''));
      runs.push('');
      n = end;
    } else if (/[?*{]/.test(character)) {
      runs[runs.length - 1] = run.slice(0, -1);
      runs.push('');
      if (character === '{') n = source.indexOf('}', n);
    } else if (/[.^$+]/.test(character)) runs.push('');
    else runs[runs.length - 1] = run + character;
  }
  const [longest = ''] = runs.map((run) => run.trim()).sort((a, b) => b.length - a.length);
  if (longest.length >= SHORTEST) return [longest];
  for (const group of groups) {
    const texts = textsIn(group);
    if (texts !== undefined) return texts;
  }
  return undefined;
}

function textsIn(source: string): string[] | undefined {
  const found: string[] = [];
  for (const alternative of alternativesOf(source)) {
    const texts = textsOfAlternative(alternative);
    if (texts === undefined) return undefined;
    found.push(...texts);
  }
  return [...new Set(found)];
}

/** Texts of which one at least, in any case, stands in whatever fits the pattern; undefined where it has no such texts. */
export const marksOf = (pattern: RegExp): readonly string[] | undefined => textsIn(pattern.source);
