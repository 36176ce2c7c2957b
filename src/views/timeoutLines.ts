/** What limits the time of one job: on its card, in its details, and where it is told why it runs. */
import { isDone, isLost, type Job } from '../jobs/job';
import { TIMEOUT_VARIABLE } from '../jobs/properties';
import { firstOf, type Limit, type TimeoutPolicy } from '../jobs/timeouts';
import { code, dotted, escaped } from './kit';
import { duration } from './time';
import { deadlineWords, limitWords } from './timeoutWords';

/** What counts for a job that lives. */
export interface TimeLimits {
  /** Soonest first. */
  limits: readonly Limit[];
  isOn: TimeoutPolicy['isOn'];
  /** The environment variable that holds a timeout. */
  variable: string;
}

type Timed = {
  [K in 'timeoutSeconds' | 'environmentTimeoutSeconds' | 'environmentTimeoutGarbage']?: Job[K] | undefined;
};

/** What a job says of itself: `timeout 1 h an attempt`, `PYBATCH_TIMEOUT 2 h from submission`. */
export function timeoutFacts(job: Timed, variable = TIMEOUT_VARIABLE): string[] {
  const { timeoutSeconds, environmentTimeoutSeconds, environmentTimeoutGarbage: garbage } = job;
  return [
    ...(timeoutSeconds === undefined ? [] : [`timeout ${duration(timeoutSeconds * 1_000)} an attempt`]),
    ...(environmentTimeoutSeconds === undefined
      ? []
      : [`${escaped(variable)} ${duration(environmentTimeoutSeconds * 1_000)} from submission`]),
    ...(garbage === undefined ? [] : [`${escaped(variable)} is ${code(garbage)}, no number of seconds: ignored`]),
  ];
}

const sleeping = (limit: Limit, variable: string): string =>
  `${escaped(limitWords(limit, variable))}${limit.at === undefined ? ' (counts once it runs)' : ''}`;

/** Which of its limits comes first, when, and what happens then; then the others. Nothing of a job that has ended. */
export function timeoutLines(job: Job, { limits, isOn, variable }: TimeLimits, now: number): string[] {
  if (isDone(job) || isLost(job)) return [];
  const first = firstOf(limits);
  const others = limits.filter((limit) => limit !== first);
  const isArray = first?.holder !== undefined && first.holder !== job.id ? ', its whole array' : '';
  const isOff = job.environmentTimeoutSeconds !== undefined && !isOn.environment;
  const ofVariable = {
    ...(isOff ? { environmentTimeoutSeconds: job.environmentTimeoutSeconds } : {}),
    ...(job.environmentTimeoutGarbage === undefined
      ? {}
      : { environmentTimeoutGarbage: job.environmentTimeoutGarbage }),
  };
  return [
    ...(first === undefined ? [] : [`${deadlineWords(first, variable, now)}${isArray}`]),
    ...(others.length === 0
      ? []
      : [
          `${first === undefined ? 'time limits' : 'later'}: ${dotted(others.map((limit) => sleeping(limit, variable)))}`,
        ]),
    ...timeoutFacts(ofVariable, variable).map((fact) =>
      isOff && !fact.includes('ignored') ? `${fact} (switched off)` : fact,
    ),
  ];
}
