/** Why a job failed or is blocked, in plain words: one table, the first row that fits wins. */

import { exitMeaning } from '../exitCodes';
import { IMAGE } from './image';
import { OTHERS, PLACEMENT } from './placement';
import { type Evidence, type Explained, ended, type Remedy, type Row } from './row';
import { EXITS, LOG_TELLS, RUN } from './run';
import { START_FAILED } from './start';
import { STOPPED, STOPPED_WITHOUT_WORDS } from './stopped';

export { cancelledBy, cancelReason } from '../cancelReason';
export { type Evidence, type Explained, instanceIn, type Remedy } from './row';
export { LOG_TELLS } from './run';
export { exitMeaning };

export interface Cause {
  key: string;
  /** A few words: `out of memory`. */
  headline: string;
  /** What happened, with what is known of it. */
  sentence: string;
  /** What to do now; empty where there is nothing to do. */
  nextStep: string;
  /** Where to look for what bears it out, beside AWS's reasons. */
  evidence: readonly Evidence[];
  /** The command that would do the next step. */
  remedy?: Remedy;
  /** The same for two failures exactly when they have the same cause. */
  identity: string;
  /** What every job of the same cause has, for a search: one of these texts in its reasons, or this exit code. */
  marks: { reasons?: readonly string[] | undefined; exit?: number | undefined };
}

/** The order decides where several rows fit: somebody's will, then what is most precise, and exit codes last. */
export const CAUSES: readonly Row[] = [
  ...STOPPED,
  ...RUN,
  ...IMAGE,
  ...START_FAILED.slice(0, -1),
  ...OTHERS,
  ...PLACEMENT,
  ...START_FAILED.slice(-1),
  STOPPED_WITHOUT_WORDS,
  ...EXITS,
];

/** All that Batch says of any container that ended. */
const UNTELLING = /^(?:Essential container in task exited)?$/;

/** Whether a job was ended for a time limit: Batch's own, the environment variable's, or a rule's of ours. */
export const isTimeout = ({ key }: Pick<Cause, 'key'>): boolean => key === 'timeout' || key.startsWith('timedOutBy');

/** As much of somebody else's words as a headline holds. */
const brief = (words: string): string => {
  const characters = [...words.replace(/\s+/g, ' ').replace(/[.\s]+$/, '')];
  return characters.length <= 50 ? characters.join('') : `${characters.slice(0, 49).join('').trimEnd()}…`;
};

/** Ids and numbers differ from job to job where the cause does not. */
const withoutIds = (words: string): string => words.replace(/\b[0-9a-f-]{8,}\b|\d+/gi, '#');

/** The longest part of somebody else's words that does not differ from job to job. */
function marksOfWords(words = ''): string[] | undefined {
  const [longest = ''] = withoutIds(words)
    .split(/[#"`\n]/)
    .map((part) => part.trim().slice(0, 100).trim())
    .sort((a, b) => b.length - a.length);
  return longest === '' ? undefined : [longest];
}

const nextStepOf = ({ nextStep }: Row, job: Explained): string =>
  typeof nextStep === 'string' ? nextStep : nextStep(job);

const headlineOf = ({ headline }: Row, job: Explained): string =>
  typeof headline === 'string' ? headline : headline(job);

/**
 * The cause of a failure, or of a wait that has a reason; undefined for a job that is well.
 * A FAILED job always has one: at least what AWS itself said.
 */
export function causeOf(job: Explained): Cause | undefined {
  if (job.status === 'SUCCEEDED') return undefined;
  const both = [job.statusReason, job.containerReason]
    .filter((reason) => reason !== undefined && reason !== '')
    .join('\n');
  if (job.status !== 'FAILED' && both === '') return undefined;
  const row = CAUSES.find(({ fits }) => fits(job, both));
  if (row !== undefined) {
    const { key, sentence, evidence = [] } = row;
    const remedy = row.remedy?.(job);
    return {
      key,
      headline: headlineOf(row, job),
      sentence: sentence(job),
      nextStep: nextStepOf(row, job),
      evidence,
      ...(remedy === undefined ? {} : { remedy }),
      identity: row.apart === undefined ? key : `${key} ${row.apart(job)}`,
      marks: EXITS.includes(row) ? { exit: job.exitCode } : { reasons: row.fits.marks },
    };
  }
  if (job.status !== 'FAILED') return undefined;
  const told = both.replace('\n', ' / ');
  return {
    key: 'unknown',
    headline: UNTELLING.test(both) ? 'no cause given' : brief(told),
    sentence: both === '' ? 'It failed, and AWS gave no reason.' : `It failed. AWS says: ${ended(told)}`,
    nextStep: LOG_TELLS,
    evidence: ['log', 'host'],
    identity: `unknown ${withoutIds(told)}`,
    marks: { reasons: marksOfWords(job.statusReason || job.containerReason) },
  };
}

/** `143`, and what that means where nothing else tells why it ended: `137: SIGKILL: killed, most often for memory`. */
export function exitToldOf(job: Explained & { exitCode: number }): string {
  const { exitCode } = job;
  const key = causeOf(job)?.key;
  const isOnlyWord = key === undefined || key === 'unknown' || EXITS.some((row) => row.key === key);
  return isOnlyWord ? `${exitCode}: ${exitMeaning(exitCode)}` : `${exitCode}`;
}

/** The whole table as people meet it, each row with what is said of its example: what the README shows. */
export function tellCauses(): Pick<Cause, 'headline' | 'sentence' | 'nextStep'>[] {
  return CAUSES.filter((row) => row !== STOPPED_WITHOUT_WORDS).map((row) => {
    const job: Explained = { status: 'FAILED', ...row.example };
    return { headline: headlineOf(row, job), sentence: row.sentence(job), nextStep: nextStepOf(row, job) };
  });
}
