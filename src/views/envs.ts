/** Compute environments: whether they can start jobs, on what, how much of it, and for which queues. */
import { environmentHealth } from '../jobs/capacity';
import { bold, button, context, dotted, escaped, linkButton, type Message, section } from './kit';
import { batchLink } from './links';
import { foot, menu, type Page, type Shown } from './pages';
import { ailment, healthSign, type QueueEnvironment } from './queues';
import { count, number, some } from './words';

export interface EnvironmentRow extends QueueEnvironment {
  arn: string | undefined;
  isManaged: boolean;
  /** The EKS cluster and namespace that it starts pods in; absent on ECS. */
  eks: { cluster: string; namespace: string } | undefined;
  /** Where its EC2 instances are registered; of one on EKS it has none. */
  ecsClusterArn: string | undefined;
  allocationStrategy: string | undefined;
  minvCpus: number | undefined;
  /** Percent of the on-demand price that is bid at most. */
  bidPercentage: number | undefined;
  instanceTypes: readonly string[];
  subnets: readonly string[];
  securityGroups: readonly string[];
  /** What becomes of running jobs when the environment is updated. */
  updatePolicy: { endsJobs: boolean; minutes: number | undefined } | undefined;
  /** In which it stands at `order`, 1 being tried first. */
  queues: { name: string; order: number }[];
  /** Roles, AMI, launch template and the like, as name and value. */
  settings: readonly (readonly [string, string])[];
  tags: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, string>> = {
  EC2: 'on demand',
  SPOT: 'Spot',
  FARGATE: 'Fargate',
  FARGATE_SPOT: 'Fargate Spot',
};

/** `Spot`, `on demand`, `Fargate`; AWS's own word for what came later. */
export const typeWord = (type: string | undefined): string =>
  type === undefined ? 'not managed by Batch' : (TYPES[type] ?? type);

export const kindWord = (row: Pick<EnvironmentRow, 'type' | 'eks'>): string =>
  `${typeWord(row.type)}${row.eks === undefined ? '' : ' on EKS'}`;

export const isFull = ({ desiredvCpus, maxvCpus }: QueueEnvironment): boolean =>
  maxvCpus !== undefined && maxvCpus > 0 && (desiredvCpus ?? 0) >= maxvCpus;

function vcpuWords(row: EnvironmentRow): string | undefined {
  if (row.maxvCpus === undefined) return undefined;
  const least = row.minvCpus === undefined || row.minvCpus === 0 ? '' : `, never fewer than ${number(row.minvCpus)}`;
  if (row.desiredvCpus === undefined) return `at most ${number(row.maxvCpus)} vCPU${least}`;
  const full = isFull(row) ? ', at its maximum' : '';
  return `${number(row.desiredvCpus)} of ${number(row.maxvCpus)} vCPU rented${least}${full}`;
}

function updateWords({ updatePolicy }: EnvironmentRow): string | undefined {
  if (updatePolicy === undefined) return undefined;
  if (updatePolicy.endsJobs) return 'an update ends its jobs';
  return updatePolicy.minutes === undefined
    ? 'an update lets its jobs go on'
    : `an update lets its jobs go on for ${updatePolicy.minutes} min`;
}

const queueWords = ({ queues }: EnvironmentRow, most: number): string =>
  queues.length === 0
    ? 'used by no queue'
    : `for ${escaped(
        some(
          queues.map(({ name, order }) => (order > 1 ? `${name} (choice ${order})` : name)),
          most,
        ),
      )}`;

function lines(row: EnvironmentRow, mostQueues: number): string {
  const health = environmentHealth(row);
  const head = [`${healthSign(health)}\u00a0${bold(row.name)}`, health.word, kindWord(row)];
  const types = row.instanceTypes.length === 0 ? [] : [escaped(some(row.instanceTypes, 8))];
  const vcpus = vcpuWords(row);
  const place = [
    ...(row.subnets.length === 0 ? [] : [count(row.subnets.length, 'subnet')]),
    ...(row.bidPercentage === undefined ? [] : [`bids ${row.bidPercentage}% of the on-demand price`]),
    ...[updateWords(row)].filter((word) => word !== undefined),
  ];
  return [
    dotted(head),
    ...ailment(health),
    dotted([...(vcpus === undefined ? [] : [vcpus]), ...types]),
    dotted([queueWords(row, mostQueues), ...place]),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

export interface EnvironmentsProps extends Shown {
  page: Page<EnvironmentRow>;
  all: readonly EnvironmentRow[];
  region: string;
}

export function environments(props: EnvironmentsProps): Message {
  const { all, page, region } = props;
  const ill = all.filter((row) => environmentHealth(row).kind !== 'well').length;
  const rented = all.reduce((sum, { desiredvCpus }) => sum + (desiredvCpus ?? 0), 0);
  const most = all.reduce((sum, { maxvCpus }) => sum + (maxvCpus ?? 0), 0);
  const title = `${count(all.length, 'compute environment')}, ${number(rented)} of ${number(most)} vCPU rented${ill > 0 ? `, ${ill} not healthy` : ''}`;
  return {
    text: `${title}.`,
    blocks: [
      section(dotted([`*${title}*`, 'unhealthy and fullest first'])),
      ...page.items.map((row) =>
        section(
          lines(row, 5),
          menu([
            { label: 'Environment', command: `envs ${row.name}` },
            { label: 'Queues', command: `queues env:${row.name}` },
            ...(row.ecsClusterArn === undefined ? [] : [{ label: 'Instances', command: `instances env:${row.name}` }]),
            ...(row.arn === undefined ? [] : [{ label: 'Open in AWS', command: '-', url: batchLink(row.arn, region) }]),
          ]),
        ),
      ),
      ...foot(props, {
        page,
        controls: [
          ...(ill > 0 && ill < all.length ? [button({ label: 'Unhealthy', command: 'envs state:unhealthy' })] : []),
          button({ label: 'Queues', command: 'queues' }),
          button({ label: 'Instances', command: 'instances' }),
        ],
      }),
    ],
  };
}

/** Queues of an environment that a button's search can name. */
const MOST_SEARCHED = 10;

export function environmentCard(props: Shown & { row: EnvironmentRow; region: string }): Message {
  const { row, region } = props;
  const settings = [
    ...(row.eks === undefined
      ? []
      : ([
          ['EKS cluster', row.eks.cluster],
          ['namespace', row.eks.namespace],
        ] as const)),
    ...(row.allocationStrategy === undefined ? [] : ([['chooses instances by', row.allocationStrategy]] as const)),
    ...(row.subnets.length === 0 ? [] : ([['subnets', some(row.subnets, 12)]] as const)),
    ...(row.securityGroups.length === 0 ? [] : ([['security groups', some(row.securityGroups, 12)]] as const)),
    ...row.settings,
  ];
  const tags = Object.entries(row.tags).map(([key, value]) => escaped(`${key}=${value}`));
  const names = row.queues.slice(0, MOST_SEARCHED).map(({ name }) => name);
  return {
    text: `Compute environment ${row.name} is ${environmentHealth(row).word}.`,
    blocks: [
      section(lines(row, 20)),
      ...(settings.length === 0
        ? []
        : [section(settings.map(([name, value]) => `${name}: ${escaped(value)}`).join('\n'))]),
      ...(tags.length === 0 ? [] : [context(dotted(tags))]),
      ...foot(props, {
        controls: [
          button({ label: 'Queues', command: `queues env:${row.name}`, says: 'The queues that use it' }),
          ...(row.ecsClusterArn === undefined
            ? []
            : [button({ label: 'Instances', command: `instances env:${row.name}` })]),
          ...(names.length === 0
            ? []
            : [
                button({
                  label: 'Jobs',
                  command: `search queue:${names.join(',')} status:active`,
                  says: 'Jobs of its queues',
                }),
              ]),
          ...(row.arn === undefined ? [] : [linkButton('Open in AWS', batchLink(row.arn, region))]),
        ],
      }),
    ],
  };
}
