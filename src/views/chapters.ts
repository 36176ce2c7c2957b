/** Long answers in chapters, a page at a time: nothing is left out, and no page goes beyond Slack's limits. */
import type { KnownBlock } from '@slack/types';
import { bold, preformatted, section } from './kit';

/** Lines of mrkdwn, or one text in a fixed-width box. */
export type Chapter = { title: string } & ({ lines: readonly string[] } | { box: string });

/** Well under the 12,000 characters of all blocks: mrkdwn, title and buttons are counted too. */
const MOST_PAGE = 8_000;
const MOST_PIECE = 2_600;
/** A page of very short chapters must leave blocks for title and buttons. */
const MOST_BLOCKS = 40;

interface Piece {
  text: string;
  isBox: boolean;
  title: string;
}

/** Cuts at the last line break or space that is near enough, never within a character. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let rest = text;
  while (rest.length > MOST_PIECE) {
    const near = rest.slice(0, MOST_PIECE).search(/[\n ][^\n ]{0,400}$/);
    let end = near > 0 ? near + 1 : MOST_PIECE;
    const last = rest.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff) end--;
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...found, rest];
}

function piecesOf(chapter: Chapter): Piece[] {
  const { title } = chapter;
  if ('box' in chapter) return pieces(chapter.box).map((text) => ({ text, isBox: true, title }));
  const found: Piece[] = [];
  for (const text of chapter.lines) {
    const last = found.at(-1);
    if (last !== undefined && last.text.length + text.length < MOST_PIECE) last.text += `\n${text}`;
    else found.push({ text, isBox: false, title });
  }
  return found;
}

const blocksOf = (piece: Piece, isNew: boolean): KnownBlock[] => {
  const heading = `${bold(piece.title)}${isNew ? '' : ' (goes on)'}`;
  return piece.isBox ? [section(heading), preformatted(piece.text)] : [section(`${heading}\n${piece.text}`)];
};

/** Every page's blocks; a chapter without lines is left out. */
export function pagesOf(chapters: readonly Chapter[]): KnownBlock[][] {
  const pages: KnownBlock[][] = [];
  let room = 0;
  let before: string | undefined;
  for (const piece of chapters.flatMap(piecesOf)) {
    const blocks = blocksOf(piece, piece.title !== before);
    before = piece.title;
    const cost = piece.text.length + piece.title.length + 20;
    const page = pages.at(-1);
    if (page === undefined || cost > room || page.length + blocks.length > MOST_BLOCKS) {
      pages.push(blocks);
      room = MOST_PAGE - cost;
    } else {
      page.push(...blocks);
      room -= cost;
    }
  }
  return pages;
}

/** Lines of which some may be missing. */
export const present = (facts: readonly (string | undefined)[]): string[] => facts.filter((fact) => fact !== undefined);
/** Words for a value, where there is one. */
export const fact = <T>(value: T | undefined, words: (value: T) => string): string | undefined =>
  value === undefined ? undefined : words(value);
