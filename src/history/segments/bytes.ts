/** Numbers and texts as bytes and back: the smallest building blocks of a segment's columns. */

/** What was to be read is not what was written; the caller knows which item it came from. */
export class MalformedBytesError extends Error {
  override name = 'MalformedBytesError';
}

const FIRST_CAPACITY = 4096;
/** What three bytes don't hold is written apart. */
const WIDE = 0xffffff;
/** Up to here the engine's operators on bits can be used. */
const INT32 = 0x7fffffff;

/** Both signs as counts, small ones as small ones. */
const signless = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);
function signed(value: number): number {
  if (value <= INT32) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Bytes that grow as they are written. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  /** Where the next so many bytes begin. */
  #reserve(more: number): number {
    this.#room(more);
    const at = this.#length;
    this.#length += more;
    return at;
  }

  /** An integer from 0 to 2^53 - 1 in LEB128: seven bits a byte, the lowest first. */
  count(value: number): void {
    this.#room(8);
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    for (; rest > INT32; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.#length = at;
  }

  /** An integer of either sign, small ones in few bytes. */
  signed(value: number): void {
    this.count(signless(value));
  }

  /**
   * Integers of either sign, byte by byte: the lowest bytes of all, the middle ones, the highest. Of random lengths of time
   * only the lowest are random, and the others compress.
   * @param lowest where the lowest bytes go, if not in front of the others
   */
  column(values: readonly number[], lowest: ByteWriter = this): void {
    const count = values.length;
    const low = lowest.#reserve(count);
    const at = this.#reserve(2 * count);
    for (let index = 0; index < count; index++) {
      const value = signless(values[index] as number);
      const three = value < WIDE ? value : WIDE;
      lowest.#bytes[low + index] = three & 0xff;
      this.#bytes[at + index] = (three >> 8) & 0xff;
      this.#bytes[at + count + index] = three >> 16;
    }
    for (const value of values) if (signless(value) >= WIDE) this.count(signless(value));
  }

  /** Numbers below 65,536: all low bytes, then all high ones. */
  pairs(values: ArrayLike<number>): void {
    const count = values.length;
    const low = this.#reserve(2 * count);
    const bytes = this.#bytes;
    for (let index = 0; index < count; index++) {
      const value = values[index] as number;
      bytes[low + index] = value & 0xff;
      bytes[low + count + index] = value >> 8;
    }
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    const encoded = Buffer.from(value, 'utf8');
    this.count(encoded.length);
    this.bytes(encoded);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Whether all values are below a bound: the numbers of what there is. */
export function areBelow(values: Uint16Array | Uint32Array, bound: number): boolean {
  for (let index = 0; index < values.length; index++) if ((values[index] as number) >= bound) return false;
  return true;
}

/** Reads what a `ByteWriter` wrote, in the same order. @throws MalformedBytesError past the end */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  count(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at++] ?? this.#ended();
    if (byte < 0x80) {
      this.#at = at;
      return byte;
    }
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = bytes[at++] ?? this.#ended();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    this.#at = at;
    return value;
  }

  signed(): number {
    return signed(this.count());
  }

  /** What `column` wrote, each number as it is asked for. */
  column(length: number, lowest: ByteReader = this): ColumnReader {
    return new ColumnReader(this, lowest.bytes(length), this.bytes(length), this.bytes(length));
  }

  /** What `pairs` wrote. */
  pairs(count: number): Uint16Array {
    const [low, high] = [this.bytes(count), this.bytes(count)];
    const values = new Uint16Array(count);
    for (let index = 0; index < count; index++) values[index] = (low[index] as number) | ((high[index] as number) << 8);
    return values;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? this.#ended();
  }

  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) this.#ended();
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  text(): string {
    return this.bytes(this.count()).toString('utf8');
  }

  /** As many counts as there are places. */
  counts<T extends Uint16Array | Uint32Array | Float64Array>(into: T): T {
    for (let index = 0; index < into.length; index++) into[index] = this.count();
    return into;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #ended(): never {
    throw new MalformedBytesError(`it ends after ${this.#bytes.length} bytes, in the middle of a value`);
  }
}

/** All numbers are to be read before what follows the column. */
export class ColumnReader {
  readonly length: number;
  readonly #from: ByteReader;
  readonly #low: Buffer;
  readonly #middle: Buffer;
  readonly #high: Buffer;
  #at = 0;

  constructor(from: ByteReader, low: Buffer, middle: Buffer, high: Buffer) {
    this.length = low.length;
    this.#from = from;
    this.#low = low;
    this.#middle = middle;
    this.#high = high;
  }

  next(): number {
    const at = this.#at++;
    const three = (this.#low[at] as number) | ((this.#middle[at] as number) << 8) | ((this.#high[at] as number) << 16);
    return three === WIDE ? signed(this.#from.count()) : (three >>> 1) ^ -(three & 1);
  }
}
