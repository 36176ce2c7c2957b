/** One row of the table of causes, and the words that its sentences share. */
import type { Job } from '../job';
import { marksOf } from './marks';

/** What the table is asked about: a job, a row of a search, or as much of either as is known. */
export type Explained = Pick<
  Job,
  'status' | 'statusReason' | 'containerReason' | 'exitCode' | 'cancelled' | 'terminated'
> &
  Partial<
    Pick<
      Job,
      'memoryMiB' | 'timeoutSeconds' | 'image' | 'arraySize' | 'startedAt' | 'dependsOn' | 'logGroup' | 'maxAttempts'
    >
  > & { attempts?: readonly unknown[]; attemptCount?: number };

/**
 * What bears a cause out beside AWS's two reasons: the end of the log, the instance it ran on and who else was lost with
 * it, the jobs it depends on, its children, the compute environments of its queue.
 */
export type Evidence = 'log' | 'host' | 'dependencies' | 'children' | 'environments';

/** A command that would help. It is offered only where the bot has its verb. */
export interface Remedy {
  verb: string;
  /** On the button: `Retry with 16 GiB`. */
  label: string;
  /** What follows the verb and the job's id: `memory:16384`. */
  words: string;
}

/** Whether a row fits a job, of whose reasons both are given, one a line. */
export type Fits = ((job: Explained, both: string) => boolean) & {
  /** Texts of which every job that fits has one in its reasons. */
  marks?: readonly string[] | undefined;
};

export interface Row {
  key: string;
  /** A real one: the row fits it, and the README shows what is said of it. */
  example: Partial<Explained>;
  fits: Fits;
  /** A few words: `out of memory`. */
  headline: string | ((job: Explained) => string);
  /** What happened, with what is known of it. */
  sentence: (job: Explained) => string;
  /** What to do now; what is to be copied stands between backticks. */
  nextStep: string | ((job: Explained) => string);
  evidence?: readonly Evidence[];
  remedy?: (job: Explained) => Remedy | undefined;
  /** What tells two failures of this row apart, where the row alone does not: an exit code. */
  apart?: (job: Explained) => string;
}

/** Whether AWS's reasons, one a line, hold this. */
export const has = (pattern: RegExp): Fits => hasAll(pattern);
export const hasAll = (...patterns: readonly RegExp[]): Fits =>
  Object.assign((_job: Explained, both: string) => patterns.every((pattern) => pattern.test(both)), {
    // The last pattern is the one that tells the row from others.
    marks: patterns.map(marksOf).findLast((marks) => marks !== undefined),
  });

/** `, exit 137` */
export const exitWords = ({ exitCode }: Explained): string => (exitCode === undefined ? '' : `, exit ${exitCode}`);

/** `40 s`, `6 min 40 s`, `6 h`, `1 d 12 h`: as times are told everywhere (`views/time.ts`). */
export function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const [unit, name, small, smallName] =
    seconds < 3_600
      ? ([60, 'min', 1, 's'] as const)
      : seconds < 86_400
        ? ([3_600, 'h', 60, 'min'] as const)
        : ([86_400, 'd', 3_600, 'h'] as const);
  const [whole, rest] = [Math.floor(seconds / unit), Math.floor((seconds % unit) / small)];
  return rest === 0 || whole >= 10 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${smallName}`;
}
export const gib = (mib: number): string => (mib < 1024 ? `${mib} MiB` : `${Math.round((mib / 1024) * 10) / 10} GiB`);

/** The EC2 instance that a reason names. */
export const instanceIn = ({ statusReason = '', containerReason = '' }: Partial<Explained>): string | undefined =>
  /\bi-[0-9a-f]{6,}\b/.exec(`${statusReason} ${containerReason}`)?.[0];

/** Somebody else's words as a sentence that another may follow. */
export const ended = (words: string): string => (/[.!?…]\s*$/.test(words) ? words.trimEnd() : `${words.trimEnd()}.`);
/** Batch's own sentence, without the code before it where there is more than the code; some have an en dash there. */
export const withoutCode = (reason: string): string =>
  reason.replace(/^[A-Z_]+(?::[A-Z0-9_]+)?\s*[-–]\s*/, '') || reason;

/** It was tried again as often as its retry strategy allows. */
export const usedAllAttempts = ({ maxAttempts = 1, attempts = [], attemptCount = attempts.length }: Explained) =>
  maxAttempts > 1 && attemptCount >= maxAttempts;

/** What helps where Spot took the host. */
export const retriesOn = (glob: string) => (job: Explained) =>
  usedAllAttempts(job)
    ? `All ${job.maxAttempts} attempts that it may have are used up: allow more, or run it on an on-demand queue.`
    : `Allow retries on \`${glob}\`, or run it on an on-demand queue.`;

/** Batch allows 10 attempts at most (API reference, RetryStrategy). */
const MOST_ATTEMPTS = 10;
/** The same again, with twice the attempts where those that it had were not enough. */
export function retryPatiently(job: Explained): Remedy {
  const attempts = Math.min(MOST_ATTEMPTS, 2 * (job.maxAttempts ?? 1));
  if (!usedAllAttempts(job) || attempts === job.maxAttempts) return retryAsItIs();
  return { verb: 'retry', label: `Retry with ${attempts} attempts`, words: `attempts:${attempts}` };
}

/** The same again, where nothing about the job needs to change. */
export const retryAsItIs = (): Remedy => ({ verb: 'retry', label: 'Retry', words: '' });
export const retryWithTwiceTheMemory = ({ memoryMiB }: Explained): Remedy | undefined =>
  memoryMiB === undefined
    ? undefined
    : { verb: 'retry', label: `Retry with ${gib(memoryMiB * 2)}`, words: `memory:${memoryMiB * 2}` };
