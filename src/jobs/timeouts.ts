/**
 * How long a job may still take. Three kinds of limits may hold for it: Batch's own, of each attempt; the environment
 * variable's, from submission; and our rules', of either. Which of them comes first is what counts, and when.
 *
 * **Arrays.** A limit from submission is the same for all children, and over for all of them at once: it is held by the
 * parent, and one call ends the array. A limit on running is each child's own.
 */
import { isDone, isLost, type Job } from './job';
import type { TimeoutRule } from './timeoutRule';
import type { RuledJob, Ruling } from './timeoutRules';

export const TIMEOUT_KINDS = ['native', 'environment', 'rules'] as const;
export type TimeoutKind = (typeof TIMEOUT_KINDS)[number];

/** When people are warned: after this part of what a job may take… */
export const WARN_AT = 0.8;
/** …or as long before its end as a look may take to come, a minute and what else a clock has to do, if that is sooner… */
const LOOK_COMES_WITHIN_MS = 75_000;
/** …but never before this part of it: of a limit that ends most of its jobs in time nobody wants to hear. */
const WARN_NOT_BEFORE = 0.5;
/** A job with a shorter limit may be stopped before anybody is warned. */
export const SHORTEST_WARNED_SECONDS = LOOK_COMES_WITHIN_MS / 1_000 / (1 - WARN_NOT_BEFORE);

/** The last moment that a JavaScript Date can hold: ECMA-262, "Time Values and Time Range". */
const LAST_MS = 8.64e15;

export interface Limit {
  kind: TimeoutKind;
  /** What it counts from: the submission, or the start of the present attempt's container. */
  from: 'submission' | 'start';
  seconds: number;
  /** Of kind `rules`. */
  rule?: TimeoutRule;
  /** Since when it counts (ms); absent while the container has not started. */
  since?: number;
  /** When it is over (ms); absent where `since` is. */
  at?: number;
  /** When batchbot could first see to it (ms): `at`, or later where a rule was set, or its kind switched on, after that. */
  due?: number;
  /** Somebody gave this job more time than the rule: `at` is as they set it. */
  isExtended?: true;
  /** The job that is stopped for it: an array's parent for its child. */
  holder: string;
}
/** A limit that counts already. */
export type RunningLimit = Limit & Required<Pick<Limit, 'since' | 'at' | 'due'>>;

/** What decides how long jobs may take, beside what Batch says of each. */
export interface TimeoutPolicy {
  /** Which kinds count. A limit of Batch's own always does: there, off only means that nobody is warned. */
  isOn: Readonly<Record<TimeoutKind, boolean>>;
  ruling: (job: RuledJob) => Ruling;
  /** When a kind was last switched on by a command (ms). */
  onSince?: Partial<Record<TimeoutKind, number>>;
  /** Until when (ms) a job, by its id, may take at least, whatever the rules say. */
  extensions: ReadonlyMap<string, number>;
}

/** As much of a job as its limits depend on. */
export type LimitedJob = RuledJob &
  Pick<
    Job,
    | 'id'
    | 'status'
    | 'createdAt'
    | 'startedAt'
    | 'arraySize'
    | 'arrayIndex'
    | 'timeoutSeconds'
    | 'environmentTimeoutSeconds'
  >;

/** Soonest first, and those that do not count yet last; of two at once that which acts by itself, Batch's own. */
const inOrder = (a: Limit, b: Limit): number =>
  (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY) ||
  TIMEOUT_KINDS.indexOf(a.kind) - TIMEOUT_KINDS.indexOf(b.kind);

/**
 * All limits of a job that has not ended, soonest first.
 * @param parent of an array's child, where it is known
 */
