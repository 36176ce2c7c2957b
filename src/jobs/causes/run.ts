/** Causes while the command ran: memory, time, the host under it, and what the exit code alone tells. */
import { exitMeaning } from '../exitCodes';
import {
  type Explained,
  exitWords,
  gib,
  has,
  instanceIn,
  type Row,
  retriesOn,
  retryAsItIs,
  retryPatiently,
  retryWithTwiceTheMemory,
  span,
} from './row';

const LONGEST_TIMEOUT_FACTOR = 2;

export const RUN: readonly Row[] = [
  {
    // The file of observed reasons: "Container killed…" and "container killed…"; EKS's kubelet says OOMKilled.
    key: 'outOfMemory',
    example: {
      statusReason: 'Essential container in task exited',
      containerReason: 'OutOfMemoryError: Container killed due to memory usage',
      exitCode: 137,
      memoryMiB: 8192,
    },
    fits: has(/OutOfMemory|OOMKilled|(?:container|process) killed due to memory|cannot allocate memory/i),
    headline: 'out of memory',
    sentence: (job) =>
      `Out of memory: killed${job.memoryMiB === undefined ? '' : ` at ${gib(job.memoryMiB)}`}${exitWords(job)}.`,
    nextStep: 'Run it again with more memory.',
    evidence: ['log'],
    remedy: retryWithTwiceTheMemory,
  },
  {
    // User guide, "Job timeouts": SIGTERM, and SIGKILL 30 s later. EKS's words are DeadlineExceeded.
    key: 'timeout',
    example: { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137, timeoutSeconds: 3600 },
    fits: has(/^Job attempt duration exceeded timeout|^DeadlineExceeded\b/im),
    headline: 'timed out',
    sentence: (job) =>
      `Timed out: it ran longer than its limit${job.timeoutSeconds === undefined ? '' : ` of ${span(job.timeoutSeconds)}`} and was killed.`,
    nextStep: 'Raise the timeout, or find out why it took so long.',
    evidence: ['log'],
    remedy: ({ timeoutSeconds }) => {
      if (timeoutSeconds === undefined) return undefined;
      const seconds = timeoutSeconds * LONGEST_TIMEOUT_FACTOR;
      return { verb: 'retry', label: `Retry with ${span(seconds)}`, words: `timeout:${seconds}` };
    },
  },
  {
    // ECS developer guide, "Fargate Spot termination notices" (stopCode SpotInterruption); nextflow-io/nextflow#5786.
    key: 'spotInterrupted',
    example: { statusReason: 'Your Spot Task was interrupted.', exitCode: 137 },
    fits: has(/Your Spot Task was interrupted/i),
    headline: 'Fargate Spot took it back',
    sentence: () => 'Fargate Spot took its place back while it ran, as Spot may at any time.',
    nextStep: retriesOn('Your Spot Task was interrupted*'),
    evidence: ['log', 'environments'],
    remedy: retryPatiently,
  },
  {
    // The file of observed reasons: terminated and stopped, with a full stop and without; user guide, "Automated job retries".
    key: 'hostTerminated',
    example: { statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.' },
    fits: has(/^Host EC2 .*(?:terminated|stopped)/im),
    headline: 'lost its host (Spot reclaim)',
    sentence: (job) =>
      `Its host ${instanceIn(job) ?? 'its instance'} went away while it ran, as Spot instances do when EC2 takes them back.`,
    nextStep: retriesOn('Host EC2*'),
    evidence: ['log', 'host', 'environments'],
    remedy: retryPatiently,
  },
];

/** Where only its log knows more. */
export const LOG_TELLS = 'The end of its log tells more.';

const crashed = (code: number): boolean => [132, 134, 135, 136, 139].includes(code);
const code = ({ exitCode = 0 }: Explained): number => exitCode;

/** What the exit code alone tells; codes above 128 are 128 and the signal (POSIX shells, and Docker). */
export const EXITS: readonly Row[] = [
  {
    // POSIX shell, "Exit Status for Commands": 126 found and not executable, 127 not found.
    key: 'commandNotFound',
    example: { statusReason: 'Essential container in task exited', exitCode: 127 },
    fits: (job) => job.exitCode === 127 || job.exitCode === 126,
    headline: (job) => (job.exitCode === 127 ? 'command not found (127)' : 'command can’t be run (126)'),
    sentence: (job) => `Its command could not be run, exit ${job.exitCode}: ${exitMeaning(code(job))}.`,
    nextStep: 'Check the command’s spelling, its path in the image and that it may be executed.',
    evidence: ['log'],
    apart: (job) => `${job.exitCode}`,
  },
  {
    // SIGKILL: the kernel's OOM killer inside the container leaves no OutOfMemoryError (Netflix/metaflow#1761).
    key: 'killed',
    example: { statusReason: 'Essential container in task exited', exitCode: 137, memoryMiB: 8192 },
    fits: (job) => job.exitCode === 137,
    headline: 'killed (137)',
    sentence: () =>
      'Killed by SIGKILL, exit 137: most often memory that ran out without Docker noticing, or a stop that took too long.',
    nextStep: 'Look at the end of its log and its memory; more memory is the first thing to try.',
    evidence: ['log', 'host'],
    remedy: retryWithTwiceTheMemory,
  },
  {
    // SIGTERM: docker stop, an ECS drain, or a Spot notice two minutes before the host goes.
    key: 'asked',
    example: { statusReason: 'Essential container in task exited', exitCode: 143 },
    fits: (job) => job.exitCode === 143,
    headline: 'asked to end (143)',
    sentence: () => 'Something asked it to end: SIGTERM, exit 143, and Batch names nobody.',
    nextStep: 'Look whether its host was drained or reclaimed, or whether its own script stops its children.',
    evidence: ['log', 'host'],
    remedy: retryAsItIs,
  },
  {
    // SIGILL 132, SIGABRT 134, SIGBUS 135, SIGFPE 136, SIGSEGV 139 (signal(7)).
    key: 'crashed',
    example: { statusReason: 'Essential container in task exited', exitCode: 139 },
    fits: (job) => job.exitCode !== undefined && crashed(job.exitCode),
    headline: (job) => `crashed (${job.exitCode})`,
    sentence: (job) => `Its command crashed, exit ${job.exitCode}: ${exitMeaning(code(job))}.`,
    nextStep:
      'A core dump or a debug build tells where; it may also be a library or a CPU that does not fit the program.',
    evidence: ['log'],
    apart: (job) => `${job.exitCode}`,
  },
  {
    // Any other code is the command's own; 1 and 2 by the shell's conventions.
    key: 'commandFailed',
    example: { statusReason: 'Essential container in task exited', exitCode: 1 },
    fits: (job) => job.exitCode !== undefined && job.exitCode !== 0,
    headline: (job) => `exit ${job.exitCode}`,
    sentence: (job) => `Its command ended with exit code ${job.exitCode}: ${exitMeaning(code(job))}.`,
    nextStep: LOG_TELLS,
    evidence: ['log'],
    apart: (job) => `${job.exitCode}`,
  },
];
