/**
 * Merges two pieces of news of one job into what is known after both, whatever their order and however often each comes.
 *
 * EventBridge delivers at least once and in any order, and a sweep sees the same job again, so nothing is ever assigned:
 * `merge` is commutative, associative and idempotent. It is so because every part of a job is joined by a rule of that
 * kind: the greater under one total order, the earlier, the union.
 */
import { type Attempt, attemptSchema, BATCH_STATUSES, isDone, type Job, jobSchema, type Placement } from './job';

/** Replaced together, so that an exit code never stands beside the log stream of another attempt. */
const STATE = [
  'status',
  'statusReason',
  'containerReason',
  'exitCode',
  'startedAt',
  'stoppedAt',
  'logStream',
  'taskArn',
  'containerInstanceArn',
  'containers',
  'pod',
  'podNode',
  'endedAttempts',
  'seenAt',
  'whole',
] as const satisfies (keyof Job)[];

const GATHERED = [
  'properties',
  'attempts',
  'entered',
  'cancelled',
  'terminated',
  'tags',
  'children',
  'placement',
  'lostAt',
] as const;

type Fact = Exclude<keyof Job, (typeof STATE)[number] | (typeof GATHERED)[number]>;
const NOT_FACTS: ReadonlySet<string> = new Set([...STATE, ...GATHERED]);
const isFact = (field: string): field is Fact => !NOT_FACTS.has(field);
const FACTS = Object.keys(jobSchema.shape).filter(isFact);
const ATTEMPT_FIELDS = Object.keys(attemptSchema.shape) as (keyof Attempt)[];

/** What is known of a job after both pieces of news. Throws when they are of two jobs. */
export function merge(known: Job, news: Job): Job {
  if (known.id !== news.id) throw new Error(`Job ${known.id} can't be merged with job ${news.id}.`);
  const state = compareState(known, news) >= 0 ? known : news;
  const merged: Record<string, unknown> = {};
  for (const field of FACTS) put(merged, field, greater(known[field], news[field], compareJson));
  for (const field of STATE) put(merged, field, state[field]);
  put(merged, 'properties', joined(known.properties, news.properties));
  put(merged, 'attempts', mergeAttempts(known.attempts, news.attempts));
  put(merged, 'entered', earliest(known.entered, news.entered));
  put(merged, 'cancelled', either(known.cancelled, news.cancelled));
  put(merged, 'terminated', either(known.terminated, news.terminated));
  put(
    merged,
    'tags',
    greater(known.tags, news.tags, (a, b) => a.seenAt - b.seenAt || compareJson(a, b)),
  );
  put(
    merged,
    'children',
    greater(known.children, news.children, (a, b) => a.countedAt - b.countedAt || compareJson(a, b)),
  );
  put(merged, 'placement', greater(known.placement, news.placement, comparePlacements));
  put(
    merged,
    'lostAt',
    greater(known.lostAt, news.lostAt, (a, b) => a - b),
  );
  return merged as Job;
}

/** Whether both say exactly the same, so that a write can be skipped. */
export function sameJob(a: Job, b: Job): boolean {
  return equal(a, b);
}

/** Whether `merged` differs from `known` in nothing but being seen again, and that tells nobody anything. */
export function onlySeenAgain(known: Job, merged: Job): boolean {
  if (known.lostAt !== undefined) return sameJob(known, merged);
  const tags = merged.tags && known.tags ? { ...merged.tags, seenAt: known.tags.seenAt } : merged.tags;
  return sameJob(known, { ...merged, seenAt: known.seenAt, ...(tags && { tags }) });
}

/**
 * The total order of states, from which all of the lattice follows. It looks at nothing outside of the state.
 *
 * 1. An end beats anything: Batch never reopens a job, so that a late RUNNING changes nothing.
 * 2. Between ends, whole news beats a fragment, then more attempts ended.
 * 3. Before the end, more attempts ended come first (RUNNABLE for the second time beats RUNNING for the first), then the
 *    state further on. A fragment doesn't tell of attempts and counts as none: at worst it waits for whole news, but it
 *    never takes a job back.
 * 4. Then the newer. The last resort, the text of the state, makes the order total.
 */
function compareState(a: Job, b: Job): number {
  const done = Number(isDone(a)) - Number(isDone(b));
  if (done !== 0) return done;
  const whole = Number(a.whole) - Number(b.whole);
  const ended = (a.endedAttempts ?? 0) - (b.endedAttempts ?? 0);
  const rank = BATCH_STATUSES.indexOf(a.status) - BATCH_STATUSES.indexOf(b.status);
  const byProgress = isDone(a) ? whole || ended || rank : ended || rank || whole;
  return byProgress || a.seenAt - b.seenAt || compareJson(stateOf(a), stateOf(b));
}

function stateOf(job: Job): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const field of STATE) put(state, field, job[field]);
  return state;
}

/** By their number; of two accounts of one attempt the fuller is kept whole. */
function mergeAttempts(a: Attempt[], b: Attempt[]): Attempt[] {
  const fuller = (one: Attempt, other: Attempt) => countPresent(one) - countPresent(other) || compareJson(one, other);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => greater(a[i], b[i], fuller) ?? {});
}

function countPresent(attempt: Attempt): number {
  return ATTEMPT_FIELDS.filter((field) => attempt[field] !== undefined).length;
}

/** The later attempt's, and of two accounts of one attempt the fuller. */
function comparePlacements(a: Placement, b: Placement): number {
  const count = (placement: Placement) => Object.values(placement).filter((value) => value !== undefined).length;
  return a.attempt - b.attempt || count(a) - count(b) || compareJson(a, b);
}

function earliest(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const merged = new Map(Object.entries(a));
  for (const [key, time] of Object.entries(b)) merged.set(key, Math.min(time, merged.get(key) ?? time));
  return Object.fromEntries(merged);
}

const either = (a: boolean | undefined, b: boolean | undefined): boolean | undefined => a || (b ?? a);

/** Objects field by field, all else by `greater`, in which an object beats what is none: `{` is the last that JSON begins with. */
function joined(a: unknown, b: unknown): unknown {
  if (!isRecord(a) || !isRecord(b)) return greater(a, b, compareJson);
  const merged: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(a), ...Object.keys(b)])) put(merged, field, joined(a[field], b[field]));
  return merged;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Present beats absent, then the greater. */
function greater<T>(a: T | undefined, b: T | undefined, compare: (a: T, b: T) => number): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compare(a, b) >= 0 ? a : b;
}

function put(target: Record<string, unknown>, field: string, value: unknown): void {
  if (value !== undefined) target[field] = value;
}

function compareJson(a: unknown, b: unknown): number {
  const [x, y] = [canonicalJson(a), canonicalJson(b)];
  return x === y ? 0 : x > y ? 1 : -1;
}

/** JSON in which the order of an object's keys makes no difference. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([x], [y]) => (x < y ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join()}}`;
}

function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keysOfA = Object.entries(a).filter(([, member]) => member !== undefined);
  const keysOfB = Object.entries(b).filter(([, member]) => member !== undefined);
  const membersOfB = new Map(keysOfB);
  return (
    keysOfA.length === keysOfB.length &&
    keysOfA.every(([key, member]) => membersOfB.has(key) && equal(member, membersOfB.get(key)))
  );
}
