/**
 * Reads CSV as PostgreSQL's `COPY … WITH CSV` writes it: commas, double quotes that are doubled inside of quotes, and line
 * breaks inside of quotes (https://www.postgresql.org/docs/current/sql-copy.html, "CSV Format").
 */

export interface CsvRecord {
  /** Of the file, where the record begins; 1 for the first. */
  line: number;
  fields: string[];
}

/** The file is no CSV from here on; `line` is where the trouble began. */
export class CsvError extends Error {
  override name = 'CsvError';
  constructor(
    readonly line: number,
    why: string,
  ) {
    super(`line ${line}: ${why}`);
  }
}

/** Far more than a job's row; a quote that never closes would otherwise take in the rest of the file. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** @throws CsvError */
export async function* csvRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let beganAt = 1;
  let length = 0;
  let fields: string[] = [];
  let field = '';
  let isInside = false;
  /** After a quote that may be the first of two. */
  let isClosing = false;
  /** After a `\r` outside of quotes. */
  let isReturn = false;

  function decode(chunk?: Uint8Array): string {
    try {
      return chunk === undefined ? utf8.decode() : utf8.decode(chunk, { stream: true });
    } catch {
      throw new CsvError(line, "the file is not UTF-8: COPY it with ENCODING 'UTF8'");
    }
  }
  function endRecord(): CsvRecord {
    const record = { line: beganAt, fields: [...fields, field] };
    fields = [];
    field = '';
    length = 0;
    beganAt = line;
    return record;
  }
  function* read(text: string): Generator<CsvRecord> {
    for (let at = 0; at < text.length; at++) {
      const character = text[at];
      if (character === '\n') line++;
      if (++length > MOST_CHARACTERS)
        throw new CsvError(beganAt, 'the row has no end: a quote is opened and never closed');
      if (isInside) {
        if (character === '"') {
          isInside = false;
          isClosing = true;
        } else field += character;
        continue;
      }
      const wasClosing = isClosing;
      isClosing = false;
      if (isReturn && character !== '\n') field += '\r';
      isReturn = character === '\r';
      if (isReturn) continue;
      if (character === '"') {
        if (wasClosing) field += '"';
        isInside = true;
      } else if (character === ',') {
        fields.push(field);
        field = '';
      } else if (character === '\n') {
        yield endRecord();
      } else field += character;
    }
  }

  for await (const chunk of chunks) yield* read(decode(chunk));
  yield* read(decode());
  if (isInside) throw new CsvError(beganAt, 'a quote is opened and never closed');
  if (length > 0) yield endRecord();
}
