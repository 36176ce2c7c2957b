/** Who may call what, and how often: a token bucket an operation, faults that refuse calls, and the count of both. */
import { type Random, randomFrom } from '../workload/random';
import { ACCOUNT } from './arns';
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

/** What IAM says of a call that no policy allows. */
function denialOf(action: string): AwsError {
  const who = `User: arn:aws:sts::${ACCOUNT}:assumed-role/batchbot/local`;
  const why = `${who} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return action.startsWith('ec2:')
    ? new AwsError('UnauthorizedOperation', `You are not authorized to perform this operation. ${why}`, 403)
    : new AwsError('AccessDeniedException', why, action.startsWith('batch:') ? 403 : 400);
}

export interface Faults {
  /** From 0 to 1: the share of calls that are refused as too many. */
  throttle?: number | undefined;
  /** IAM actions that the caller has no permission for, such as `batch:ListJobs`. */
  deny?: readonly string[] | undefined;
}

export interface Throttle {
  /** Counts the call, and throws the service's own refusal when it comes too soon. */
  admit(service: string, operation: string): void;
  /** What goes wrong from now on; a fault that is not given stays as it is. */
  setFaults(faults: Faults): void;
  counts(): Record<string, { calls: number; refused: number }>;
}

export function throttleOn(now: () => number, seed: number, faults: Faults = {}): Throttle {
  const chance: Random = randomFrom(`throttle ${seed}`);
  const buckets = new Map<string, { tokens: number; at: number }>();
  const counts = new Map<string, { calls: number; refused: number }>();
  let share = 0;
  let denied: ReadonlySet<string> = new Set();

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

  const setFaults = ({ throttle, deny }: Faults): void => {
    if (throttle !== undefined) share = Math.min(1, Math.max(0, throttle));
    if (deny !== undefined) denied = new Set(deny);
  };
  setFaults(faults);

  return {
    admit(service, operation) {
      const key = `${service}.${operation}`;
      const count = counts.get(key) ?? { calls: 0, refused: 0 };
      counts.set(key, count);
      count.calls++;
      if (!FAULTY_SERVICES.has(service)) return;
      if (denied.has(`${service}:${operation}`)) {
        count.refused++;
        throw denialOf(`${service}:${operation}`);
      }
      if ((share > 0 && chance.chance(share)) || !take(key)) {
        count.refused++;
        throw refusalOf(service);
      }
    },
    setFaults,
    counts: () => Object.fromEntries([...counts].map(([key, count]) => [key, { ...count }])),
  };
}
