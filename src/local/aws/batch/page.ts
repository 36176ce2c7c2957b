/** Pages of a list, with a token that is only good for the list that it came from. */
import { hashOf } from '../../workload/random';
import { requestRefused } from '../awsError';

interface Token {
  /** Of the question, so that a token can't be carried over to another. */
  of: number;
  after: number;
}

export const encodeToken = (token: object): string => Buffer.from(JSON.stringify(token)).toString('base64url');

/** Any text may come as a token; whatever doesn't decode is refused. */
export function decodeToken(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw requestRefused('Invalid nextToken');
}

export const checkedMaxResults = (maxResults: unknown, most: number): number => {
  if (maxResults === undefined || maxResults === null) return most;
  if (typeof maxResults !== 'number' || !Number.isInteger(maxResults) || maxResults < 1 || maxResults > most) {
    throw requestRefused(`maxResults must be between 1 and ${most}`);
  }
  return maxResults;
};

export function pageOf<T>(
  items: readonly T[],
  asked: { maxResults?: number | undefined; nextToken?: string | undefined },
  question: string,
  most: number,
): { items: T[]; next: { nextToken?: string } } {
  const size = checkedMaxResults(asked.maxResults, most);
  const of = hashOf(question);
  let start = 0;
  if (asked.nextToken) {
    const token = decodeToken(asked.nextToken) as Partial<Token>;
    if (token.of !== of || typeof token.after !== 'number') throw requestRefused('Invalid nextToken');
    start = token.after;
  }
  const end = start + size;
  return {
    items: items.slice(start, end),
    next: end < items.length ? { nextToken: encodeToken({ of, after: end } satisfies Token) } : {},
  };
}
