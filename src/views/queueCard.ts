/** One job queue: health, depth, capacity, its environments in order, and the front of its line. */
import { environmentHealth } from '../jobs/capacity';
import { isFull, typeWord } from './envs';
import { actions, bold, button, code, context, dotted, escaped, linkButton, type Message, section } from './kit';
import { batchLink } from './links';
import { foot, type Shown } from './pages';
import {
  ailment,
  depthWords,
  healthOf,
  healthSign,
  nameOfPolicy,
  type QueueEnvironment,
  type QueueRow,
  type QueueUse,
  vcpuWords,
  waitingIn,
} from './queues';
import { duration } from './time';
import { count, number } from './words';

/** How a queue shares its capacity between share identifiers. */
export interface FairShare {
  shareDecaySeconds: number | undefined;
  /** Percent of the maximum that is kept for shares that are not active. */
  computeReservation: number | undefined;
  /** A lower weight gets more. */
  shares: { identifier: string; weight: number }[];
}

export interface FrontJob {
  id: string;
  name: string;
  /** Since when it stands at its place (ms), or was created where that is not known. */
  since: number | undefined;
}

export interface QueueCardProps extends Shown {
  queue: QueueRow;
  use: QueueUse & { succeededToday: number };
  /** The first RUNNABLE jobs in the order of their turn; absent where AWS did not tell. */
  front: { jobs: readonly FrontJob[]; more: number } | undefined;
  fairShare: FairShare | undefined;
  notes: readonly string[];
  /** Whether who asks may enable, disable and clear it. */
  maySwitch: boolean;
  /** Whether there is a verb that tells why a job waits. */
  hasWhy: boolean;
  now: number;
  region: string;
}

function environmentLine(environment: QueueEnvironment, index: number): string {
  const health = environmentHealth(environment);
  const vcpus =
    environment.maxvCpus === undefined
      ? undefined
      : environment.desiredvCpus === undefined
        ? `at most ${number(environment.maxvCpus)} vCPU`
        : `${number(environment.desiredvCpus)} of ${number(environment.maxvCpus)} vCPU rented`;
  const facts = [
    `${index + 1}. ${healthSign(health)}\u00a0${escaped(environment.name)}`,
    ...(health.kind === 'well' ? [] : [health.word]),
    typeWord(environment.type),
    ...(vcpus === undefined ? [] : [vcpus]),
    ...(isFull(environment) ? ['at its maximum'] : []),
  ];
  return [dotted(facts), ...ailment(health)].join('\n');
}

function policyWords(queue: QueueRow, fairShare: FairShare | undefined): string {
  if (queue.schedulingPolicyArn === undefined) return 'first come, first served';
  const facts = [
    `shares by policy ${escaped(nameOfPolicy(queue.schedulingPolicyArn))}`,
    ...(fairShare?.shareDecaySeconds ? [`use is forgotten after ${duration(fairShare.shareDecaySeconds * 1000)}`] : []),
    ...(fairShare?.computeReservation ? [`${fairShare.computeReservation}% kept for idle shares`] : []),
    ...(fairShare?.shares.length
      ? [`weights ${escaped(fairShare.shares.map(({ identifier, weight }) => `${identifier} ${weight}`).join(', '))}`]
      : []),
  ];
  return dotted(facts);
}

function frontLines({ front, now, queue }: QueueCardProps): string[] {
  if (front === undefined || front.jobs.length === 0) {
    const oldest = queue.oldestWaiting;
    return oldest === undefined
      ? []
      : [`*Waits longest*\n${escaped(oldest.name)} for ${duration(now - oldest.createdAt)}  ·  ${code(oldest.id)}`];
  }
  const lines = front.jobs.map(({ id, name, since }, index) => {
    const waited = since === undefined ? '' : `  ·  waits ${duration(now - since)}`;
    return `${index + 1}. ${escaped(name)}${waited}  ·  ${code(id)}`;
  });
  const more = front.more > 0 ? [`and ${number(front.more)} more behind`] : [];
  return [['*Next in line*', ...lines, ...more].join('\n')];
}

