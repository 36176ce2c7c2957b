/** Emoji in text: a drawing where the page has one, else the character itself. */
import type { ReactNode } from 'react';
import { emojiCharacter } from './emoji';
import { EMOJI_SHAPES } from './emojiShapes';

/** U+FE0F asks for the coloured form of a character that also has a plain one. */
const VARIATION = '\uFE0F';
const DRAWN = new RegExp(`(${Object.keys(EMOJI_SHAPES).join('|')})${VARIATION}?`, 'gu');

/** These have a plain text form as well, which stays plain unless the variation selector follows. */
const PLAIN_BY_DEFAULT = new Set(['⚠', 'ℹ', '▶', '⏹', '⏸', '⬆', '⬇', '⬅', '➡', '⏱']);

function Glyph({ character, name }: { character: string; name: string }) {
  const drawing = EMOJI_SHAPES[character.replace(VARIATION, '')];
  return drawing ? (
    <svg className="emoji" viewBox="0 0 20 20" role="img" aria-label={name}>
      {drawing}
    </svg>
  ) : (
    <span className="emoji-character" role="img" aria-label={name}>
      {character}
    </span>
  );
}

/** One emoji by its shortcode; an unknown one stays the text that it was. */
export function Emoji({ name }: { name: string }) {
  const character = emojiCharacter(name);
  return character ? <Glyph character={character} name={name.replaceAll('_', ' ')} /> : `:${name}:`;
}

/** Text in which emoji characters, and on request shortcodes, are shown as emoji. */
export function EmojiText({ text, shortcodes = false }: { text: string; shortcodes?: boolean }) {
  const nodes: ReactNode[] = [];
  let rest = 0;
  const found = [...text.matchAll(DRAWN)].map((match) => ({ match, name: undefined as string | undefined }));
  if (shortcodes) {
    for (const match of text.matchAll(/(?<![\p{L}\p{N}]):([a-z0-9_+'-]{1,60}):/gu))
      found.push({ match, name: match[1] });
    found.sort((a, b) => a.match.index - b.match.index);
  }
  for (const { match, name } of found) {
    const plain = !name && PLAIN_BY_DEFAULT.has(match[1] ?? '') && !match[0].endsWith(VARIATION);
    if (match.index < rest || plain || (name && !emojiCharacter(name))) continue;
    nodes.push(text.slice(rest, match.index));
    nodes.push(
      name ? <Emoji key={match.index} name={name} /> : <Glyph key={match.index} character={match[0]} name={match[0]} />,
    );
    rest = match.index + match[0].length;
  }
  nodes.push(text.slice(rest));
  return nodes;
}
