/** The reason under which batchbot stops a job that took too long, and the limit read back from it. */
import { span } from './causes/row';
import { ruleText } from './timeoutRule';
import type { RunningLimit } from './timeouts';

/** AWS keeps 1,024 characters of a reason (https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html). */
const MOST_RULE = 600;
/** A tick a minute is never quite on time: what is later than this is told. */
const LATE_MS = 120_000;

const OURS =
  /^timed out by batchbot: it may take (.+?) from (submission|its start) \((?:rule (\d+)|([A-Za-z_]\w*))(?::[^)]*)?\)(?:, stopped (.+) late)?/;

/** A job that batchbot stopped for a limit. */
export interface TimedOut {
  /** `6 h` */
  span: string;
  from: 'submission' | 'start';
  /** The number of the rule, or the environment variable. */
  rule?: number;
  variable?: string;
  /** How late it was stopped, where that is worth telling: `58 min`. */
  late?: string;
}

/** How late a limit is seen to, in words; undefined for what is on time. */
export const lateWords = ({ due }: Pick<RunningLimit, 'due'>, now: number): string | undefined =>
  now - due < LATE_MS ? undefined : span(Math.floor((now - due) / 60_000) * 60);

/**
 * What Batch keeps as the reason of a job that batchbot stopped for a limit.
 * @param variable the name of the environment variable that holds a limit
 */
export function timeoutReason(limit: RunningLimit, variable: string, now: number): string {
  const seconds = limit.isExtended ? (limit.at - limit.since) / 1_000 : limit.seconds;
  // The end of the bracket ends the rule, whatever its patterns are.
  const by =
    limit.rule === undefined
      ? variable
      : `rule ${limit.rule.n}: ${ruleText(limit.rule).replace(/[()]/g, '').slice(0, MOST_RULE).toWellFormed()}`;
  const late = lateWords(limit, now);
  const from = limit.from === 'submission' ? 'submission' : 'its start';
  return `timed out by batchbot: it may take ${span(Math.floor(seconds))} from ${from} (${by})${late === undefined ? '' : `, stopped ${late} late`}`;
}

/** The limit for which batchbot stopped a job, if that is how it ended. */
export function timedOutBy(job: { statusReason?: string | undefined }): TimedOut | undefined {
  const [, length, from, rule, variable, late] = OURS.exec(job.statusReason ?? '') ?? [];
  if (length === undefined) return undefined;
  return {
    span: length,
    from: from === 'submission' ? 'submission' : 'start',
    ...(rule === undefined ? {} : { rule: Number(rule) }),
    ...(variable === undefined ? {} : { variable }),
    ...(late === undefined ? {} : { late }),
  };
}
