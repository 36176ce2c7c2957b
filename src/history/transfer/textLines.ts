/** Splits a stream of bytes into lines of UTF-8 at `\n` alone: JSON may hold every other separator as it is. */

export interface TextLine {
  /** 1 for the first. */
  number: number;
  text: string;
}

export interface UnreadableLine {
  number: number;
  problem: string;
}

/** An item of DynamoDB has at most 400 KB; escapes make six bytes of one at worst. */
const MOST_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;

/** Node's `readline` would also end a line at U+2028, which JSON allows inside of a text. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine | UnreadableLine> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let pieces: Uint8Array[] = [];
  let length = 0;

  function keep(piece: Uint8Array): void {
    length += piece.length;
    // The rest of a line that is too long is passed over, not held.
    if (length <= MOST_BYTES) pieces.push(piece);
  }
  function line(): TextLine | UnreadableLine {
    number++;
    const [bytes, size] = [Buffer.concat(pieces), length];
    pieces = [];
    length = 0;
    if (size > MOST_BYTES) return { number, problem: `the line is longer than ${MOST_BYTES} bytes` };
    try {
      return { number, text: utf8.decode(bytes) };
    } catch {
      return { number, problem: 'the line is not UTF-8' };
    }
  }

  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (length > 0) yield line();
}