/** After a preview each; what ends things comes last, and red. */
function switches(queue: QueueRow) {
  const isOn = queue.state === 'ENABLED';
  return [
    button({
      label: isOn ? 'Disable…' : 'Enable…',
      command: `queue ${isOn ? 'disable' : 'enable'} ${queue.name}`,
      says: `${isOn ? 'Disable' : 'Enable'} queue ${queue.name}, after a preview`,
    }),
    ...(waitingIn(queue) === 0
      ? []
      : [
          button({
            label: 'Clear…',
            command: `queue clear ${queue.name}`,
            style: 'danger',
            says: `Cancel what waits in queue ${queue.name}, after a preview`,
          }),
        ]),
  ];
}

export function queueCard(props: QueueCardProps): Message {
  const { queue, use, region } = props;
  const health = healthOf(queue);
  const first = props.front?.jobs[0]?.id ?? queue.blocked?.jobId ?? queue.oldestWaiting?.id;
  const ended = [
    ...(use.succeededToday === 0 ? [] : [`${number(use.succeededToday)} succeeded`]),
    ...(use.failedToday === 0 ? [] : [`${number(use.failedToday)} failed`]),
  ].join(', ');
  const work = [depthWords(queue), ...(ended === '' ? [] : [`${ended} in 24 h`])];
  const vcpus = vcpuWords(queue, use.runningvCpus);
  const facts = [
    ...queue.timeLimits.map(
      ({ reason, seconds }) => `jobs blocked by ${reason} are cancelled after ${duration(seconds * 1000)}`,
    ),
    ...Object.entries(queue.tags).map(([key, value]) => `${key}=${value}`),
  ];
  const head = dotted([`${healthSign(health)}\u00a0${bold(queue.name)}`, health.word, `priority ${queue.priority}`]);
  return {
    text: `Queue ${queue.name} is ${health.word}: ${depthWords(queue)}.`,
    blocks: [
      section([head, ...ailment(health)].join('\n')),
      section([dotted(work), ...(vcpus === undefined ? [] : [vcpus]), policyWords(queue, props.fairShare)].join('\n')),
      ...(queue.environments.length === 0
        ? []
        : [
            section(
              [
                `*${count(queue.environments.length, 'environment')}, in order*`,
                ...queue.environments.map(environmentLine),
              ].join('\n'),
            ),
          ]),
      ...frontLines(props).map((lines) => section(lines)),
      ...(facts.length === 0 ? [] : [context(dotted(facts.map(escaped)))]),
      ...(props.sharedBy !== undefined || first === undefined
        ? []
        : [
            actions(
              ...(props.hasWhy ? [button({ label: 'Why does the first wait?', command: `why ${first}` })] : []),
              button({ label: 'First job', command: `job ${first}` }),
            ),
          ]),
      ...foot(props, {
        notes: props.notes,
        controls: [
          button({
            label: 'Jobs',
            command: `search queue:${queue.name} status:active`,
            says: 'Jobs that have not ended',
          }),
          ...(waitingIn(queue) === 0 && first === undefined
            ? []
            : [
                button({
                  label: 'Waiting',
                  command: `search queue:${queue.name} status:runnable,pending,submitted sort:oldest`,
                }),
              ]),
          ...(use.failedToday === 0
            ? []
            : [button({ label: 'Failed today', command: `search queue:${queue.name} status:failed since:24h` })]),
          button({ label: 'Envs', command: `envs queue:${queue.name}`, says: 'Its compute environments' }),
          button({ label: 'Instances', command: `instances queue:${queue.name}` }),
          ...(props.maySwitch ? switches(queue) : []),
          ...(queue.arn === undefined ? [] : [linkButton('Open in AWS', batchLink(queue.arn, region))]),
        ],
      }),
    ],
  };
}
