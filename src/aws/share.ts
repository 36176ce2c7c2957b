/**
 * How many processes call what the account has one limit for. A worker's pace alone would let two operations at once go
 * twice as fast as the account allows; one worker after the other would let a small one wait for a large one. So each
 * process says every second that it is at it, sees who else is, and takes its equal part of the rate.
 */
import { randomUUID } from 'node:crypto';

/** The limits that are shared: calls that stop jobs, and SubmitJob. */
export type Shared = 'stops' | 'submissions';

/**
 * Notes that a process makes such calls until a moment (ms), unless it says so again.
 * @returns how many do now, itself among them
 */
export type Meet = (limit: Shared, process: string, now: number, until: number) => Promise<number>;

const MEET_EVERY_MS = 1_000;
/** Who has not said so for this long makes no calls any more. */
const GONE_AFTER_MS = 3_000;

/** @returns what tells the number, at most a second old */
export function sharersOf(limit: Shared, meet: Meet, now: () => number): () => Promise<number> {
  const process = randomUUID();
  let sharers = 1;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking = Promise.resolve();
  async function ask(at: number): Promise<void> {
    try {
      sharers = Math.max(1, await meet(limit, process, at, at + GONE_AFTER_MS));
    } catch {
      // Jobs that should be stopped do not wait for a number; AWS refuses what comes too fast, and the pace slows down.
    }
  }
  return async () => {
    if (now() - askedAt >= MEET_EVERY_MS) {
      askedAt = now();
      asking = ask(askedAt);
    }
    await asking;
    return sharers;
  };
}
