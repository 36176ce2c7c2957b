/** Causes that are somebody's will: a person's, or a queue's own rule. */
import { cancelledBy } from '../cancelReason';
import { type TimedOut, timedOutBy } from '../timeoutReason';
import { PLACEMENT } from './placement';
import { type Explained, has, type Row } from './row';

/**
 * The beginnings of AWS's own reasons, as in the rows of this table. Any other status reason of a job that somebody
 * stopped is what they gave to CancelJob or TerminateJob.
 */
const AWS_OWN =
  /^(?:Essential container in task exited|Host EC2 \(|Your Spot Task was interrupted|Job attempt duration exceeded timeout|(?:Canceled|Terminated) by JobStateTimeLimit action|Dependent Job failed|Array Child Job failed|JobQueue deleted|Task failed |Timeout waiting for |ResourceInitializationError:|Cannot[A-Z]\w+Error:|(?:CLIENT|INTERNAL|SERVER)_ERROR\b|ACTION_REQUIRED\b|(?:CAPACITY|MISCONFIGURATION):|UNDETERMINED\b|(?:ECS|Batch) was unable |Error executing request)/;

/** Somebody asked for the end, in their own words, which may well hold "timeout" or "out of memory". */
function isOnRequest({ status, statusReason = '', terminated, cancelled }: Explained): boolean {
  if (status !== 'FAILED' || statusReason === '' || AWS_OWN.test(statusReason)) return false;
  return (
    terminated === true ||
    cancelled === true ||
    /^(?:(?:user )?terminated\b|(?:cancell?ed|killed)\b.*\bby\b)/i.test(statusReason)
  );
}

const did = (job: Explained): string =>
  job.cancelled === true && job.terminated !== true ? 'cancelled' : 'terminated';

const limitWords = ({ rule, variable }: TimedOut): string => (rule === undefined ? `${variable}` : `rule ${rule}`);

/** batchbot's own doing, told once for a rule and for the variable. */
const TIMED_OUT = {
  headline: (job) => {
    const limit = timedOutBy(job);
    return limit === undefined ? 'timed out' : `timed out (${limitWords(limit)})`;
  },
  sentence: (job) => {
    const { span = '', from, late, ...limit } = timedOutBy(job) ?? {};
    const counted = from === 'submission' ? 'from its submission' : 'from the start of its container';
    const on = late === undefined ? '' : `, ${late} late: it did not run before, or could not stop it`;
    return `Timed out: it may take ${span} ${counted} (${limitWords({ span, from: from ?? 'start', ...limit })}), so batchbot stopped it${on}.`;
  },
  evidence: ['log'],
  // A limit that others have found too short is not another cause each time that it is changed.
  apart: (job) => limitWords(timedOutBy(job) ?? { span: '', from: 'start' }),
} satisfies Partial<Row>;

const ON_REQUEST = {
  headline: (job) => `${did(job)} on request`,
  sentence: (job) =>
    `Somebody ${did(job)} it${job.statusReason === undefined || job.statusReason === '' ? '' : `: “${job.statusReason}”`}.`,
  nextStep: '',
} satisfies Partial<Row>;

export const STOPPED: readonly Row[] = [
  {
    // Batch keeps the reason of CancelJob and TerminateJob: ours is written by jobs/cancelReason.ts.
    key: 'cancelledFromSlack',
    example: { statusReason: 'cancelled from Slack by ada (op K7F2QX)', terminated: true },
    fits: (job) => cancelledBy(job) !== undefined,
    headline: (job) => `cancelled by ${cancelledBy(job)?.by}`,
    sentence: (job) => `Cancelled from Slack by ${cancelledBy(job)?.by} (op ${cancelledBy(job)?.op}).`,
    nextStep: '',
  },
  {
    // Batch keeps the reason of TerminateJob: ours is written by jobs/timeoutReason.ts.
    key: 'timedOutByRule',
    example: {
      statusReason: 'timed out by batchbot: it may take 6 h from submission (rule 3: queue:spot-* total:6h)',
      terminated: true,
    },
    fits: has(/^timed out by batchbot: it may take [^(]+\(rule \d+/m),
    nextStep:
      'Find out why it took so long, or give such jobs more time: the verb `timeout` lists the rules and changes them.',
    ...TIMED_OUT,
  },
  {
    key: 'timedOutByVariable',
    example: {
      statusReason: 'timed out by batchbot: it may take 2 h from submission (PYBATCH_TIMEOUT)',
      terminated: true,
    },
    fits: has(/^timed out by batchbot: it may take [^(]+\([A-Za-z_]\w*\)/m),
    nextStep: 'Find out why it took so long or waited, or set the variable higher where it is submitted.',
    ...TIMED_OUT,
  },
  {
    // DescribeJobs' isCancelled and isTerminated; before they existed, only words such as "Terminated by …" told.
    key: 'terminated',
    example: { statusReason: 'wrong input', terminated: true },
    fits: isOnRequest,
    ...ON_REQUEST,
  },
  {
    // User guide, "Automatic remediation with jobStateTimeLimitActions"; service jobs say "Terminated by".
    key: 'stateTimeLimit',
    example: {
      statusReason: 'Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
    },
    fits: has(/^(?:Canceled|Terminated) by JobStateTimeLimit action/m),
    headline: 'cancelled by the queue’s time limit',
    sentence: ({ statusReason = '' }) => {
      const [, reason = ''] = /due to reason:\s*(.+)/s.exec(statusReason) ?? [];
      const blocked = PLACEMENT.find(({ fits }) =>
        fits({ status: 'RUNNABLE', statusReason: reason }, reason),
      )?.headline;
      return `The queue’s own time limit for blocked jobs cancelled it${typeof blocked === 'string' ? `: ${blocked}` : ''}.`;
    },
    nextStep: 'The reason names what blocked the queue; mend that, then submit it again.',
    evidence: ['environments'],
  },
];

/** As a last resort, where a job that somebody stopped has no words of theirs and none of AWS's. */
export const STOPPED_WITHOUT_WORDS: Row = {
  // DescribeJobs' isCancelled and isTerminated.
  key: 'terminated',
  example: { terminated: true, exitCode: 143 },
  fits: (job) => job.terminated === true || job.cancelled === true,
  ...ON_REQUEST,
};
