/** GetLogEvents' pages: forwards or backwards from a token, 1 MB at most, and the same token again at the end. */
import { AwsError } from '../awsError';
import { firstSince, type LogLine, type LogSource } from './logSource';

/** API reference, GetLogEvents: a page holds 1 MB; PutLogEvents counts 26 bytes beside each message. */
const PAGE_BYTES = 1_048_576;
const BYTES_BESIDE = 26;

/** Tokens look like the real ones, 56 digits after `f/` or `b/`; they hold a line's number. */
const TOKEN_BASE = 3n * 10n ** 55n;
const tokenOf = (direction: 'f' | 'b', index: number): string => `${direction}/${TOKEN_BASE + BigInt(index)}`;

function readToken(token: string): { forwards: boolean; index: number } {
  const match = /^([fb])\/(\d{56})$/.exec(token);
  const index = match ? Number(BigInt(match[2] ?? 0) - TOKEN_BASE) : -1;
  if (!match || index < 0 || index > 1e12) {
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  return { forwards: match[1] === 'f', index };
}

export function readLines(
  log: LogSource,
  asked: { startTime?: number; endTime?: number; nextToken?: string; limit: number; startFromHead?: boolean },
): { lines: LogLine[]; nextForwardToken: string; nextBackwardToken: string } {
  const first = asked.startTime === undefined ? 0 : firstSince(log, asked.startTime);
  const end = asked.endTime === undefined ? log.count() : firstSince(log, asked.endTime);
  const token = asked.nextToken === undefined ? undefined : readToken(asked.nextToken);
  const forwards = token?.forwards ?? asked.startFromHead ?? false;
  const lines: LogLine[] = [];
  let bytes = 0;
  const takes = (index: number): boolean => {
    const line = log.at(index);
    bytes += Buffer.byteLength(line.message) + BYTES_BESIDE;
    if (lines.length > 0 && bytes > PAGE_BYTES) return false;
    lines.push(line);
    return lines.length < asked.limit;
  };
  const start = token?.index ?? (forwards ? first : end);
  if (forwards) {
    for (let index = Math.max(start, first); index < end && takes(index); index++);
    const from = Math.max(start, first);
    return {
      lines,
      nextForwardToken: tokenOf('f', lines.length ? from + lines.length : start),
      nextBackwardToken: tokenOf('b', from),
    };
  }
  const until = Math.min(start, end);
  for (let index = until - 1; index >= first && takes(index); index--);
  lines.reverse();
  return {
    lines,
    nextForwardToken: tokenOf('f', until),
    nextBackwardToken: tokenOf('b', lines.length ? until - lines.length : start),
  };
}
