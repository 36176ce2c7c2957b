/** Stopping jobs of AWS Batch: in bulk where the region can, one by one where not, and never faster than the account allows. */
import {
  type BatchClient,
  CancelJobCommand,
  CancelJobsCommand,
  TerminateJobCommand,
  TerminateJobsCommand,
} from '@aws-sdk/client-batch';
import { type Pace, pace } from './pace';

/** TerminateJobs and CancelJobs take 50 ids (https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJobs.html). */
export const IDS_PER_STOP = 50;
/**
 * Less than what the account has, so that others get through. SubmitJob's 50 a second is the one rate that Batch's quotas
 * publish (https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html); CancelJob and TerminateJob are taken to
 * have as many, and the bulk calls, each 50 jobs, a fifth of it.
 */
const SINGLE_PER_SECOND = 45;
const BULK_PER_SECOND = 9.5;
/** Single calls under way at once: 45 a second need this many where each takes 200 ms. */
const SINGLE_AT_ONCE = 10;

export type StopKind = 'cancel' | 'terminate';

export interface StopFailure {
  id: string;
  /** AWS's code and message. */
  why: string;
}

interface Refusal {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

const isThrottled = (code: string | undefined, status?: number): boolean =>
  status === 429 || /^(?:Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/i.test(code ?? '');

/** True for the answers of an endpoint that does not know the operation: bulk stops came to Batch in 2026, region by region. */
const isUnknownOperation = ({ name, message = '', $metadata }: Refusal): boolean =>
  name === 'UnknownOperationException' ||
  $metadata?.httpStatusCode === 404 ||
  ($metadata?.httpStatusCode === 403 && /missing authentication token/i.test(message));

/** AWS said no to the call; anything else, such as a connection that broke, may have come about all the same. */
const isRefused = ({ $metadata }: Refusal): boolean => {
  const status = $metadata?.httpStatusCode ?? 500;
  return status >= 400 && status < 500;
};

/**
 * @param client makes no tries of its own: each call is counted and spaced here
 * @param sharers how many processes stop jobs at this moment
 */
export function jobStops(
  client: BatchClient,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
  sharers?: () => Promise<number>,
) {
  let hasBulk = true;
  const paces = {
    bulk: pace(BULK_PER_SECOND, now, sleep, sharers),
    single: pace(SINGLE_PER_SECOND, now, sleep, sharers),
  };

  /** A call that came too soon did nothing, and is made again. */
  async function paced<T>(by: Pace, remainingMs: () => number, call: () => Promise<T>): Promise<T> {
    for (;;) {
      await by.turn(remainingMs);
      try {
        const answer = await call();
        by.taken();
        return answer;
      } catch (error) {
        const { name, $metadata } = error as Refusal;
        if (!isThrottled(name, $metadata?.httpStatusCode)) throw error;
        by.refused();
      }
    }
  }

  /** One bulk call; what is left of its jobs was throttled one by one, and has to be asked for again. */
  async function bulk(
    kind: StopKind,
    jobs: readonly string[],
    reason: string,
    remainingMs: () => number,
  ): Promise<{ failures: StopFailure[]; left: string[] }> {
    const input = { jobs: [...jobs], reason };
    const { errors = [] } = await paced(paces.bulk, remainingMs, () =>
      client.send(kind === 'cancel' ? new CancelJobsCommand(input) : new TerminateJobsCommand(input)),
    );
    const left: string[] = [];
    const failures: StopFailure[] = [];
    for (const { job = '', code, message } of errors) {
      if (isThrottled(code)) left.push(job);
      else failures.push({ id: job, why: [code, message].filter((part) => part !== undefined).join(': ') });
    }
    if (left.length > 0) paces.bulk.refused();
    return { failures, left };
  }

  async function single(
    kind: StopKind,
    ids: readonly string[],
    reason: string,
    remainingMs: () => number,
  ): Promise<StopFailure[]> {
    const failures: StopFailure[] = [];
    let broken: unknown;
    const rest = ids.values();
    await Promise.all(
      Array.from({ length: Math.min(SINGLE_AT_ONCE, ids.length) }, async () => {
        for (const id of rest) {
          if (broken !== undefined) return;
          const input = { jobId: id, reason };
          try {
            await paced(paces.single, remainingMs, () =>
              client.send(kind === 'cancel' ? new CancelJobCommand(input) : new TerminateJobCommand(input)),
            );
          } catch (error) {
            const refusal = error as Refusal;
            if (isRefused(refusal)) failures.push({ id, why: `${refusal.name}: ${refusal.message}` });
            else broken = error;
          }
        }
      }),
    );
    if (broken !== undefined) throw broken;
    return failures;
  }

  /**
   * Stops up to 50 jobs: `cancel` leaves a started one alone although the call succeeds, `terminate` ends those too.
   * @returns those that Batch refused to stop
   * @throws OutOfTimeError when AWS takes no more calls in the time that is left, or the error of a call that broke: some of
   *   the jobs may have been stopped
   */
  return async function stop(
    kind: StopKind,
    ids: readonly string[],
    reason: string,
    remainingMs: () => number,
  ): Promise<StopFailure[]> {
    if (ids.length > IDS_PER_STOP) throw new RangeError(`at most ${IDS_PER_STOP} jobs are stopped at once`);
    const failures: StopFailure[] = [];
    // None that a call has stopped, or refused, is asked for again.
    let left: readonly string[] = ids;
    while (hasBulk && left.length > 1) {
      try {
        const answer = await bulk(kind, left, reason, remainingMs);
        failures.push(...answer.failures);
        left = answer.left;
      } catch (error) {
        const refusal = error as Refusal;
        if (isUnknownOperation(refusal)) hasBulk = false;
        // One job that may not be stopped must not keep the others: each is asked for by itself.
        else if (isRefused(refusal)) break;
        else throw error;
      }
    }
    return [...failures, ...(await single(kind, left, reason, remainingMs))];
  };
}
