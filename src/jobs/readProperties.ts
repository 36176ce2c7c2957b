/** Reads from what Batch says of a job how it was set up: roles, retry rules, variables, mounts, containers and nodes. */
import type { JobDetail } from './batchShapes';
import type { Part, Properties, Shows } from './properties';
import { resourcesOf } from './workload';

type Container = NonNullable<JobDetail['container']>;
type Task = NonNullable<NonNullable<JobDetail['ecsProperties']>['taskProperties']>[number];
type TaskContainer = NonNullable<Task['containers']>[number];
type Pod = NonNullable<NonNullable<JobDetail['eksProperties']>['podProperties']>;
type PodContainer = NonNullable<Pod['containers']>[number];
type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

/** @param shows which variables are kept with their value */
export function readProperties(read: JobDetail, shows: Shows): Properties | undefined {
  // What 10,000 children would say once more is kept once, with their parent.
  if (read.arrayProperties?.index !== undefined) return undefined;
  const ranges = read.nodeProperties?.nodeRangeProperties ?? [];
  const first = ranges[0] ?? read;
  const task = first.ecsProperties?.taskProperties?.[0];
  const pod = first.eksProperties?.podProperties;
  const parts = partsOf(task?.containers, pod, shows);
  const found = present<Properties>({
    ...(first.container ? ofContainer(first.container) : {}),
    ...(task ? ofTask(task) : {}),
    serviceAccount: pod?.serviceAccountName,
    retryRules: nonEmpty(read.retryStrategy?.evaluateOnExit?.map((rule) => present(rule))),
    sequential: read.dependsOn?.some(({ jobId, type }) => jobId === undefined && type === 'SEQUENTIAL') || undefined,
    nToN: nonEmpty(read.dependsOn?.flatMap(({ jobId, type }) => (jobId && type === 'N_TO_N' ? [jobId] : []))),
    shareIdentifier: read.shareIdentifier,
    schedulingPriority: read.schedulingPriority,
    parameters: Object.keys(read.parameters ?? {}).length > 0 ? read.parameters : undefined,
    ...ownVariables(read, parts, shows),
    containers: parts,
    mainNode: read.nodeProperties?.mainNode,
    nodeRanges: nonEmpty(ranges.map((range) => rangeOf(range, shows))),
    nodeIndex: read.nodeDetails?.nodeIndex,
    isMainNode: read.nodeDetails?.isMainNode,
  });
  return Object.keys(found).length > 0 ? found : undefined;
}

function ofContainer(container: Container): Undefinable<Properties> {
  return {
    ...ofAny(container, container.volumes),
    jobRole: container.jobRoleArn,
    executionRole: container.executionRoleArn,
    cpuArchitecture: container.runtimePlatform?.cpuArchitecture,
    ephemeralStorageGiB: container.ephemeralStorage?.sizeInGiB,
  };
}

function ofTask(task: Task): Undefinable<Properties> {
  const main = task.containers?.find(({ essential }) => essential !== false) ?? task.containers?.[0];
  return {
    ...(main ? ofAny(main, task.volumes) : {}),
    jobRole: task.taskRoleArn,
    executionRole: task.executionRoleArn,
    cpuArchitecture: task.runtimePlatform?.cpuArchitecture,
    ephemeralStorageGiB: task.ephemeralStorage?.sizeInGiB,
  };
}

function ofAny(container: TaskContainer, volumes: Task['volumes']): Undefinable<Properties> {
  return {
    containerUser: container.user,
    privileged: container.privileged || undefined,
    readonlyRoot: container.readonlyRootFilesystem || undefined,
    mounts: nonEmpty(
      container.mountPoints?.flatMap(({ containerPath, sourceVolume, readOnly }) => {
        if (containerPath === undefined) return [];
        const volume = volumes?.find(({ name }) => name !== undefined && name === sourceVolume);
        const efs = volume?.efsVolumeConfiguration;
        const source =
          efs?.fileSystemId === undefined
            ? (volume?.host?.sourcePath ?? sourceVolume)
            : `${efs.fileSystemId}:${efs.rootDirectory ?? '/'}`;
        return [present({ path: containerPath, source, readOnly: readOnly || undefined })];
      }),
    ),
    ulimits: nonEmpty(
      container.ulimits?.map(({ name, softLimit, hardLimit }) => `${name} ${softLimit ?? '?'}:${hardLimit ?? '?'}`),
    ),
  };
}

interface Environment {
  variables?: string[] | undefined;
  shownVariables?: Record<string, string> | undefined;
  secrets?: string[] | undefined;
}

/** Of one container, or of several that are one workload. */
function variablesOf(containers: readonly TaskContainer[], pods: readonly PodContainer[], shows: Shows): Environment {
  const variables = [
    ...containers.flatMap(({ environment }) => environment ?? []),
    ...pods.flatMap(({ env }) => env ?? []),
  ];
  const shown = variables.filter(({ name }) => shows(name));
  return {
    variables: nonEmpty([...new Set(variables.map(({ name }) => name))]),
    shownVariables: shown.length === 0 ? undefined : Object.fromEntries(shown.map(({ name, value }) => [name, value])),
    secrets: nonEmpty([...new Set(containers.flatMap(({ secrets }) => secrets ?? []).map(({ name }) => name))]),
  };
}

/** Of the job itself, unless its containers or nodes have environments of their own, in which a name may come twice. */
function ownVariables(read: JobDetail, parts: readonly Part[] | undefined, shows: Shows): Environment {
  if (parts !== undefined || read.nodeProperties !== undefined) return {};
  const tasks = (read.ecsProperties?.taskProperties ?? []).flatMap((task) => task.containers ?? []);
  const pods = read.eksProperties?.podProperties?.containers ?? [];
  return variablesOf([...(read.container ? [read.container] : []), ...tasks], pods, shows);
}

/** One container alone is the job itself. */
function partsOf(containers: Task['containers'], pod: Pod | undefined, shows: Shows): Part[] | undefined {
  const ofTask = (containers ?? []).map((container) =>
    present<Part>({
      name: container.name,
      ...resourcesOf({ tasks: [container] }),
      logGroup: container.logConfiguration?.options?.['awslogs-group'],
      logRegion: container.logConfiguration?.options?.['awslogs-region'],
      essential: container.essential,
      ...variablesOf([container], [], shows),
    }),
  );
  const ofPod = (pod?.containers ?? []).map((container) =>
    present<Part>({
      name: container.name,
      ...resourcesOf({ pod: [container] }),
      ...variablesOf([], [container], shows),
    }),
  );
  const several = [...ofTask, ...ofPod];
  return several.length > 1 ? several : undefined;
}

type NodeRange = NonNullable<NonNullable<JobDetail['nodeProperties']>['nodeRangeProperties']>[number];

function rangeOf(range: NodeRange, shows: Shows): Part {
  const tasks = range.container
    ? [range.container]
    : (range.ecsProperties?.taskProperties ?? []).flatMap((task) => task.containers ?? []);
  const pod = range.eksProperties?.podProperties?.containers;
  return present({
    name: range.targetNodes,
    ...resourcesOf({ tasks, pod }),
    ...variablesOf(tasks, pod ?? [], shows),
    instanceType: range.container?.instanceType,
  });
}

function nonEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length ? list : undefined;
}

function present<T extends object>(fields: Undefinable<T>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
