/** SubmitJob: checks what is asked, and joins the definition and its overrides into one job. */
import type {
  ContainerDetail,
  ContainerOverrides,
  ContainerProperties,
  JobDefinition,
  NodeProperties,
  ResourceRequirement,
  SubmitJobRequest,
} from '@aws-sdk/client-batch';
import { jobArn, nameIn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import { type Script, scriptOf } from '../script';
import { submit } from '../world/lifecycle';
import { rangeOf, rangeOfNode } from '../world/nodes';
import { mainContainerOf } from '../world/severalContainers';
import type { JobSpec, SimJob } from '../world/simJob';
import type { World } from '../world/world';
import { checkRetry, checkTimeout, needOf } from './checks';
import { activeDefinition } from './definitions';
import { foundJob } from './find';

/** Up to 128 letters, digits, hyphens and underscores, the first a letter or digit (API reference, SubmitJob). */
const JOB_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const SHARE_IDENTIFIER = /^[A-Za-z0-9]{0,255}\*?$/;

/** Fills `Ref::name` placeholders; one without a value is refused as Batch does. */
const substitute = (words: readonly string[], parameters: Record<string, string>): string[] =>
  words.map((word) =>
    word.replace(/Ref::([A-Za-z0-9_-]+)/g, (_, name: string) => {
      const value = parameters[name];
      if (value === undefined) {
        throw clientException(`Unable to substitute value. No parameter found for reference ${name}`);
      }
      return value;
    }),
  );

function overridden(
  base: ContainerProperties,
  overrides: ContainerOverrides | undefined,
  parameters: Record<string, string>,
): ContainerDetail {
  const needs = new Map<string, ResourceRequirement>();
  for (const requirement of [...(base.resourceRequirements ?? []), ...(overrides?.resourceRequirements ?? [])]) {
    needs.set(requirement.type ?? '', requirement);
  }
  if (overrides?.vcpus !== undefined) needs.set('VCPU', { type: 'VCPU', value: String(overrides.vcpus) });
  if (overrides?.memory !== undefined) needs.set('MEMORY', { type: 'MEMORY', value: String(overrides.memory) });
  const environment = new Map(
    [...(base.environment ?? []), ...(overrides?.environment ?? [])].map((pair) => [pair.name ?? '', pair]),
  );
  return {
    ...base,
    command: substitute(overrides?.command ?? base.command ?? [], parameters),
    environment: [...environment.values()],
    resourceRequirements: [...needs.values()],
  };
}

interface Overridable {
  name?: string | undefined;
  command?: string[] | undefined;
}

/** Overrides find their container by its name; the only one needs none. */
function overriddenParts<C extends Overridable, O extends Overridable>(
  containers: readonly C[],
  overrides: readonly O[],
  parameters: Record<string, string>,
  more: (container: C, override: O | undefined) => Partial<C>,
): C[] {
  return containers.map((container) => {
    const override =
      overrides.find(({ name }) => name === container.name) ?? (containers.length === 1 ? overrides[0] : undefined);
    const command = override?.command ?? container.command;
    return {
      ...container,
      ...(command && { command: substitute(command, parameters) }),
      ...more(container, override),
    };
  });
}

const environmentOf = (main: ReturnType<typeof mainContainerOf>) =>
  main && 'env' in main ? main.env : main && 'environment' in main ? main.environment : undefined;

function ecsOf(definition: JobDefinition, input: SubmitJobRequest, parameters: Record<string, string>) {
  const [task] = definition.ecsProperties?.taskProperties ?? [];
  if (!task) return undefined;
  const overrides = input.ecsPropertiesOverride?.taskProperties?.[0]?.containers ?? [];
  const containers = overriddenParts(task.containers ?? [], overrides, parameters, (container, override) => ({
    environment: [...(container.environment ?? []), ...(override?.environment ?? [])],
    resourceRequirements: override?.resourceRequirements ?? container.resourceRequirements,
  }));
  return { taskProperties: [{ ...task, containers }] };
}

function eksOf(definition: JobDefinition, input: SubmitJobRequest, parameters: Record<string, string>) {
  const pod = definition.eksProperties?.podProperties;
  if (!pod) return undefined;
  const overrides = input.eksPropertiesOverride?.podProperties?.containers ?? [];
  const containers = overriddenParts(pod.containers ?? [], overrides, parameters, (container, override) => ({
    env: [...(container.env ?? []), ...(override?.env ?? [])],
    resources: override?.resources ?? container.resources,
  }));
  return { podProperties: { ...pod, containers } };
}

function checkQueue(world: World, input: SubmitJobRequest, definition: JobDefinition): string {
  const name = nameIn(input.jobQueue ?? '');
  const queue = world.queues.get(name);
  if (!queue) throw clientException(`JobQueue ${input.jobQueue} not found.`);
  if (queue.state !== 'ENABLED') throw clientException(`JobQueue ${queue.jobQueueArn} is not in ENABLED state.`);
  const fair = queue.schedulingPolicyArn !== undefined;
  if (!fair && (input.shareIdentifier !== undefined || input.schedulingPriorityOverride !== undefined)) {
    throw clientException(
      'Job with shareIdentifier or schedulingPriority can only be submitted to job queue with fair share scheduling policy.',
    );
  }
  if (fair && !input.shareIdentifier) {
    throw clientException('shareIdentifier must be specified for a job queue with fair share scheduling policy.');
  }
  if (fair && !SHARE_IDENTIFIER.test(input.shareIdentifier ?? '')) {
    throw requestRefused('shareIdentifier should match valid pattern');
  }
  const priority = input.schedulingPriorityOverride;
  if (priority !== undefined && (priority < 0 || priority > 9999)) {
    throw requestRefused('schedulingPriorityOverride must be between 0 and 9999');
  }
  const wanted = definition.platformCapabilities?.[0] ?? 'EC2';
  const able = (queue.computeEnvironmentOrder ?? []).some(({ computeEnvironment }) => {
    const type = world.environments.get(nameIn(computeEnvironment ?? ''))?.detail.computeResources?.type ?? 'EC2';
    return type.startsWith('FARGATE') === (wanted === 'FARGATE');
  });
  if (!able) {
    throw clientException(
      `Job Queue is attached to Compute Environment that can not run Jobs with capability ${wanted}`,
    );
  }
  return name;
}

function checkDependencies(world: World, input: SubmitJobRequest): void {
  const dependsOn = input.dependsOn ?? [];
  if (dependsOn.length > 20) throw requestRefused('A job can depend on at most 20 jobs');
  for (const { jobId, type } of dependsOn) {
    if (type === 'SEQUENTIAL' && input.arrayProperties?.size === undefined) {
      throw requestRefused('SEQUENTIAL dependency can only be specified for an array job');
    }
    if (jobId === undefined) {
      if (type !== 'SEQUENTIAL') throw requestRefused('jobId must be specified in dependsOn');
      continue;
    }
    const other = foundJob(world, jobId);
    if (!other) throw clientException(`Job dependency ${jobId} not found.`);
    if (type === 'N_TO_N' && other.spec.arraySize !== input.arrayProperties?.size) {
      throw requestRefused('N_TO_N dependency needs array jobs of the same size');
    }
  }
}

function nodesOf(definition: JobDefinition, input: SubmitJobRequest): NodeProperties | undefined {
  const nodes = definition.nodeProperties;
  if (!nodes) return undefined;
  const parameters = { ...definition.parameters, ...input.parameters };
  const numNodes = input.nodeOverrides?.numNodes ?? nodes.numNodes ?? 1;
  const overrides = (input.nodeOverrides?.nodePropertyOverrides ?? []).map((override) => ({
    ...override,
    ...rangeOf(override.targetNodes, numNodes),
  }));
  const nodeRangeProperties = (nodes.nodeRangeProperties ?? []).flatMap((range) => {
    const { container } = range;
    if (!container) return [range];
    const { from, to } = rangeOf(range.targetNodes, numNodes);
    const whole = overrides.find((override) => override.from <= from && override.to >= to);
    // An override of some of a range's nodes makes a narrower range inside of it.
    const parts = overrides.filter((override) => override !== whole && override.from >= from && override.to <= to);
    return [
      { ...range, container: overridden(container, whole?.containerOverrides, parameters) },
      ...parts.map(({ targetNodes, containerOverrides }) => ({
        ...range,
        targetNodes,
        container: overridden(container, containerOverrides, parameters),
      })),
    ];
  });
  return { ...nodes, numNodes, nodeRangeProperties };
}

/** Prefixes that are AWS's own: of variables (API reference, ContainerOverrides) and of tags (user guide, "Tag restrictions"). */
function checkNames(input: SubmitJobRequest): void {
  const variables = [
    ...(input.containerOverrides?.environment ?? []),
    ...(input.ecsPropertiesOverride?.taskProperties ?? []).flatMap(({ containers = [] }) =>
      containers.flatMap(({ environment = [] }) => environment),
    ),
    ...(input.eksPropertiesOverride?.podProperties?.containers ?? []).flatMap(({ env = [] }) => env),
  ];
  if (variables.some(({ name = '' }) => name.startsWith('AWS_BATCH')))
    throw clientException('Environment variables cannot start with AWS_BATCH');
  if (Object.keys(input.tags ?? {}).some((key) => /^aws:/i.test(key)))
    throw clientException('Tag keys cannot start with aws:');
}

/** Checks the request as SubmitJob does; `script` replaces what environment and command would tell. */
export function specOf(world: World, input: SubmitJobRequest, script?: Script): JobSpec {
  if (input.jobName === undefined || !JOB_NAME.test(input.jobName)) {
    throw requestRefused('Job name should match valid pattern');
  }
  if (input.jobQueue === undefined) throw requestRefused('jobQueue must not be empty.');
  if (input.jobDefinition === undefined) throw requestRefused('jobDefinition must not be empty.');
  const definition = activeDefinition(world, input.jobDefinition);
  const queue = checkQueue(world, input, definition);
  const size = input.arrayProperties?.size;
  if (size !== undefined && (!Number.isInteger(size) || size < 2 || size > 10_000)) {
    throw requestRefused('Array job size must be between 2 and 10000');
  }
  checkDependencies(world, input);
  checkTimeout(input.timeout);
  checkRetry(input.retryStrategy);
  if (Object.keys(input.tags ?? {}).length > 50) throw requestRefused('A job can have at most 50 tags');
  checkNames(input);

  const parameters = { ...definition.parameters, ...input.parameters };
  const nodes = nodesOf(definition, input);
  const first = nodes && rangeOfNode(nodes, nodes.mainNode ?? 0)?.container;
  const container =
    definition.containerProperties && overridden(definition.containerProperties, input.containerOverrides, parameters);
  const ecs = ecsOf(definition, input, parameters);
  const eks = eksOf(definition, input, parameters);
  const main = mainContainerOf({ ...(ecs && { ecs }), ...(eks && { eks }) });
  const runs = container ?? first ?? { ...main, environment: environmentOf(main) };
  const need = needOf(container ?? first ?? (main && 'resourceRequirements' in main ? main : {}));
  const count = nodes?.numNodes ?? 1;
  const retry = input.retryStrategy ?? definition.retryStrategy;
  const timeoutSeconds = (input.timeout ?? definition.timeout)?.attemptDurationSeconds;
  const priority = input.schedulingPriorityOverride ?? definition.schedulingPriority;
  return {
    name: input.jobName,
    queue,
    definition: `${definition.jobDefinitionName}:${definition.revision}`,
    ...(container && { container }),
    ...(nodes && { nodes }),
    ...(ecs && { ecs }),
    ...(eks && { eks }),
    ...(retry && { retry: { attempts: 1, ...retry } }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    dependsOn: input.dependsOn ?? [],
    parameters,
    tags: { ...(input.tags ?? {}) },
    propagateTags: input.propagateTags ?? definition.propagateTags ?? false,
    platform: definition.platformCapabilities ?? [],
    ...(input.shareIdentifier !== undefined && { shareIdentifier: input.shareIdentifier }),
    ...(priority !== undefined && { schedulingPriority: priority }),
    ...(size !== undefined && { arraySize: size }),
    vcpus: (need.vcpus || 1) * count,
    memoryMiB: (need.memoryMiB || 512) * count,
    gpus: need.gpus * count,
    script: script ?? scriptOf(runs),
  };
}

export const submitJob = (world: World, input: SubmitJobRequest, script?: Script): SimJob =>
  submit(world, specOf(world, input, script));

export const submitted = (job: SimJob) => ({ jobArn: jobArn(job.id), jobName: job.spec.name, jobId: job.id });