export function limitsOf(job: LimitedJob, policy: TimeoutPolicy, parent?: LimitedJob): Limit[] {
  const array = job.arrayIndex === undefined ? undefined : parent;
  const holder = array ?? job;
  const limits: Limit[] = [];
  if (job.timeoutSeconds !== undefined)
    limits.push(counted({ kind: 'native', from: 'start', seconds: job.timeoutSeconds, holder: job.id }, job, policy));
  if (policy.isOn.environment && job.environmentTimeoutSeconds !== undefined) {
    const seconds = job.environmentTimeoutSeconds;
    limits.push(counted({ kind: 'environment', from: 'submission', seconds, holder: holder.id }, holder, policy));
  }
  if (policy.isOn.rules) {
    const isOwnerless = array !== undefined && job.tags === undefined;
    const { total, running } = policy.ruling(isOwnerless ? { ...job, tags: array.tags } : job);
    if (total?.totalSeconds !== undefined) {
      const seconds = total.totalSeconds;
      const limit: Limit = { kind: 'rules', from: 'submission', seconds, holder: holder.id, rule: total };
      limits.push(extend(counted(limit, holder, policy), job, array, policy));
    }
    if (running?.runningSeconds !== undefined) {
      const seconds = running.runningSeconds;
      const limit: Limit = { kind: 'rules', from: 'start', seconds, holder: job.id, rule: running };
      limits.push(extend(counted(limit, job, policy), job, array, policy));
    }
  }
  return limits.length > 1 ? limits.sort(inOrder) : limits;
}

/**
 * Puts in when it began to count and when it is over. It changes what it is given: of 100,000 jobs, copies took half of the
 * time.
 * @param holder the job whose submission or start it counts from
 */
function counted(limit: Limit, holder: LimitedJob, { onSince }: TimeoutPolicy): Limit {
  const since =
    limit.from === 'submission' ? holder.createdAt : holder.status === 'RUNNING' ? holder.startedAt : undefined;
  if (since === undefined) return limit;
  limit.since = since;
  limit.at = Math.min(since + limit.seconds * 1_000, LAST_MS);
  limit.due = Math.max(limit.at, limit.rule?.at ?? 0, onSince?.[limit.kind] ?? 0);
  return limit;
}

/** Who gives a whole array more time gives it to each of its children. */
function extend(limit: Limit, job: LimitedJob, array: LimitedJob | undefined, { extensions }: TimeoutPolicy): Limit {
  if (extensions.size === 0 || limit.at === undefined) return limit;
  const own = extensions.get(job.id) ?? 0;
  const until = array === undefined ? own : Math.max(own, extensions.get(array.id) ?? 0);
  if (until <= limit.at) return limit;
  return { ...limit, at: until, due: Math.max(until, limit.due ?? 0), isExtended: true };
}

export const counts = (limit: Limit): limit is RunningLimit => limit.since !== undefined && limit.at !== undefined;

/** That of a job's limits which comes first, of those that count. */
export const firstOf = (limits: readonly Limit[]): RunningLimit | undefined => limits.find(counts);

/** That which batchbot itself has to see to: Batch sees to its own. */
export const oursOf = (limits: readonly Limit[]): RunningLimit | undefined =>
  limits.filter(counts).find(({ kind }) => kind !== 'native');

/** From when on people are told that it comes near (ms). */
export function warnsAt({ since, at }: RunningLimit): number {
  const after = (part: number): number => since + (at - since) * part;
  return Math.min(after(WARN_AT), Math.max(after(WARN_NOT_BEFORE), at - LOOK_COMES_WITHIN_MS));
}

export type Standing = 'far' | 'near' | 'over';
export const standing = (limit: RunningLimit, now: number): Standing =>
  now >= limit.at ? 'over' : now >= warnsAt(limit) ? 'near' : 'far';

/** Whether a job may be stopped for a limit at all: it lives, and nobody has stopped it. */
export const isStoppable = (
  job: Pick<Job, 'id' | 'status' | 'lostAt' | 'seenAt' | 'cancelled' | 'terminated'>,
): boolean =>
  !isDone(job) &&
  !isLost(job) &&
  job.cancelled !== true &&
  job.terminated !== true &&
  // A node goes with its multi-node job.
  !job.id.includes('#');
