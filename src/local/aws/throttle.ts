/** Who may call how often: a token bucket an operation, a fault that refuses a share of calls, and the count of both. */
import { type Random, randomFrom } from '../workload/random';
import { AwsError } from './awsError';

/** Calls a second. SubmitJob's 50 is in Batch's service quotas; the others are not published, these are cautious guesses. */
const CALLS_PER_SECOND: Record<string, number> = {
  'batch.SubmitJob': 50,
  'batch.CancelJob': 50,
  'batch.TerminateJob': 50,
  'batch.CancelJobs': 10,
  'batch.TerminateJobs': 10,
  'batch.DescribeJobs': 100,
  'batch.ListJobs': 100,
  // CloudWatch Logs quotas: GetLogEvents 25 a second in us-east-1, FilterLogEvents 25.
  'logs.GetLogEvents': 25,
  'logs.FilterLogEvents': 25,
};
const OTHERWISE_PER_SECOND = 200;
/** A bucket holds this many seconds' worth of calls. */
const BURST_SECONDS = 2;

/** The fault falls on these only: refusals by the queues or DynamoDB would be another sickness. */
const FAULTY_SERVICES = new Set(['batch', 'logs', 'ecs', 'ec2']);

const refusalOf = (service: string): AwsError => {
  if (service === 'batch') return new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
  if (service === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  return new AwsError('ThrottlingException', 'Rate exceeded', 400);
};

export interface Throttle {
  /** Counts the call, and throws the service's own refusal when it comes too soon. */
  admit(service: string, operation: string): void;
  /** `share` from 0 to 1 of calls refused from now on. */
  setShare(share: number): void;
  counts(): Record<string, { calls: number; refused: number }>;
}

export function throttleOn(now: () => number, seed: number, startShare = 0): Throttle {
  const chance: Random = randomFrom(`throttle ${seed}`);
  const buckets = new Map<string, { tokens: number; at: number }>();
  const counts = new Map<string, { calls: number; refused: number }>();
  let share = startShare;

  const take = (key: string): boolean => {
    const perSecond = CALLS_PER_SECOND[key] ?? OTHERWISE_PER_SECOND;
    const most = perSecond * BURST_SECONDS;
    const at = now();
    const bucket = buckets.get(key) ?? { tokens: most, at };
    bucket.tokens = Math.min(most, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };

  return {
    admit(service, operation) {
      const key = `${service}.${operation}`;
      const count = counts.get(key) ?? { calls: 0, refused: 0 };
      counts.set(key, count);
      count.calls++;
      if (!FAULTY_SERVICES.has(service)) return;
      if ((share > 0 && chance.chance(share)) || !take(key)) {
        count.refused++;
        throw refusalOf(service);
      }
    },
    setShare(next) {
      share = Math.min(1, Math.max(0, next));
    },
    counts: () => Object.fromEntries([...counts].map(([key, count]) => [key, { ...count }])),
  };
}
