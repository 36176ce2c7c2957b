/** The EC2 instances that compute environments have registered: how full each is, how old, and whether it is well. */
import { bold, button, code, dotted, escaped, linkButton, type Message, section } from './kit';
import { instanceLink } from './links';
import { foot, menu, type Page, type Shown } from './pages';
import { duration } from './time';
import { count, memory, number, some } from './words';

export interface InstanceRow {
  /** `i-…`, or the container instance's own id where ECS does not tell that. */
  id: string;
  isOnEc2: boolean;
  containerInstanceArn: string;
  environment: string;
  queues: readonly string[];
  /** The vCPUs that its environment keeps even with nothing to do. */
  minvCpus: number;
  /** `m5.2xlarge`. */
  type: string | undefined;
  zone: string | undefined;
  /** Absent where EC2 did not tell. */
  isSpot: boolean | undefined;
  /** ms; when EC2 launched it, or ECS registered it. */
  since: number | undefined;
  /** ACTIVE, DRAINING, REGISTERING… */
  status: string;
  statusReason: string | undefined;
  isConnected: boolean;
  /** What EC2 calls its state; `gone` where EC2 knows it no more, absent where EC2 was not asked or did not answer. */
  ec2State: string | undefined;
  /** Tasks that run or start: on a Batch host, one a job or a node. */
  tasks: number;
  vcpus: { free: number; all: number } | undefined;
  memoryMiB: { free: number; all: number } | undefined;
  gpus: { free: number; all: number } | undefined;
  /** AMI, addresses, architecture and the like, as name and value. */
  details: readonly (readonly [string, string])[];
}

/** Batch ends an instance that has had nothing to do for some minutes; one that stays longer is worth a look. */
export const IDLE_MS = 15 * 60_000;

export interface InstanceHealth {
  kind: 'well' | 'idle' | 'draining' | 'ended' | 'lost';
  word: string;
  nextStep?: string;
}

const ENDED = new Set(['shutting-down', 'terminated', 'stopping', 'stopped', 'gone']);

export function instanceHealth(row: InstanceRow, now: number): InstanceHealth {
  if (row.ec2State !== undefined && ENDED.has(row.ec2State))
    return {
      kind: 'ended',
      word: row.ec2State === 'gone' ? 'gone from EC2' : `${row.ec2State} in EC2`,
      // "Stopped container instances or instances with disconnected agents aren't automatically deregistered when
      // terminated": https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
      nextStep:
        'EC2 has ended it, and what ran on it has failed. ECS strikes it off by itself, unless its agent was out of touch before: then deregister it by hand.',
    };
  if (!row.isConnected)
    return {
      kind: 'lost',
      word: 'agent not connected',
      nextStep:
        'Its ECS agent is out of touch, and what runs on it may be lost. If it stays so, look at the instance in EC2, and terminate it: Batch starts another where one is needed.',
    };
  if (row.status === 'DRAINING')
    return {
      kind: 'draining',
      word: 'draining',
      nextStep: 'It takes no new jobs, as before a Spot reclaim or an update; those it has go on.',
    };
  if (row.status !== 'ACTIVE') return { kind: 'draining', word: row.status.toLowerCase() };
  const isOld = row.since !== undefined && now - row.since > IDLE_MS;
  if (row.tasks > 0 || !isOld) return { kind: 'well', word: row.tasks > 0 ? 'working' : 'ready' };
  return {
    kind: 'idle',
    word: 'idle',
    ...(row.minvCpus > 0
      ? { nextStep: `Its environment keeps ${number(row.minvCpus)} vCPUs even with nothing to do (minvCpus).` }
      : {}),
  };
}

const SIGNS = { well: '▶', idle: '◌', draining: '◔', ended: '✖', lost: '✖' } as const;

const free = (
  of: { free: number; all: number } | undefined,
  told: (value: number) => string,
  unit: string,
): string[] => (of === undefined ? [] : [`${told(of.free)} of ${told(of.all)}${unit} free`]);

const whole = (value: number): string => number(Math.round(value * 10) / 10);

function lines(row: InstanceRow, now: number): string {
  const health = instanceHealth(row, now);
  const head = [
    `${SIGNS[health.kind]}\u00a0${bold(row.type ?? 'instance')}`,
    health.word,
    ...(row.isSpot === undefined ? [] : [row.isSpot ? 'Spot' : 'on demand']),
    ...(row.zone === undefined ? [] : [row.zone]),
    ...(row.since === undefined ? [] : [`up ${duration(now - row.since)}`]),
    code(row.id),
  ];
  const load = [
    row.tasks === 0 ? 'no jobs' : count(row.tasks, 'job'),
    ...free(row.vcpus, whole, ' vCPU'),
    ...free(row.memoryMiB, memory, ''),
    ...free(row.gpus, whole, ' GPU'),
    escaped(row.environment),
  ];
  return [
    dotted(head),
    dotted(load),
    ...(health.nextStep === undefined ? [] : [health.nextStep]),
    ...(row.statusReason === undefined ? [] : [escaped(row.statusReason)]),
  ].join('\n');
}

