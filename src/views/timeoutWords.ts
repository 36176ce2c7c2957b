/** Time limits in words: which limit, counted from what, when it is over and what happens then. */
import type { Job } from '../jobs/job';
import type { TimeoutRule } from '../jobs/timeoutRule';
import type { Limit, RunningLimit } from '../jobs/timeouts';
import { jobTitle } from './jobCard';
import { escaped } from './kit';
import { duration, moment } from './time';
import { number } from './words';

/** Who ends it: `rule 3`, `PYBATCH_TIMEOUT`, `its own timeout`. */
export const limitName = ({ kind, rule }: Pick<Limit, 'kind' | 'rule'>, variable: string): string =>
  kind === 'native' ? 'its own timeout' : kind === 'environment' ? variable : `rule ${rule?.n}`;

/** `6 h from submission`, `2 h an attempt`. */
export function limitLength({ kind, from, seconds }: Pick<Limit, 'kind' | 'from' | 'seconds'>): string {
  const length = duration(seconds * 1_000);
  if (from === 'submission') return `${length} from submission`;
  return kind === 'native' ? `${length} an attempt` : `${length} from the start of its container`;
}

/** `rule 3, 6 h from submission`, with who was given more. */
export const limitWords = (limit: Limit, variable: string): string =>
  [limitName(limit, variable), limitLength(limit), ...(limit.isExtended ? ['extended'] : [])].join(', ');

/** `6 h from submission, 2 h running`, of a rule. */
export const limitsOfRule = ({ totalSeconds, runningSeconds }: TimeoutRule): string =>
  [
    ...(totalSeconds === undefined ? [] : [`${duration(totalSeconds * 1_000)} from submission`]),
    ...(runningSeconds === undefined ? [] : [`${duration(runningSeconds * 1_000)} from the start of a container`]),
  ].join(', ');

/** That a narrower rule counts in another's place: for how many jobs, and with which of the limits that both have. */
export function yieldWords(rule: TimeoutRule, to: TimeoutRule, jobs: number): string {
  const own = (['totalSeconds', 'runningSeconds'] as const).filter((limit) => rule[limit] !== undefined);
  const [shared, ...others] = own.filter((limit) => to[limit] !== undefined);
  const isWhole = shared === undefined || others.length + 1 === own.length;
  const what = isWhole
    ? `rule ${to.n} counts`
    : `the ${shared === 'totalSeconds' ? 'total:' : 'running:'} of rule ${to.n} counts`;
  return `for ${number(jobs)} of them ${what}, which is more specific`;
}

/** What happens when it is over: Batch ends an attempt, which may be tried again; batchbot ends the job. */
export const whatHappens = ({ kind }: Pick<Limit, 'kind'>): string =>
  kind === 'native' ? 'Batch ends this attempt' : 'batchbot stops it';

/** `2026-11-21 14:32 UTC`, where a token of Slack's can't stand. */
export const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** When a limit is over, in the reader's own time: `batchbot stops it at 14:32, in 1 h 12 min (rule 3, 6 h from submission)`. */
export function deadlineWords(limit: RunningLimit, variable: string, now: number): string {
  const left = limit.at - now;
  const which = `(${escaped(limitWords(limit, variable))})`;
  if (left > 0) return `${whatHappens(limit)} at ${moment(limit.at)}, in ${duration(left)} ${which}`;
  return `out of time since ${duration(-left)} ${which}: ${limit.kind === 'native' ? 'Batch ends this attempt' : 'batchbot stops it'} any moment`;
}

/** For the audit, after batchbot's name: why an array is stopped as a whole. */
export const stoppedFor = (job: Job): string =>
  job.arraySize === undefined
    ? `stopped ${jobTitle(job)}`
    : `stopped array ${jobTitle(job)} of ${number(job.arraySize)} as a whole, since its limit counts from submission and is over for all children at once`;

export const refusedStop = (job: Job): string => `could not stop ${jobTitle(job)}, since Batch refused`;
