/** One sender's line to Slack: a second between two calls, each made only while the lease is held. */
import type { Room } from '../../commands/command';
import type { Sender } from '../../history/records/senders';
import type { Outcome } from '../../slack/attempts';

/**
 * chat.postMessage takes one message a second a channel (https://docs.slack.dev/apis/web-api/rate-limits). Counted from the
 * answer, so that Slack sees a second between two calls however long one was on its way.
 */
const CALL_EVERY_MS = 1_000;
/** Longer than any single call (its timeout is 10 seconds) and what comes with it. */
export const LEASE_MS = 30_000;

/** Another sender has taken over. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

export function pacedCalls(sender: Sender, lease: string, room: Room, sleep: (ms: number) => Promise<void>) {
  let calledAt = sender.calledAt ?? 0;
  return {
    calledAt: () => calledAt,
    /** @throws LeaseLostError before the call is made */
    async call<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
      for (let waitMs = calledAt + CALL_EVERY_MS - room.now(); waitMs > 0; ) {
        await sleep(waitMs);
        waitMs = calledAt + CALL_EVERY_MS - room.now();
      }
      const now = room.now();
      const held = await room.history.senders.hold(sender.to, lease, { leaseUntil: now + LEASE_MS, calledAt: now });
      if (held === undefined) throw new LeaseLostError(`another sender has taken over ${sender.to}`);
      const outcome = await work();
      calledAt = room.now();
      return outcome;
    },
  };
}
export type PacedCalls = ReturnType<typeof pacedCalls>;
