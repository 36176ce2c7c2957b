/** From when on something is told: each threshold as people type it, what it measures, and what it is where nobody set it. */

export interface ThresholdSpec {
  /** As typed: `alerts set runnable:2h`. */
  name: string;
  /** The occasion that it is for; undefined for what is of all. */
  occasion?: string;
  /** A span is in ms; `times` is a factor. */
  unit: 'span' | 'times';
  byDefault: number;
  least: number;
  most: number;
  /** After "from when on": one clause. */
  meaning: string;
  /** Whether it may differ from queue to queue. */
  byQueue: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const THRESHOLDS = [
  {
    name: 'runnable',
    occasion: 'stuck-runnable',
    unit: 'span',
    byDefault: 2 * HOUR,
    least: MINUTE,
    most: 30 * DAY,
    meaning: 'a job that waits RUNNABLE is stuck',
    byQueue: true,
  },
  {
    name: 'starting',
    occasion: 'stuck-starting',
    unit: 'span',
    byDefault: 10 * MINUTE,
    least: MINUTE,
    most: DAY,
    meaning: 'a job that is STARTING is stuck',
    byQueue: true,
  },
  {
    name: 'long',
    occasion: 'runs-long',
    unit: 'times',
    byDefault: 2,
    least: 1.1,
    most: 100,
    meaning: 'a job runs long, as so many times the 95th percentile of its definition',
    byQueue: true,
  },
  {
    name: 'rate',
    occasion: 'failure-rate',
    unit: 'times',
    byDefault: 3,
    least: 1.1,
    most: 100,
    meaning: 'a definition fails often, as so many times its usual failure rate',
    byQueue: false,
  },
  {
    name: 'quiet',
    occasion: 'quiet-queue',
    unit: 'times',
    byDefault: 3,
    least: 1.1,
    most: 100,
    meaning: 'a queue is too quiet, as so many times its longest usual gap',
    byQueue: true,
  },
  {
    name: 'window',
    unit: 'span',
    byDefault: HOUR,
    least: MINUTE,
    most: 7 * DAY,
    meaning: 'the next failure is a new incident, counted from the last one',
    byQueue: false,
  },
] as const satisfies readonly ThresholdSpec[];

export type ThresholdName = (typeof THRESHOLDS)[number]['name'];
