/** One packer at a time: each portion of work is done under a lease, whose fence lets nobody commit who has lost it. */
import { type Head, MissingItemError, type SegmentItems } from '../searching/segmentItems';

/** What a portion may take after the last look at the clock. */
const RESERVE_MS = 8_000;
/** A lease ends with its Lambda, which the clock of another may tell a little earlier; Lambdas live 15 minutes at most. */
const LEASE_MARGIN_MS = 2_000;
const LONGEST_LEASE_MS = 120_000;

/** More to do, all done, or cut off: by time, or by a packer that was faster. */
export type Outcome = 'more' | 'done' | 'cut off';

export interface Clock {
  now: () => number;
  remainingMs: () => number;
}

export const isTimeLeft = ({ remainingMs }: Clock): boolean => remainingMs() > RESERVE_MS;

/** @returns what came of it; or until when (ms) another has the lease */
export async function underLease(
  items: SegmentItems,
  clock: Clock,
  work: (head: Head, hasTime: () => boolean) => Promise<Outcome>,
): Promise<Outcome | { leasedUntil: number }> {
  const { now, remainingMs } = clock;
  const until = now() + Math.min(remainingMs() + LEASE_MARGIN_MS, LONGEST_LEASE_MS);
  const head = await items.lease(now(), until);
  if (head === undefined) return { leasedUntil: (await items.head()).leaseUntil };
  try {
    // A laptop that slept through its lease has no time left either.
    const outcome = await work(head, () => isTimeLeft(clock) && now() < until);
    await items.release(head);
    return outcome;
  } catch (error) {
    const released = await items.release(head).catch(() => head);
    // Who took the lease over has gone on since, and what was valid here may be removed.
    if (error instanceof MissingItemError && released === undefined) return 'cut off';
    throw error;
  }
}
