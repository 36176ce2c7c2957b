/** Writes a log to a file on disk as its pages come, and says where and why it stopped if that was before the end. */
import type { LogLine } from '../aws/logs';
import type { Grep } from '../jobs/grep';
import type { LogPlace } from '../jobs/logPlace';
import type { Written } from '../views/logFile';
import { fileLine } from '../views/logLine';
import type { Room } from './command';

export interface LogPart {
  since?: number | undefined;
  until?: number | undefined;
  /** Where a part before ended. */
  token?: string | undefined;
  grep?: Grep | undefined;
}

/** A job that runs may write faster than anybody reads: what is written after this from now on is left out. */
const AHEAD_MS = 60_000;

/** A text of a megabyte would stay in memory until the next long collection of garbage. */
const LINES_AT_ONCE = 500;

interface Page {
  lines: LogLine[];
  next: string | undefined;
}

async function* pagesOf(place: LogPlace, part: LogPart, room: Room, remainingMs: () => number): AsyncGenerator<Page> {
  const until = part.until ?? room.now() + AHEAD_MS;
  if (part.grep === undefined) {
    yield* room.logs.pages(place, { since: part.since, until, token: part.token }, remainingMs);
    return;
  }
  const { pattern, matches } = part.grep;
  const span = { since: part.since, until, newestFirst: false };
  for await (const lines of room.logs.matches(place, pattern, span, remainingMs)) {
    yield { lines: lines.filter(({ text }) => matches(text)), next: undefined };
  }
}

const isBusy = (error: unknown): boolean => /^(?:Throttl|TooManyRequests|LimitExceeded)/.test((error as Error).name);

/**
 * @param isFull tells before each page whether there is room for it
 * @returns undefined when the stream does not exist
 */
export async function writeLog(
  place: LogPlace,
  part: LogPart,
  room: Room,
  write: (text: string) => Promise<void>,
  isFull: () => boolean,
  remainingMs: () => number,
): Promise<Written | undefined> {
  const written: Written = { lines: 0, cutBy: undefined, next: part.token };
  try {
    for await (const { lines, next } of pagesOf(place, part, room, remainingMs)) {
      // Another page may be there: whether it is the last one only the next answer would tell.
      if (isFull()) return { ...written, cutBy: 'size' };
      if (lines.length > 0) {
        written.lines += lines.length;
        // Taken out as they are written, so that a page is no longer in memory when the next one comes.
        while (lines.length > 0) {
          const some = lines.splice(0, LINES_AT_ONCE);
          await write(some.map(({ at, text }) => `${fileLine(at, text)}\n`).join(''));
        }
      }
      written.next = next;
      if (remainingMs() <= 0) return { ...written, cutBy: 'time' };
    }
  } catch (error) {
    const isGone = (error as Error).name === 'ResourceNotFoundException';
    if (isGone && written.lines === 0 && part.token === undefined) return undefined;
    if (isGone) return { ...written, cutBy: 'deleted', next: undefined };
    if (isBusy(error) && written.lines > 0) return { ...written, cutBy: 'busy' };
    throw error;
  }
  return { ...written, next: undefined };
}
