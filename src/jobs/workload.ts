/** What a job runs and asks for (image, command, resources, logs), wherever its kind of definition keeps that. */
import type { JobDetail } from './batchShapes';
import type { Job } from './job';

type Properties = Pick<JobDetail, 'container' | 'ecsProperties' | 'eksProperties'>;
type EcsContainer = NonNullable<Properties['container']>;
type Workload = {
  [K in
    | 'image'
    | 'command'
    | 'vcpus'
    | 'memoryMiB'
    | 'gpus'
    | 'environmentTimeoutSeconds'
    | 'environmentTimeoutGarbage'
    | 'logGroup'
    | 'logRegion'
    | 'logDriver']: Job[K] | undefined;
};

/**
 * Resources of several containers are added up; image and command are those of the first essential one.
 * @param timeoutVariable the environment variable that holds a timeout
 */
export function readWorkload(read: JobDetail, timeoutVariable: string): Partial<Workload> {
  const properties = read.nodeProperties ? mainNodeOf(read.nodeProperties) : read;
  const tasks = properties.ecsProperties?.taskProperties ?? [];
  const containers = tasks.flatMap((task) => task.containers ?? []);
  if (containers.length > 0) return ofContainers(containers, timeoutVariable);
  const pod = properties.eksProperties?.podProperties?.containers ?? [];
  if (pod.length > 0) return ofPod(pod, timeoutVariable);
  return properties.container ? ofContainers([properties.container], timeoutVariable) : {};
}

/** Image, command and resources of some containers of a task, or of a pod. */
export function resourcesOf({
  tasks = [],
  pod = [],
}: {
  tasks?: EcsContainers | undefined;
  pod?: PodContainer[] | undefined;
}): Partial<Pick<Workload, 'image' | 'command' | 'vcpus' | 'memoryMiB' | 'gpus'>> {
  const { image, command, vcpus, memoryMiB, gpus } = tasks.length > 0 ? ofContainers(tasks) : ofPod(pod);
  return { image, command, vcpus, memoryMiB, gpus };
}

/** The range of nodes that holds the main node, whose fate is the job's. */
function mainNodeOf({ mainNode = 0, nodeRangeProperties = [] }: NonNullable<JobDetail['nodeProperties']>): Properties {
  const range = nodeRangeProperties.find(({ targetNodes }) => {
    // AWS writes `0:3`, `4:` (to the last) and `:3` (from the first): SDK docs of NodeRangeProperty.
    const [from, to] = (targetNodes ?? '').split(':');
    return mainNode >= Number(from || 0) && mainNode <= (to ? Number(to) : Number.POSITIVE_INFINITY);
  });
  return range ?? nodeRangeProperties[0] ?? {};
}

type EcsContainers = NonNullable<
  NonNullable<NonNullable<Properties['ecsProperties']>['taskProperties']>[number]['containers']
>;

function ofContainers(containers: EcsContainers, timeoutVariable?: string): Partial<Workload> {
  // A container is essential unless it is said not to be (SDK docs of TaskContainerProperties).
  const first = containers.find((container) => container.essential !== false) ?? containers[0];
  const log = containers.find((container) => container.logConfiguration)?.logConfiguration;
  const total = (type: string, older?: 'vcpus' | 'memory') =>
    sum(
      containers.map((c) => requirement(c.resourceRequirements, type) ?? (older ? c[older] || undefined : undefined)),
    );
  return {
    image: first?.image,
    command: first?.command?.length ? first.command : undefined,
    vcpus: total('VCPU', 'vcpus'),
    memoryMiB: total('MEMORY', 'memory'),
    gpus: total('GPU'),
    ...environmentTimeout(
      containers.flatMap((container) => container.environment ?? []),
      timeoutVariable,
    ),
    logDriver: log?.logDriver,
    logGroup: log?.options?.['awslogs-group'],
    logRegion: log?.options?.['awslogs-region'],
  };
}

type PodContainer = NonNullable<
  NonNullable<NonNullable<NonNullable<Properties['eksProperties']>['podProperties']>['containers']>[number]
>;

function ofPod(containers: PodContainer[], timeoutVariable?: string): Partial<Workload> {
  const [first] = containers;
  const command = [...(first?.command ?? []), ...(first?.args ?? [])];
  const total = (resource: string) =>
    sum(containers.map(({ resources }) => quantity(resources?.limits?.[resource] ?? resources?.requests?.[resource])));
  const memoryBytes = total('memory');
  return {
    image: first?.image,
    command: command.length > 0 ? command : undefined,
    vcpus: total('cpu'),
    memoryMiB: memoryBytes === undefined ? undefined : Math.round(memoryBytes / 2 ** 20),
    gpus: total('nvidia.com/gpu'),
    ...environmentTimeout(
      containers.flatMap((container) => container.env ?? []),
      timeoutVariable,
    ),
  };
}

function requirement(list: EcsContainer['resourceRequirements'], type: string): number | undefined {
  const value = list?.find((entry) => entry.type === type)?.value.trim();
  const amount = value ? Number(value) : Number.NaN;
  return Number.isFinite(amount) ? amount : undefined;
}

const SUFFIXES: Record<string, number> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as Kubernetes writes it: `500m`, `2`, `2048Mi`. */
function quantity(text: string | undefined): number | undefined {
  const [, digits, suffix = ''] = /^\s*(\d+(?:\.\d+)?)([A-Za-z]{0,2})\s*$/.exec(text ?? '') ?? [];
  const factor = suffix === '' ? 1 : SUFFIXES[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

function sum(amounts: (number | undefined)[]): number | undefined {
  const present = amounts.filter((amount) => amount !== undefined);
  return present.length > 0 ? present.reduce((total, amount) => total + amount, 0) : undefined;
}

/** Batch's own timeout is an integer of 32 bits, 68 years (JobTimeout): beyond that is no timeout that anybody means. */
const MOST_SECONDS = 2 ** 31 - 1;
/** As much of what is no timeout as is worth showing. */
const MOST_GARBAGE = 40;

/** Zero, negative and unreadable values mean no timeout; an empty one says nothing. Of several containers the first that has one counts. */
function environmentTimeout(
  variables: { name: string; value: string }[],
  timeoutVariable: string | undefined,
): Pick<Workload, 'environmentTimeoutSeconds' | 'environmentTimeoutGarbage'> {
  const values = variables.filter(({ name }) => name === timeoutVariable).map(({ value }) => value.trim());
  const usable = values.find((value) => /^\d+$/.test(value) && Number(value) > 0 && Number(value) <= MOST_SECONDS);
  if (usable !== undefined) return { environmentTimeoutSeconds: Number(usable), environmentTimeoutGarbage: undefined };
  const garbage = values.find((value) => value !== '');
  return {
    environmentTimeoutSeconds: undefined,
    environmentTimeoutGarbage: garbage === undefined ? undefined : [...garbage].slice(0, MOST_GARBAGE).join(''),
  };
}
