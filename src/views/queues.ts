/** Job queues in a list: whether they take work, what runs and waits in each, and what they run on. */
import { environmentHealth, type Health, queueHealth } from '../jobs/capacity';
import type { BatchStatus } from '../jobs/job';
import { bold, button, dotted, escaped, type Message, section } from './kit';
import { batchLink } from './links';
import { foot, menu, type Page, type Shown } from './pages';
import { duration } from './time';
import { count, number } from './words';

export interface QueueEnvironment {
  name: string;
  state: string | undefined;
  status: string | undefined;
  statusReason: string | undefined;
  /** EC2, SPOT, FARGATE, FARGATE_SPOT; absent where Batch does not manage it, and on EKS. */
  type: string | undefined;
  desiredvCpus: number | undefined;
  maxvCpus: number | undefined;
}

export interface QueueRow {
  name: string;
  arn: string | undefined;
  /** ENABLED or DISABLED. */
  state: string | undefined;
  /** VALID, INVALID, UPDATING… */
  status: string | undefined;
  statusReason: string | undefined;
  priority: number;
  /** The ARN of its scheduling policy; without one, jobs are served first come, first served. */
  schedulingPolicyArn: string | undefined;
  /** What happens to jobs that wait too long for this reason, in AWS's words. */
  timeLimits: { reason: string; seconds: number }[];
  tags: Readonly<Record<string, string>>;
  /** Active jobs by status, an array's children counted one by one. */
  depth: Partial<Record<BatchStatus, number>>;
  /** The RUNNABLE job that waits longest; `createdAt` in ms. */
  oldestWaiting: { id: string; name: string; createdAt: number } | undefined;
  /** Why a waiting job can't be placed, where Batch has said so. */
  blocked: { headline: string; nextStep: string; jobId: string } | undefined;
  /** In the order in which Batch tries them. */
  environments: QueueEnvironment[];
}

/** What is asked for the queues on a page alone. */
export interface QueueUse {
  /** vCPUs that its started jobs hold; absent where AWS does not tell. */
  runningvCpus: number | undefined;
  failedToday: number;
}

export const healthOf = (queue: QueueRow): Health => queueHealth(queue);

const SIGNS = { well: '✔', ill: '✖', off: '◌', changing: '◔' } as const;
export const healthSign = ({ kind }: Health): string => SIGNS[kind];

const WAITING = ['SUBMITTED', 'PENDING', 'RUNNABLE'] as const;
export const waitingIn = ({ depth }: QueueRow): number =>
  WAITING.reduce((sum, status) => sum + (depth[status] ?? 0), 0);
export const jobsIn = ({ depth }: QueueRow): number => Object.values(depth).reduce((sum, n) => sum + n, 0);

/** `12 running, 3 starting, 35 runnable, 5 pending`; without what is not there. */
export function depthWords({ depth }: QueueRow): string {
  const order = ['RUNNING', 'STARTING', 'RUNNABLE', 'PENDING', 'SUBMITTED'] as const;
  const parts = order.flatMap((status) =>
    (depth[status] ?? 0) === 0 ? [] : [`${number(depth[status] ?? 0)} ${status.toLowerCase()}`],
  );
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}

const sum = (numbers: readonly (number | undefined)[]): number | undefined => {
  const known = numbers.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
};

/** `96 of at most 512 vCPU in use, 128 rented`: of all its environments together. */
export function vcpuWords(queue: QueueRow, running: number | undefined): string | undefined {
  const most = sum(queue.environments.map(({ maxvCpus }) => maxvCpus));
  const rented = sum(queue.environments.map(({ desiredvCpus }) => desiredvCpus));
  if (most === undefined) return running === undefined ? undefined : `${number(running)} vCPU in use`;
  if (running === undefined)
    return rented === undefined ? `at most ${number(most)} vCPU` : `${number(rented)} of ${number(most)} vCPU rented`;
  return `${number(running)} of ${number(most)} vCPU in use${rented === undefined ? '' : `, ${number(rented)} rented`}`;
}

function environmentWords(environment: QueueEnvironment): string {
  const health = environmentHealth(environment);
  return `${escaped(environment.name)}${health.kind === 'well' ? '' : ` (${healthSign(health)} ${health.word})`}`;
}

/** What is wrong and what helps, in lines; nothing for what is well. */
export function ailment({ kind, reason, nextStep }: Health): string[] {
  if (kind === 'well') return [];
  return [reason, nextStep].filter((line) => line !== undefined).map(escaped);
}

export interface QueuesProps extends Shown {
  page: Page<QueueRow>;
  uses: ReadonlyMap<string, QueueUse>;
  all: readonly QueueRow[];
  /** How they are sorted, in words. */
  order: string;
  notes: readonly string[];
  now: number;
  region: string;
}

export const nameOfPolicy = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function queueLines(queue: QueueRow, props: QueuesProps): string {
  const use = props.uses.get(queue.name);
  const health = healthOf(queue);
  const head = [
    `${healthSign(health)}\u00a0${bold(queue.name)}`,
    health.word,
    `priority ${queue.priority}`,
    ...(queue.schedulingPolicyArn === undefined
      ? []
      : [`by policy ${escaped(nameOfPolicy(queue.schedulingPolicyArn))}`]),
  ];
  const work = [
    depthWords(queue),
    ...(queue.oldestWaiting === undefined
      ? []
      : [`oldest waits ${duration(props.now - queue.oldestWaiting.createdAt)}`]),
    ...(use === undefined || use.failedToday === 0 ? [] : [`${count(use.failedToday, 'job')} failed in 24 h`]),
  ];
  const vcpus = vcpuWords(queue, use?.runningvCpus);
  const on = [...(vcpus === undefined ? [] : [vcpus]), queue.environments.map(environmentWords).join(', ')].filter(
    (part) => part !== '',
  );
  const isIdle = jobsIn(queue) === 0 && work.length === 1;
  const rest = isIdle ? [dotted([...work, ...on])] : [dotted(work), dotted(on)];
  return [dotted(head), ...ailment(health), ...rest].filter((line) => line !== '').join('\n');
}

export function queues(props: QueuesProps): Message {
  const { all, page, order, region } = props;
  const ill = all.filter((queue) => healthOf(queue).kind !== 'well').length;
  const [running, waiting] = [
    all.reduce((total, { depth }) => total + (depth.RUNNING ?? 0), 0),
    all.reduce((total, queue) => total + waitingIn(queue), 0),
  ];
  const title = `${count(all.length, 'queue')}, ${count(running, 'job')} running, ${number(waiting)} waiting${ill > 0 ? `, ${ill} not healthy` : ''}`;
  return {
    text: `${title}.`,
    blocks: [
      section(dotted([`*${title}*`, order])),
      ...page.items.map((queue) =>
        section(
          queueLines(queue, props),
          menu([
            { label: 'Queue', command: `queues ${queue.name}` },
            { label: 'Jobs', command: `search queue:${queue.name} status:active` },
            { label: 'Failed today', command: `search queue:${queue.name} status:failed since:24h` },
            { label: 'Envs', command: `envs queue:${queue.name}` },
            ...(queue.arn === undefined
              ? []
              : [{ label: 'Open in AWS', command: '-', url: batchLink(queue.arn, region) }]),
          ]),
        ),
      ),
      ...foot(props, {
        page,
        notes: props.notes,
        controls: [
          ...(ill > 0 ? [button({ label: 'Unhealthy', command: 'queues state:unhealthy' })] : []),
          button({ label: 'Envs', command: 'envs', says: 'Compute environments' }),
        ],
      }),
    ],
  };
}
