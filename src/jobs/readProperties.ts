/** Reads from what Batch says of a job how it was set up: roles, retry rules, variables, mounts, containers and nodes. */
import type { JobDetail } from './batchShapes';
import type { Part, Properties, Shows } from './properties';
import { resourcesOf } from './workload';

type Container = NonNullable<JobDetail['container']>;
type Task = NonNullable<NonNullable<JobDetail['ecsProperties']>['taskProperties']>[number];
type TaskContainer = NonNullable<Task['containers']>[number];
type Pod = NonNullable<NonNullable<JobDetail['eksProperties']>['podProperties']>;
type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

/** @param shows which variables are kept with their value */
export function readProperties(read: JobDetail, shows: Shows): Properties | undefined {
  // What 10,000 children would say once more is kept once, with their parent.
  if (read.arrayProperties?.index !== undefined) return undefined;
  const ranges = read.nodeProperties?.nodeRangeProperties ?? [];
  const first = ranges[0] ?? read;
  const task = first.ecsProperties?.taskProperties?.[0];
  const pod = first.eksProperties?.podProperties;
  const workloads = ranges.length > 0 ? ranges : [read];
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
    ...variablesOf(workloads, shows),
    containers: partsOf(task?.containers, pod),
    mainNode: read.nodeProperties?.mainNode,
    nodeRanges: nonEmpty(ranges.map(rangeOf)),
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

type Workload = Pick<JobDetail, 'container' | 'ecsProperties' | 'eksProperties'>;

/** Of all containers and nodes together: what one of them gets may well be what went wrong. */
function variablesOf(workloads: Workload[], shows: Shows): Undefinable<Properties> {
  const containers = workloads.flatMap(({ container, ecsProperties }) => [
    ...(container ? [container] : []),
    ...(ecsProperties?.taskProperties ?? []).flatMap((task) => task.containers ?? []),
  ]);
  const pods = workloads.flatMap(({ eksProperties }) => eksProperties?.podProperties?.containers ?? []);
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

/** One container alone is the job itself. */
function partsOf(containers: Task['containers'], pod: Pod | undefined): Part[] | undefined {
  const ofTask = (containers ?? []).map((container) =>
    present<Part>({
      name: container.name,
      ...resourcesOf({ tasks: [container] }),
      logGroup: container.logConfiguration?.options?.['awslogs-group'],
      logRegion: container.logConfiguration?.options?.['awslogs-region'],
      essential: container.essential,
    }),
  );
  const ofPod = (pod?.containers ?? []).map((container) =>
    present<Part>({ name: container.name, ...resourcesOf({ pod: [container] }) }),
  );
  const several = [...ofTask, ...ofPod];
  return several.length > 1 ? several : undefined;
}

const rangeOf = (range: NonNullable<NonNullable<JobDetail['nodeProperties']>['nodeRangeProperties']>[number]): Part =>
  present({
    name: range.targetNodes,
    ...resourcesOf({
      tasks: range.container
        ? [range.container]
        : (range.ecsProperties?.taskProperties ?? []).flatMap((task) => task.containers ?? []),
      pod: range.eksProperties?.podProperties?.containers,
    }),
    instanceType: range.container?.instanceType,
  });

function nonEmpty<T>(list: T[] | undefined): T[] | undefined {
  return list?.length ? list : undefined;
}

function present<T extends object>(fields: Undefinable<T>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
