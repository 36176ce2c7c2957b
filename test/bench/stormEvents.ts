/** A storm of failures: what EventBridge tells of them, every event twice in any order, and what the cards then say. */
import type { LocalSlack, Message } from '../../src/local/slack/server';
import { stateChange } from '../notices/stateChange';

/** What Batch says of twelve different failures. */
const CAUSES: readonly { statusReason: string; exitCode?: number; containerReason?: string }[] = [
  {
    statusReason: 'Essential container in task exited',
    exitCode: 137,
    containerReason: 'OutOfMemoryError: Container killed due to memory usage',
  },
  { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137 },
  { statusReason: 'Host EC2 (instance i-04b17daec78ef4a0b) terminated.' },
  { statusReason: 'Your Spot Task was interrupted.', exitCode: 137 },
  { statusReason: 'Essential container in task exited', exitCode: 1 },
  { statusReason: 'Essential container in task exited', exitCode: 2 },
  { statusReason: 'Essential container in task exited', exitCode: 127 },
  { statusReason: 'Essential container in task exited', exitCode: 139 },
  { statusReason: 'Essential container in task exited', exitCode: 143 },
  {
    statusReason: 'Task failed to start',
    containerReason: 'CannotPullContainerError: ref pull has been retried 1 time(s)',
  },
  { statusReason: 'Task failed to start', containerReason: 'DockerTimeoutError: Could not transition to started' },
  { statusReason: 'Timeout waiting for network interface provisioning to complete.' },
];
const QUEUES = ['genomics', 'imaging', 'nightly', 'reports', 'training'];

export const STORM = { queues: QUEUES.length, causes: CAUSES.length };

/** Seeded, so that two runs are the same storm. */
function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items];
  let seed = 42;
  for (let at = mixed.length - 1; at > 0; at--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

/** Which job each event tells of, by its number: every one twice. */
export const order = (jobs: number): number[] =>
  shuffled(Array.from({ length: 2 * jobs }, (_, index) => Math.floor(index / 2)));

export const idOf = (job: number): string => `${job.toString(16).padStart(8, '0')}-0a82-49aa-ba5a-4727fcce14a8`;

/**
 * @param at when it failed, ms: the same both times
 * @param hasLog whether it names a log
 */
export function failure(job: number, at: number, hasLog = true): string {
  const { statusReason, exitCode, containerReason } = CAUSES[job % CAUSES.length] ?? { statusReason: 'failed' };
  const ran = {
    startedAt: at - 90_000,
    stoppedAt: at,
    statusReason,
    container: {
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(containerReason === undefined ? {} : { reason: containerReason }),
      ...(hasLog ? { logStreamName: 'storm/default/0123456789abcdef0123456789abcdef' } : {}),
    },
  };
  const queue = QUEUES[Math.floor(job / CAUSES.length) % QUEUES.length];
  const event = stateChange({
    id: idOf(job),
    name: `storm-${job}`,
    status: 'FAILED',
    at,
    detail: {
      jobQueue: `arn:aws:batch:us-east-1:123456789012:job-queue/${queue}`,
      attempts: [ran],
      ...ran,
    },
  });
  return JSON.stringify(event);
}

/** The cards of the alert channel. */
export const cardsOf = (slack: LocalSlack): Message[] =>
  slack.channel('batch-alerts').filter(({ thread_ts, ts }) => thread_ts === undefined || thread_ts === ts);

/** `2,041 jobs` on a card; a card of one job counts none. */
export const countOn = (plain: string): number =>
  Number((/([\d,]+) jobs?\b/.exec(plain)?.[1] ?? '1').replace(/,/g, ''));

export const counted = (slack: LocalSlack): number =>
  cardsOf(slack).reduce((sum, { plain }) => sum + countOn(plain), 0);
