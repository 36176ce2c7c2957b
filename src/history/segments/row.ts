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

/** `\u0004owner\u0003key\u0002value\u0003…`: between its separators every key and value can be found, or found whole. */
export function tagText(job: Pick<Job, 'tags'>): string {
  const owner = userOf(job);
  const tags = Object.entries(job.tags?.values ?? {}).map(
    ([key, value]) => `${comparable(key)}${TAG_VALUE}${comparable(value)}${TAG_END}`,
  );
  if (tags.length === 0) return '';
  return `${owner === undefined ? '' : TAG_OWNER + comparable(owner)}${TAG_END}${tags.join('')}`;
}

function flagsOf(job: StatusOf & Pick<Job, 'arraySize' | 'arrayIndex'>): number {
  return (
    (statusMatches('cancelled', job) ? FLAGS.cancelled : 0) |
    (statusMatches('terminated', job) ? FLAGS.terminated : 0) |
    (statusMatches('timedout', job) ? FLAGS.timedout : 0) |
    (job.arraySize === undefined ? 0 : FLAGS.arrayParent) |
    (job.arrayIndex === undefined ? 0 : FLAGS.arrayChild)
  );
}

export type PackableJob = Omit<Job, 'attempts' | 'entered' | 'whole'> & Partial<Pick<Job, 'attempts' | 'entered'>>;

/** @throws RangeError for a job that has not ended: it has no place in a segment */
export function segmentRow(job: PackableJob, placement: JobMetrics = {}): SegmentRow {
  if (!isDone(job)) throw new RangeError(`job ${job.id} is ${job.status}, and only finished jobs are packed`);
  const known = { ...job, attempts: job.attempts ?? [], entered: job.entered ?? {} };
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
    ...placement,
  } as JobMetrics;
  return {
    id: job.id,
    createdAt: job.createdAt ?? 0,
    queue: storable(job.queue ?? ''),
    definition: storable(job.definition ?? ''),
    name: comparable(job.name ?? ''),
    image: comparable(job.image ?? ''),
    statusReason: comparable(job.statusReason ?? ''),
    containerReason: comparable(job.containerReason ?? ''),
    command: comparable(job.command?.join(' ') ?? ''),
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
