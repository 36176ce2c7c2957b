/** Why a job failed or waits, in plain words: one table, the first row that fits wins. */
import { cancelledBy } from './cancelReason';
import { exitMeaning } from './exitCodes';
import type { Job } from './job';

export { cancelledBy, cancelReason } from './cancelReason';
export { exitMeaning } from './exitCodes';

export type Explained = Pick<
  Job,
  'status' | 'statusReason' | 'containerReason' | 'exitCode' | 'cancelled' | 'terminated'
> &
  Partial<Pick<Job, 'memoryMiB' | 'timeoutSeconds' | 'image' | 'arraySize' | 'startedAt' | 'dependsOn'>>;

export interface Cause {
  key: string;
  /** A few words: `out of memory`. */
  headline: string;
  /** What happened, with what is known of it. */
  sentence: string;
  /** What to do now. */
  nextStep: string;
}

interface Row {
  key: string;
  fits: (job: Explained, both: string) => boolean;
  headline: string | ((job: Explained) => string);
  sentence: (job: Explained) => string;
  nextStep: string;
}

/**
 * The beginnings of Batch's own status reasons: they were seen in payloads, or are in the user guide ("Jobs stuck in a
 * RUNNABLE status"). Any other status reason is what somebody gave to CancelJob or TerminateJob.
 */
