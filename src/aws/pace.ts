/** Spaces calls so that they stay below a limit of the account, and further apart for a while when AWS refuses one. */

export class OutOfTimeError extends Error {
  override name = 'OutOfTimeError';
}

/** What was not used is not lost, up to this; timers are late, and a limit counts calls over a second or more. */
const MOST_CREDIT_MS = 1_000;
/** After a refusal the calls are so much rarer, down to a tenth; each one that is taken brings back a twentieth. */
const SLOWER = 0.7;
const SLOWEST = 0.1;
const RECOVERY = 0.05;

/**
 * @param perSecond the most calls a second, of all processes together
 * @param sharers how many processes make such calls at this moment; alone by default
 */
export function pace(
  perSecond: number,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
  sharers: () => Promise<number> = async () => 1,
) {
  let rate = perSecond;
  // Nothing is known of what others used up before.
  let nextAt = now();
  return {
    /**
     * Waits for the next call's turn.
     * @throws OutOfTimeError when that does not come in time
     */
    async turn(remainingMs: () => number): Promise<void> {
      const share = await sharers();
      const at = Math.max(nextAt, now() - MOST_CREDIT_MS / share);
      const waitMs = at - now();
      if (Math.max(0, waitMs) > remainingMs())
        throw new OutOfTimeError(`the next call would have to wait ${waitMs} ms`);
      nextAt = at + (1_000 * share) / rate;
      if (waitMs > 0) await sleep(waitMs);
    },
    taken(): void {
      rate = Math.min(perSecond, rate + perSecond * RECOVERY);
    },
    refused(): void {
      rate = Math.max(perSecond * SLOWEST, rate * SLOWER);
      nextAt = Math.max(nextAt, now()) + 1_000 / rate;
    },
  };
}
export type Pace = ReturnType<typeof pace>;
