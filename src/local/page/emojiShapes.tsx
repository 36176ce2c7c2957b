/** Drawings of the emoji that carry a status, so that they look the same where the system has no emoji font. */
import type { ReactNode } from 'react';

const RED = '#d93a49';
const GREEN = '#2ba46a';
const AMBER = '#eeb32b';
const BLUE = '#3b82d6';
const INK = '#4b5563';
const STEEL = '#8a94a3';

const disc = (fill: string): ReactNode => <circle cx="10" cy="10" r="7.5" fill={fill} />;
const square = (fill: string): ReactNode => <rect x="2.5" y="2.5" width="15" height="15" rx="2.5" fill={fill} />;
const line = (d: string, stroke: string, width = 2): ReactNode => (
  <path d={d} fill="none" stroke={stroke} strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);
const shape = (d: string, fill: string): ReactNode => <path d={d} fill={fill} />;

const hourglass = (
  <>
    {shape('M5.5 3h9v2.5L11 10l3.5 4.5V17h-9v-2.5L9 10 5.5 5.5z', '#cfe3f5')}
    {shape('M7 14.8L10 11.5l3 3.3V16H7zM7.5 6h5L10 9z', AMBER)}
    {line('M5 2.8h10M5 17.2h10', '#8b6b4a', 1.8)}
  </>
);
const magnifier = (
  <>
    <circle cx="8.5" cy="8.5" r="5" fill="#d5e9fb" stroke={STEEL} strokeWidth="1.8" />
    {line('M12.5 12.5L17 17', INK, 2.6)}
  </>
);
const clockFace = (
  <>
    <circle cx="10" cy="11" r="6.5" fill="#fff" stroke={STEEL} strokeWidth="1.8" />
    {line('M10 7.5V11l2.5 1.5', INK, 1.5)}
    {line('M8.5 2.5h3', STEEL)}
  </>
);
const bell = shape(
  'M10 2.5c-3 0-4.5 2.2-4.5 5v3.5L4 14h12l-1.5-3V7.5c0-2.8-1.5-5-4.5-5zM8 15.2h4a2 2 0 01-4 0z',
  AMBER,
);
const pages = (
  <>
    {shape('M4.5 2.5h8l3 3v12h-11z', '#e7ebf0')}
    {line('M7 8h6M7 11h6M7 14h4', STEEL, 1.3)}
  </>
);
const arrows = (
  <>
    {square(BLUE)}
    {line('M6 9a4 4 0 017-2l1 1M14 11a4 4 0 01-7 2l-1-1', '#fff', 1.6)}
    {line('M14.2 5.5V8h-2.5M5.8 14.5V12h2.5', '#fff', 1.6)}
  </>
);
const key = (d: string): ReactNode => (
  <>
    {square(BLUE)}
    {shape(d, '#fff')}
  </>
);
const arrow = (d: string): ReactNode => (
  <>
    {square(BLUE)}
    {line(d, '#fff')}
  </>
);