const BATCHES_OWN =
  /^(?:Essential container in task exited|Host EC2 \(|Job attempt duration exceeded timeout|Canceled by JobStateTimeLimit action|Dependent Job failed|Array Child Job failed|JobQueue deleted|Task failed |(?:CLIENT|INTERNAL|SERVER)_ERROR\b|ACTION_REQUIRED\b|(?:CAPACITY|MISCONFIGURATION):|UNDETERMINED\b|(?:ECS|Batch) was unable |Error executing request)/;

/** Somebody asked for the end, in their own words, which may well hold "timeout" or "out of memory". */
function isOnRequest({ status, statusReason = '', terminated, cancelled }: Explained): boolean {
  if (status !== 'FAILED' || statusReason === '' || BATCHES_OWN.test(statusReason)) return false;
  return (
    terminated === true ||
    cancelled === true ||
    /^(?:(?:user )?terminated\b|(?:cancell?ed|killed)\b.*\bby\b)/i.test(statusReason)
  );
}

const exitWords = ({ exitCode }: Explained): string => (exitCode === undefined ? '' : `, exit ${exitCode}`);
/** `90 s`, `40 min`, `6 h`, `1.5 h`. */
const span = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s`
    : seconds < 7200
      ? `${Math.round(seconds / 6) / 10} min`
      : `${Math.round(seconds / 360) / 10} h`;
const gib = (mib: number): string => (mib < 1024 ? `${mib} MiB` : `${Math.round((mib / 1024) * 10) / 10} GiB`);
const has = (pattern: RegExp) => (_job: Explained, both: string) => pattern.test(both);
const instanceOf = ({ statusReason = '', containerReason = '' }: Explained): string =>
  /\bi-[0-9a-f]{6,}\b/.exec(`${statusReason} ${containerReason}`)?.[0] ?? 'its instance';
/** Somebody else's words as a sentence that another may follow. */
const ended = (words: string): string => (/[.!?…]\s*$/.test(words) ? words.trimEnd() : `${words.trimEnd()}.`);
/** Batch's own sentence, without the code before it where there is more than the code. */
const withoutCode = (reason: string): string => reason.replace(/^[A-Z_]+(?::[A-Z_]+)?\s*-\s*/, '') || reason;

const STOPPED: Omit<Row, 'key' | 'fits'> = {
  headline: (job) =>
    job.cancelled === true && job.terminated !== true ? 'cancelled on request' : 'terminated on request',
  sentence: (job) => {
    const did = job.cancelled === true && job.terminated !== true ? 'cancelled' : 'terminated';
    return `Somebody ${did} it${job.statusReason === undefined || job.statusReason === '' ? '' : `: “${job.statusReason}”`}.`;
  },
  nextStep: '',
};

const ROWS: readonly Row[] = [
  {
    key: 'cancelledFromSlack',
    fits: (job) => cancelledBy(job) !== undefined,
    headline: (job) => `cancelled by ${cancelledBy(job)?.by}`,
    sentence: (job) => `Cancelled from Slack by ${cancelledBy(job)?.by} (op ${cancelledBy(job)?.op}).`,
    nextStep: '',
  },
  { key: 'terminated', fits: isOnRequest, ...STOPPED },
  {
    key: 'stateTimeLimit',
    fits: has(/^Canceled by JobStateTimeLimit action/m),
    headline: 'cancelled by the queue’s time limit',
    sentence: () => 'The queue’s own time limit for blocked jobs cancelled it.',
    nextStep: 'The reason names what blocked the queue; mend that, then submit it again.',
  },
  {
    key: 'outOfMemory',
    fits: has(/OutOfMemory|OOMKilled|(?:container|process) killed due to memory|cannot allocate memory/i),
    headline: 'out of memory',
    sentence: (job) =>
      `Out of memory: killed${job.memoryMiB === undefined ? '' : ` at ${gib(job.memoryMiB)}`}${exitWords(job)}.`,
    nextStep: 'Run it again with more memory.',
  },
  {
    key: 'timeout',
    fits: has(/^Job attempt duration exceeded timeout/im),
    headline: 'timed out',
    sentence: (job) =>
      `Timed out: it ran longer than its limit${job.timeoutSeconds === undefined ? '' : ` of ${span(job.timeoutSeconds)}`} and was killed.`,
    nextStep: 'Raise the timeout, or find out why it took so long.',
  },
  {
    key: 'hostTerminated',
    fits: has(/^Host EC2 .*(?:terminated|stopped)/im),
    headline: 'lost its host (Spot reclaim)',
    sentence: (job) =>
      `Its host ${instanceOf(job)} went away while it ran, as Spot instances do when EC2 takes them back.`,
    nextStep: 'Allow retries on “Host EC2*”, or run it on an on-demand queue.',
  },
  {
    key: 'imagePull',
    fits: has(
      /CannotPull(?:Container|ECRContainer|ImageManifest)?|ImagePullBackOff|ErrImagePull|manifest (?:unknown|for .* not found)|pull access denied|failed to resolve ref/i,
    ),
    headline: 'image could not be pulled',
    sentence: (job) => `Its image could not be pulled${job.image === undefined ? '' : `: ${job.image}`}.`,
    nextStep: 'Check the image’s name and tag, that it was pushed, and that the execution role may read it.',
  },
  {
    key: 'dockerTimeout',
    fits: has(/DockerTimeout|Could not transition to (?:created|inspecting|started|stopped)|CannotInspectContainer/i),
    headline: 'Docker did not answer in time',
    sentence: () => 'Docker on its instance did not answer in time, which happens on overloaded or slow disks.',
    nextStep: 'Run it again; if it repeats, use instances with more disk throughput or fewer jobs on each.',
  },
  {
    key: 'role',
    fits: has(
      /unable to assume the role|trust relationship|AccessDenied|not authorized to perform|permission denied by iam/i,
    ),
    headline: 'a role or permission is missing',
    sentence: () => 'AWS refused a role or permission that it needs.',
    nextStep: 'Check the job role’s and execution role’s trust policy and permissions.',
  },
  {
    key: 'dependencyFailed',
    fits: has(/^Dependent Job failed/im),
    headline: 'a dependency failed',
    sentence: (job) =>
      `A job that it depends on failed${job.dependsOn === undefined || job.dependsOn.length < 2 ? '' : ` (one of ${job.dependsOn.length})`}, so it never started.`,
    nextStep: 'Mend and rerun the job it depends on, then this one.',
  },
  {
    key: 'arrayChildFailed',
    fits: has(/^Array Child Job failed/im),
    headline: 'some children failed',
    sentence: () => 'Some of its children failed, which fails the array.',
    nextStep: 'Look at the failed children.',
  },
  {
    key: 'queueDeleted',
    fits: has(/^JobQueue deleted/im),
    headline: 'its queue was deleted',
    sentence: () => 'Its queue was deleted while it waited.',
    nextStep: 'Submit it to another queue.',
  },
  {
    key: 'quota',
    fits: has(/Maximum number of jobs supported|LimitExceeded|quota exceeded|MaxSpotInstanceCountExceeded/i),
    headline: 'an AWS limit was reached',
    sentence: () => 'A limit of the account was reached.',
    nextStep: 'Ask AWS for a higher quota, or run fewer at once.',
  },
  {
    key: 'noCapacity',
    fits: has(/^CAPACITY:/m),
    headline: 'no capacity',
    sentence: () => 'EC2 has no instances of the types that its compute environment allows.',
    nextStep: 'Allow more instance types or zones, or use an on-demand queue.',
  },
  {
    key: 'maxResource',
    fits: has(/^MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE/m),
    headline: 'asks for more than the environment’s maximum',
    sentence: () => 'It asks for more vCPUs than its compute environment’s maximum.',
    nextStep: 'Raise maxvCpus, or ask for less.',
  },
  {
    key: 'resourceRequirement',
    fits: has(/^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT/m),
    headline: 'no instance type fits',
    sentence: () =>
      'No instance type of its queue’s compute environments has the vCPUs, memory or GPUs that it asks for.',
    nextStep: 'Ask for less, or add bigger instance types.',
  },
  {
    key: 'misconfiguration',
    fits: has(/^(?:MISCONFIGURATION:|ACTION_REQUIRED|CLIENT_ERROR)/m),
    headline: 'a setting is wrong',
    sentence: (job) => `Batch says that a setting is wrong: ${ended(withoutCode(job.statusReason ?? ''))}`,
    nextStep: 'Mend what the reason names.',
  },
  {
    key: 'undetermined',
    fits: has(/^UNDETERMINED/m),
    headline: 'blocked, Batch can’t say why',
    sentence: () => 'It is blocked, and Batch can’t tell why.',
    nextStep: 'Look at its compute environment’s instances and events.',
  },
  {
    key: 'startFailed',
    fits: has(
      /Task failed to start|CannotStartContainer|CannotCreateContainer|ResourceInitialization|CreateContainerError|OCI runtime|ContainerRuntimeError/i,
    ),
    headline: 'the container could not start',
    sentence: (job) =>
      `The container could not start${/executable file not found/i.test(job.containerReason ?? '') ? ': its command is not in the image' : ''}.`,
    nextStep: 'The container’s own reason names the part at fault: command, volume, secret or runtime.',
  },
  {
    key: 'terminated',
    fits: (job) => job.terminated === true || job.cancelled === true,
    ...STOPPED,
  },
  {
    key: 'commandNotFound',
    fits: (job) => job.exitCode === 127 || job.exitCode === 126,
    headline: (job) => (job.exitCode === 127 ? 'command not found (127)' : 'command can’t be run (126)'),
    sentence: (job) => `Its command could not be run, exit ${job.exitCode}: ${exitMeaning(job.exitCode ?? 0)}.`,
    nextStep: 'Check the command’s spelling, its path in the image and that it may be executed.',
  },
  {
    key: 'killed',
    fits: (job) => job.exitCode === 137,
    headline: 'killed (137)',
    sentence: () =>
      'Killed by SIGKILL, exit 137: most often memory that ran out without Docker noticing, or a stop that took too long.',
    nextStep: 'Look at the end of its log and its memory; more memory is the first thing to try.',
  },
  {
    key: 'commandFailed',
    fits: (job) => job.exitCode !== undefined && job.exitCode !== 0,
    headline: (job) => `exit ${job.exitCode}`,
    sentence: (job) => `Its command ended with exit code ${job.exitCode}: ${exitMeaning(job.exitCode ?? 0)}.`,
    nextStep: 'The end of its log tells more.',
  },
];

/** All that Batch says of any container that ended. */
const UNTELLING = /^(?:Essential container in task exited)?$/;

/** As much of somebody else's words as a headline holds. */
const brief = (words: string): string => {
  const characters = [...words.replace(/\s+/g, ' ').replace(/[.\s]+$/, '')];
  return characters.length <= 50 ? characters.join('') : `${characters.slice(0, 49).join('').trimEnd()}…`;
};

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
  const row = ROWS.find(({ fits }) => fits(job, both));
  if (row !== undefined) {
    const { key, headline, sentence, nextStep } = row;
    return {
      key,
      headline: typeof headline === 'string' ? headline : headline(job),
      sentence: sentence(job),
      nextStep,
    };
  }
  if (job.status !== 'FAILED') return undefined;
  const told = both.replace('\n', ' / ');
  return {
    key: 'unknown',
    headline: UNTELLING.test(both) ? 'no cause given' : brief(told),
    sentence: both === '' ? 'It failed, and AWS gave no reason.' : `It failed. AWS says: ${ended(told)}`,
    nextStep: 'The end of its log may tell more.',
  };
}
