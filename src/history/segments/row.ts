/** One finished job as a segment keeps it: what searches compare, and what statistics add up. */
import type { Job } from '../../jobs/job';
import { isDone, userOf } from '../../jobs/job';
import { attemptNumber } from '../../jobs/lifecycle';
import { type StatusOf, statusMatches } from '../../jobs/match';
import { earlierRunMs, enteredAt } from '../../jobs/statistics';
import { comparable, storable, TAG_END, TAG_OWNER, TAG_VALUE } from './texts';

/** What statistics need of a job; all optional, times in whole milliseconds. */
export interface JobMetrics {
  instanceType?: string;
  availabilityZone?: string;
  architecture?: string;
  vcpus?: number;
  memoryMiB?: number;
  attempts?: number;
  /** From `createdAt`, each from the one before it that is known. */
  runnableAt?: number;
  startingAt?: number;
  startedAt?: number;
  stoppedAt?: number;
  /** How long the containers of the attempts before the last one ran. */
  earlierRunMs?: number;
}

export interface SegmentRow {
  id: string;
  /** 0 where it is not known, as a search takes it. */
  createdAt: number;
  /** As Batch writes them. */
  queue: string;
  definition: string;
  /** Comparable texts; empty where the job has none. */
  name: string;
  image: string;
  statusReason: string;
  containerReason: string;
  command: string;
  /** Owner, keys and values between separators (`tagText`). */
  tags: string;
  isFailed: boolean;
  /** Bits of `FLAGS`. */
  flags: number;
  exitCode?: number;
  /** What `sort:duration` sorts by: -1 for a job that never started. */
  durationMs: number;
  metrics: JobMetrics;
}

/** Answers that were worked out from the whole job when it was packed. */
export const FLAGS = { cancelled: 1, terminated: 2, timedout: 4, arrayParent: 8, arrayChild: 16 } as const;

/** Most texts come with many jobs: what is made of them is worked out once, and is then one string for all of them. */
function once(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      made = make(text);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(text, made);
    }
    return made;
  };
}
const MOST_KNOWN = 16_384;
const comparableOnce = once(comparable);
const storableOnce = once(storable);

/** `\u0004owner\u0003key\u0002value\u0003…`: between its separators every key and value can be found, or found whole. */
export function tagText(job: Pick<Job, 'tags'>): string {
  if (job.tags === undefined) return '';
  const owner = userOf(job);
  let tags = '';
  for (const [key, value] of Object.entries(job.tags?.values ?? {})) {
    tags += comparableOnce(key) + TAG_VALUE + comparableOnce(value) + TAG_END;
  }
  if (tags === '') return '';
  return (owner === undefined ? '' : TAG_OWNER + comparableOnce(owner)) + TAG_END + tags;
}

function flagsOf(job: StatusOf & Pick<Job, 'arraySize' | 'arrayIndex'>): number {
  const { arraySize, arrayIndex } = job;
  const ofArray = (arraySize === undefined ? 0 : FLAGS.arrayParent) | (arrayIndex === undefined ? 0 : FLAGS.arrayChild);
  // These three are ways to fail.
  if (job.status !== 'FAILED') return ofArray;
  return (
    ofArray |
    (statusMatches('cancelled', job) ? FLAGS.cancelled : 0) |
    (statusMatches('terminated', job) ? FLAGS.terminated : 0) |
    (statusMatches('timedout', job) ? FLAGS.timedout : 0)
  );
}

export type PackableJob = Omit<Job, 'attempts' | 'entered' | 'whole'> & Partial<Pick<Job, 'attempts' | 'entered'>>;

const isTold = (job: PackableJob): job is PackableJob & Pick<Job, 'attempts' | 'entered'> =>
  job.attempts !== undefined && job.entered !== undefined;

/** @throws RangeError for a job that has not ended: it has no place in a segment */
export function segmentRow(job: PackableJob, placement?: JobMetrics): SegmentRow {
  if (!isDone(job)) throw new RangeError(`job ${job.id} is ${job.status}, and only finished jobs are packed`);
  const known = isTold(job) ? job : { ...job, attempts: job.attempts ?? [], entered: job.entered ?? {} };
  const metrics = {
    instanceType: job.placement?.instanceType,
    availabilityZone: job.placement?.availabilityZone,
    architecture: job.placement?.architecture,
    vcpus: job.vcpus,
    memoryMiB: job.memoryMiB,
    attempts: attemptNumber(known),
    runnableAt: enteredAt(known, 'RUNNABLE'),
    startingAt: enteredAt(known, 'STARTING'),
    startedAt: job.startedAt,
    stoppedAt: job.stoppedAt,
    earlierRunMs: earlierRunMs(known),
  } as JobMetrics;
  if (placement !== undefined) Object.assign(metrics, placement);
  return {
    id: job.id,
    createdAt: job.createdAt ?? 0,
    queue: storableOnce(job.queue ?? ''),
    definition: storableOnce(job.definition ?? ''),
    name: comparable(job.name ?? ''),
    image: comparableOnce(job.image ?? ''),
    statusReason: comparableOnce(job.statusReason ?? ''),
    containerReason: comparableOnce(job.containerReason ?? ''),
    command: comparableOnce(job.command?.join(' ') ?? ''),
    tags: tagText(job),
    isFailed: job.status === 'FAILED',
    flags: flagsOf(job),
    ...(job.exitCode === undefined ? {} : { exitCode: job.exitCode }),
    durationMs: job.startedAt === undefined ? -1 : (job.stoppedAt ?? job.seenAt) - job.startedAt,
    metrics,
  };
}

/** Oldest first, then the lesser id: the order of rows in a segment. */
export const compareRows = (a: Pick<SegmentRow, 'createdAt' | 'id'>, b: Pick<SegmentRow, 'createdAt' | 'id'>): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