/** By character, without a variation selector. */
export const EMOJI_SHAPES: Readonly<Record<string, ReactNode>> = {
  '🟢': disc(GREEN),
  '🟡': disc(AMBER),
  '🟠': disc('#ee8434'),
  '🔴': disc(RED),
  '🔵': disc(BLUE),
  '🟣': disc('#8a5cc4'),
  '🟤': disc('#8b6b4a'),
  '⚪': <circle cx="10" cy="10" r="7" fill="#f3f5f7" stroke="#b6bec9" />,
  '⚫': disc('#353b45'),
  '🟩': square(GREEN),
  '🟨': square(AMBER),
  '🟧': square('#ee8434'),
  '🟥': square(RED),
  '🟦': square(BLUE),
  '⬜': <rect x="3" y="3" width="14" height="14" rx="2" fill="#f3f5f7" stroke="#b6bec9" />,
  '⬛': square('#353b45'),
  '✅': (
    <>
      {square(GREEN)}
      {line('M5.8 10.4l2.9 2.9 5.5-6.3', '#fff', 2.2)}
    </>
  ),
  '❌': line('M4.5 4.5l11 11M15.5 4.5l-11 11', RED, 3.2),
  '⚠': (
    <>
      {shape('M10 2.2c.5 0 .9.3 1.2.7l7 12.5c.5.9-.2 2-1.2 2H3c-1 0-1.7-1.1-1.2-2l7-12.5c.3-.4.7-.7 1.2-.7z', AMBER)}
      {line('M10 7.5v4.5M10 14.7v.01', '#3a2f10', 1.9)}
    </>
  ),
  '🚨': (
    <>
      {shape('M5.5 14V9.5a4.5 4.5 0 019 0V14z', RED)}
      {shape('M4 14h12v3H4z', INK)}
      {line('M10 1.5v1.3M3.5 4.3l1 1M16.5 4.3l-1 1', RED, 1.6)}
    </>
  ),
  '⛔': (
    <>
      {disc(RED)}
      {line('M6.5 10h7', '#fff', 2.6)}
    </>
  ),
  '🚫': (
    <>
      <circle cx="10" cy="10" r="6.5" fill="none" stroke={RED} strokeWidth="2.4" />
      {line('M5.5 5.5l9 9', RED, 2.4)}
    </>
  ),
  '🛑': shape('M6.8 2.5h6.4l4.3 4.3v6.4l-4.3 4.3H6.8l-4.3-4.3V6.8z', RED),
  '❗': line('M10 3.5v8M10 16v.01', RED, 3),
  '❓': line('M6.8 6.5a3.2 3.2 0 115 2.6c-1.2.8-1.8 1.4-1.8 2.9M10 16v.01', RED, 2.6),
  ℹ: (
    <>
      {square(BLUE)}
      {line('M10 9.5v4.3M10 6.3v.01', '#fff', 2.2)}
    </>
  ),
  '💡': (
    <>
      {shape('M10 2a5.5 5.5 0 00-3.2 10c.7.5 1.2 1.2 1.2 2h4c0-.8.5-1.5 1.2-2A5.5 5.5 0 0010 2z', AMBER)}
      {line('M8.2 16h3.6M9 18h2', STEEL, 1.4)}
    </>
  ),
  '⏳': hourglass,
  '⌛': hourglass,
  '🔍': magnifier,
  '🔎': <g transform="matrix(-1 0 0 1 20 0)">{magnifier}</g>,
  '⏱': clockFace,
  '⏰': clockFace,
  '🔔': bell,
  '🔕': (
    <>
      {bell}
      {line('M3.5 3.5l13 13', RED, 2.2)}
    </>
  ),
  '🔁': arrows,
  '🔄': arrows,
  '▶': key('M7.5 5.8l6.5 4.2-6.5 4.2z'),
  '⏹': key('M6.5 6.5h7v7h-7z'),
  '⏸': key('M6.5 6h2.5v8H6.5zM11 6h2.5v8H11z'),
  '⬆': arrow('M10 14.5v-9M6.5 9L10 5.5 13.5 9'),
  '⬇': arrow('M10 5.5v9M6.5 11l3.5 3.5 3.5-3.5'),
  '⬅': arrow('M14.5 10h-9M9 6.5L5.5 10 9 13.5'),
  '➡': arrow('M5.5 10h9M11 6.5l3.5 3.5-3.5 3.5'),
  '📄': pages,
  '📜': pages,
  '📝': pages,
  '📋': pages,
  '📦': (
    <>
      {shape('M2.5 6L10 2.5 17.5 6v8.5L10 18l-7.5-3.5z', '#c79a63')}
      {line('M2.8 6.2L10 9.5l7.2-3.3M10 9.5V17.5', '#8b6b4a', 1.3)}
    </>
  ),
  '🔒': (
    <>
      {line('M6.5 9V6.5a3.5 3.5 0 017 0V9', STEEL)}
      {shape('M4.5 8.8h11v8.7h-11z', AMBER)}
    </>
  ),
  '⚡': shape('M11.5 1.5L4 11.5h5l-1.5 7 8.5-10.5h-5.5z', AMBER),
  '🔥': (
    <>
      {shape(
        'M10.5 1.5c.5 3-3.5 4.5-4.8 7.5-1.5 3.5.3 9 4.5 9 4.3 0 6.3-4.5 4.6-8.5-.6 1.3-1.3 1.7-2.1 1.9 1-3.9-.2-7.9-2.2-9.9z',
        '#ee7a34',
      )}
      {shape('M10 11c.2 1.5-2 2.2-2 4.3 0 1.4 1 2.4 2.2 2.4s2.3-1 2.3-2.5c0-1.8-1.9-2.4-2.5-4.2z', AMBER)}
    </>
  ),
  '👀': (
    <>
      <ellipse cx="6.2" cy="10" rx="3.6" ry="5.5" fill="#fff" stroke="#b6bec9" />
      <ellipse cx="13.8" cy="10" rx="3.6" ry="5.5" fill="#fff" stroke="#b6bec9" />
      <circle cx="5" cy="10.5" r="1.8" fill="#2b2f36" />
      <circle cx="12.6" cy="10.5" r="1.8" fill="#2b2f36" />
    </>
  ),
};
