/**
 * Puts many short texts in order while they stand in memory as bytes. The garbage collector copies strings again and again as
 * long as they are young: 100,000 ids make it double its young space for good, while their 4 MB of bytes stay where they are.
 */

const PAGE_BYTES = 1 << 16;
const OFFSET_BITS = 16;
const LENGTH_BYTES = 2;

export interface SortedTexts {
  /** @throws RangeError for a text of 64 KB or more in UTF-8 */
  add(text: string): void;
  /** All of them in order of their UTF-8 bytes, so many at a time; the last part may be shorter. */
  parts(size: number): Generator<string[]>;
}

export function sortedTexts(): SortedTexts {
  /** Each text has its length before it, and stands in one page. */
  const pages: Buffer[] = [];
  const places: number[] = [];
  let used = PAGE_BYTES;

  const pageOf = (place: number): Buffer => pages[place >>> OFFSET_BITS] ?? Buffer.alloc(0);
  const startOf = (place: number): number => place & (PAGE_BYTES - 1);

  function inOrder(one: number, other: number): number {
    const a = pageOf(one);
    const b = pageOf(other);
    const atA = startOf(one);
    const atB = startOf(other);
    const lengthA = a.readUInt16LE(atA);
    const lengthB = b.readUInt16LE(atB);
    const shared = LENGTH_BYTES + Math.min(lengthA, lengthB);
    for (let n = LENGTH_BYTES; n < shared; n++) {
      const difference = (a[atA + n] ?? 0) - (b[atB + n] ?? 0);
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  }

  function textAt(place: number): string {
    const page = pageOf(place);
    const from = startOf(place) + LENGTH_BYTES;
    return page.toString('utf8', from, from + page.readUInt16LE(from - LENGTH_BYTES));
  }

  return {
    add(text) {
      const bytes = LENGTH_BYTES + Buffer.byteLength(text);
      if (bytes > PAGE_BYTES) throw new RangeError('a text to be sorted has less than 64 KB');
      if (used + bytes > PAGE_BYTES) {
        pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
        used = 0;
      }
      const place = (pages.length - 1) * PAGE_BYTES + used;
      const page = pageOf(place);
      page.writeUInt16LE(bytes - LENGTH_BYTES, used);
      page.write(text, used + LENGTH_BYTES);
      places.push(place);
      used += bytes;
    },
    *parts(size) {
      places.sort(inOrder);
      for (let at = 0; at < places.length; at += size) yield places.slice(at, at + size).map(textAt);
    },
  };
}
