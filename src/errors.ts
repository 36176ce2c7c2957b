/**
 * The two kinds of failure: a `UserError` is a sentence for the person who asked, with the next step in it; anything
 * else is a bug or an outage, shown as a short reference and logged whole.
 */
import { randomBytes } from 'node:crypto';

export class UserError extends Error {
  override name = 'UserError';
  /**
   * @param message what is wrong, as a plain sentence; foreign text in it is escaped where it is printed
   * @param suggestion a command that would work as typed, offered as a button
   * @param people Slack user ids of those who can help, shown as mentions after the message
   */
  constructor(
    message: string,
    readonly suggestion?: string,
    readonly people: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Six characters that a person can read out and that find the log line again; no 0/O or 1/I. */
export function shortReference(): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  return Array.from(randomBytes(6), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** An error as the log keeps it: name, message, stack, AWS's own code and request id, and its cause. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const extra = error as Error & { code?: unknown; data?: unknown; $metadata?: { requestId?: string } };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(extra.code === undefined ? {} : { code: extra.code }),
    ...(extra.data === undefined ? {} : { data: extra.data }),
    ...(extra.$metadata?.requestId === undefined ? {} : { requestId: extra.$metadata.requestId }),
    ...(error.cause === undefined ? {} : { cause: errorFields(error.cause) }),
  };
}
