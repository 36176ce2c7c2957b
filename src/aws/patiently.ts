/** A call that AWS turns away for coming too fast, or that broke on the way, is made again with jitter inside the time that is left. */

/** What the services say instead of an answer when they are asked too often. */
const THROTTLED = /^(?:Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded)/;
/** A broken connection as Node and the SDK name it. */
const BROKEN = /^(?:TimeoutError|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|NetworkingError)$/;
const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;
/** A service that is broken, rather than busy, is not asked for ever. */
const MOST_BROKEN_TRIES = 5;

interface Failure {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

const isThrottled = ({ name = '', $metadata }: Failure): boolean =>
  THROTTLED.test(name) || $metadata?.httpStatusCode === 429;

const isBroken = ({ name = '', code = '', $metadata }: Failure): boolean =>
  BROKEN.test(name) || BROKEN.test(code) || ($metadata?.httpStatusCode ?? 0) >= 500;

/**
 * @param remainingMs what may still be waited, in ms, asked anew before each wait
 * @throws the last refusal, with the number of tries in its `$metadata`, when the next wait does not fit
 */
export async function patiently<T>(
  work: () => Promise<T>,
  remainingMs: () => number,
  sleep: (ms: number) => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const failure = error as Failure;
      // Full jitter: those who were refused together do not come back together.
      const waitMs = Math.random() * Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
      const mayPass = isThrottled(failure) || (isBroken(failure) && tries < MOST_BROKEN_TRIES);
      if (!mayPass || waitMs > remainingMs()) {
        if (failure.$metadata !== undefined) failure.$metadata.attempts = tries;
        throw error;
      }
      await sleep(waitMs);
    }
  }
}
