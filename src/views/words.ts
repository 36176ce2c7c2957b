/** Numbers in words: counts with their noun, sizes, and lists that end. */

const NUMBER = new Intl.NumberFormat('en-US');
export const number = (value: number): string => NUMBER.format(value);

/** `1 job`, `1,204 jobs`. */
export const count = (value: number, noun: string, plural = `${noun}s`): string =>
  `${number(value)} ${value === 1 ? noun : plural}`;

/** `512 MiB`, `8 GiB`. */
export const memory = (mib: number): string =>
  mib < 1024 ? `${mib} MiB` : `${number(Math.round((mib / 1024) * 10) / 10)} GiB`;

/** `a, b and 3 more`. */
export function some(values: readonly string[], most: number): string {
  const shown = values.slice(0, most);
  const rest = values.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${number(rest)} more` : shown.join(', ');
}

/** What may stand in words too long to be read whole, so that a message keeps to its limits. */
export const sentence = (text: string): string => (text === '' || /[.!?…]$/.test(text) ? text : `${text}.`);

/** How far history goes back, where jobs are removed some day; empty where all are kept. */
export const goesBack = (keptDays: number | undefined): string =>
  keptDays === undefined ? '' : `history goes back ${count(keptDays, 'day')}`;
