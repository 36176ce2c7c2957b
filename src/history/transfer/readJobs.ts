/** Reads a file of jobs, whichever of the two formats it is in: batchbot's JSON Lines, or Batchiepatchie's table as CSV. */
import { batchiepatchieRows } from './batchiepatchie';
import { CsvError, csvRecords } from './csvRecords';
import { BadJobError, type ReadJob, readJobLine } from './jobLine';
import { textLines } from './textLines';

/** A job and where it stands in the file, or what is wrong there. */
export type FileEntry = ({ line: number } & ReadJob) | { line: number; problem: string };

/** What `npm run` prints of itself, without `--silent`, at the head of a redirected export. */
const NPMS_OWN = /^> /;

export async function* readJobs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileEntry> {
  // A byte order mark is three bytes that no first character of either format is.
  const reader = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let first: string | undefined;
  while (first === undefined) {
    const { value, done } = await reader.next();
    if (done === true) return;
    head.push(value);
    first = /[^\s\xEF\xBB\xBF]/.exec(Buffer.from(value).toString('latin1'))?.[0];
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* head;
    yield* { [Symbol.asyncIterator]: () => reader };
  }
  yield* first === '{' || first === '>' ? jobLines(whole()) : batchiepatchieJobs(whole());
}

async function* jobLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileEntry> {
  for await (const line of textLines(chunks)) {
    if ('problem' in line) yield { line: line.number, problem: line.problem };
    else if (line.text.trim() !== '' && !NPMS_OWN.test(line.text)) {
      yield entry(line.number, () => readJobLine(line.text));
    }
  }
}

async function* batchiepatchieJobs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FileEntry> {
  let rows: ReturnType<typeof batchiepatchieRows> | undefined;
  try {
    for await (const { line, fields } of csvRecords(chunks)) {
      // An empty line, and the mark by which psql ends a COPY.
      if (fields.length === 1 && (fields[0] === '' || fields[0] === '\\.')) continue;
      if (rows === undefined) {
        rows = batchiepatchieRows(fields);
        continue;
      }
      const { read, ignored } = rows;
      yield entry(line, () => ({ ...read(fields), ignored }));
    }
  } catch (error) {
    if (error instanceof CsvError) yield { line: error.line, problem: error.message.replace(/^line \d+: /, '') };
    else if (error instanceof BadJobError) yield { line: 1, problem: error.message };
    else throw error;
  }
}

function entry(line: number, read: () => ReadJob): FileEntry {
  try {
    return { line, ...read() };
  } catch (error) {
    if (error instanceof BadJobError) return { line, problem: error.message };
    throw error;
  }
}