export interface InstancesProps extends Shown {
  page: Page<InstanceRow>;
  all: readonly InstanceRow[];
  /** Of those that were asked. */
  environments: number;
  notes: readonly string[];
  now: number;
  region: string;
}

/** `12 instances in 3 environments, 10 Spot, 41 jobs, 96 of 320 vCPU taken`. */
function titleOf({ all, now }: InstancesProps): string {
  const spot = all.filter(({ isSpot }) => isSpot).length;
  const jobs = all.reduce((sum, { tasks }) => sum + tasks, 0);
  const vcpus = all.reduce((sum, row) => sum + (row.vcpus?.all ?? 0), 0);
  const taken = vcpus - all.reduce((sum, row) => sum + (row.vcpus?.free ?? 0), 0);
  const ill = all.filter((row) => ['lost', 'ended', 'idle'].includes(instanceHealth(row, now).kind)).length;
  const environments = new Set(all.map(({ environment }) => environment)).size;
  return [
    `${count(all.length, 'instance')} in ${count(environments, 'environment')}`,
    ...(spot === 0 ? [] : [`${number(spot)} Spot`]),
    count(jobs, 'job'),
    `${whole(taken)} of ${whole(vcpus)} vCPU taken`,
    ...(ill === 0 ? [] : [`${number(ill)} idle, ended or out of touch`]),
  ].join(', ');
}

export function instances(props: InstancesProps): Message {
  const { page, now, region } = props;
  const title = titleOf(props);
  return {
    text: `${title}.`,
    blocks: [
      section(dotted([`*${title}*`, 'troubled first'])),
      ...page.items.map((row) =>
        section(
          lines(row, now),
          menu([
            { label: 'Instance', command: `instances ${row.id}` },
            { label: 'Environment', command: `envs ${row.environment}` },
            ...(row.isOnEc2 ? [{ label: 'Open in AWS', command: '-', url: instanceLink(row.id, region) }] : []),
          ]),
        ),
      ),
      ...foot(props, { page, notes: props.notes, controls: [button({ label: 'Envs', command: 'envs' })] }),
    ],
  };
}

/** Nothing runs on EC2, which is no error. */
export function noInstances(props: Shown & { environments: number; notes: readonly string[] }): Message {
  const text =
    props.environments === 0
      ? 'No compute environment here runs on EC2 instances: Fargate and EKS have none of Batch’s.'
      : `No instances just now: ${props.environments === 1 ? 'the compute environment on EC2 has' : `the ${number(props.environments)} compute environments on EC2 have`} none running.`;
  return {
    text,
    blocks: [
      section(text),
      ...foot(props, {
        notes: props.notes,
        controls: [button({ label: 'Envs', command: 'envs' }), button({ label: 'Queues', command: 'queues' })],
      }),
    ],
  };
}

export interface InstanceCardProps extends Shown {
  row: InstanceRow;
  /** Of the jobs in history those that run there; fewer than its tasks where one has only just started. */
  jobs: readonly { id: string; name: string }[];
  notes: readonly string[];
  now: number;
  region: string;
}

const MOST_JOBS = 20;

export function instanceCard(props: InstanceCardProps): Message {
  const { row, jobs, now, region } = props;
  const shown = jobs.slice(0, MOST_JOBS).map(({ id, name }) => `${escaped(name)}  ·  ${code(id)}`);
  const rest = jobs.length - shown.length;
  return {
    text: `Instance ${row.id}, ${row.type ?? 'of unknown type'}, is ${instanceHealth(row, now).word} with ${count(row.tasks, 'job')}.`,
    blocks: [
      section(lines(row, now)),
      ...(row.details.length === 0
        ? []
        : [section(row.details.map(([name, value]) => `${name}: ${escaped(value)}`).join('\n'))]),
      ...(shown.length === 0
        ? []
        : [section(['*Jobs on it*', ...shown, ...(rest > 0 ? [`and ${number(rest)} more`] : [])].join('\n'))]),
      ...foot(props, {
        notes: [...(row.queues.length === 0 ? [] : [`for ${escaped(some(row.queues, 5))}`]), ...props.notes],
        controls: [
          ...(jobs[0] === undefined ? [] : [button({ label: 'First job', command: `job ${jobs[0].id}` })]),
          button({ label: 'Environment', command: `envs ${row.environment}` }),
          button({ label: 'Instances', command: `instances env:${row.environment}`, says: 'All of its environment' }),
          ...(row.isOnEc2 ? [linkButton('Open in AWS', instanceLink(row.id, region))] : []),
        ],
      }),
    ],
  };
}
