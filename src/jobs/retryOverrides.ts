/** What a job's submission had set beyond its definition, as the overrides of a new one; more memory or vCPUs go on top. */
import { fargateSize } from './fargateSizes';
import type {
  Container,
  ContainerOverrides,
  EcsOverrides,
  EcsTasks,
  EksContainer,
  EksOverrides,
  EksPods,
  NodeOverrides,
  Nodes,
  Pair,
  Requirement,
} from './retryShapes';

/** Resources to be changed; one of the two ways to say memory. */
export interface ResourceChanges {
  memoryMiB?: number | undefined;
  /** Times as much memory as each container had. */
  memoryTimes?: number | undefined;
  vcpus?: number | undefined;
}

/** A wish that this job can't be granted, in a sentence for its asker. */
export class UnretriableError extends Error {
  override name = 'UnretriableError';
}

/** Batch sets these itself, and refuses them in a submission (user guide, "Job environment variables"). */
const RESERVED = /^AWS_BATCH_/;

const sameWords = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((word, n) => word === b[n]);

/** `Ref::name` filled in; what has no value stays as it is. */
const filled = (words: readonly string[] | undefined, parameters: Readonly<Record<string, string>>) =>
  words?.map((word) => word.replace(/Ref::([A-Za-z0-9_-]+)/g, (whole, name: string) => parameters[name] ?? whole));

export function requirementsOf({ resourceRequirements = [], vcpus, memory }: Container): Map<string, string> {
  const found = new Map<string, string>();
  if (vcpus) found.set('VCPU', String(vcpus));
  if (memory) found.set('MEMORY', String(memory));
  for (const { type, value } of resourceRequirements) if (type && value !== undefined) found.set(type, value);
  return found;
}

const pairsBeyond = <P extends Pair>(actual: readonly P[] = [], defined: readonly Pair[] = []): P[] => {
  const known = new Map(defined.map(({ name, value }) => [name, value]));
  return actual.filter(
    ({ name = '', value }) => !RESERVED.test(name) && !(known.has(name) && known.get(name) === value),
  );
};

function wordsBeyond(
  actual: readonly string[] | undefined,
  defined: readonly string[] | undefined,
  parameters: Readonly<Record<string, string>>,
): string[] | undefined {
  if (actual === undefined || actual.length === 0) return undefined;
  // Whether DescribeJobs tells a command before or after its parameters were filled in, either is the definition's own.
  return sameWords(actual, defined) || sameWords(actual, filled(defined, parameters)) ? undefined : [...actual];
}

function changed(had: ReadonlyMap<string, string>, changes: ResourceChanges, onFargate: boolean): Map<string, string> {
  const wanted = new Map(had);
  const memory = Number(had.get('MEMORY') ?? 0);
  const memoryMiB = changes.memoryMiB ?? (changes.memoryTimes === undefined ? undefined : memory * changes.memoryTimes);
  if (memoryMiB !== undefined && memoryMiB > 0) wanted.set('MEMORY', String(Math.ceil(memoryMiB)));
  if (changes.vcpus !== undefined) wanted.set('VCPU', String(changes.vcpus));
  if (!onFargate || sameRequirements(had, wanted)) return wanted;
  const size = fargateSize(Number(wanted.get('VCPU') ?? 0), Number(wanted.get('MEMORY') ?? 0));
  if (size === undefined) throw new UnretriableError('Fargate has no size that big: it ends at 16 vCPUs and 120 GiB');
  return wanted.set('VCPU', String(size.vcpus)).set('MEMORY', String(size.memoryMiB));
}

const sameRequirements = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([type, value]) => b.get(type) === value);

/** Undefined where nothing is set beyond the definition. */
export function containerOverrides(
  actual: Container,
  defined: Container | undefined,
  parameters: Readonly<Record<string, string>>,
  changes: ResourceChanges,
  onFargate: boolean,
): ContainerOverrides | undefined {
  const command = wordsBeyond(actual.command, defined?.command, parameters);
  const environment = pairsBeyond(actual.environment, defined?.environment);
  const asDefined = defined === undefined ? new Map<string, string>() : requirementsOf(defined);
  const wanted = changed(requirementsOf(actual), changes, onFargate);
  const resourceRequirements = [...wanted].flatMap(([type, value]): Requirement[] =>
    asDefined.get(type) === value || !(type === 'VCPU' || type === 'MEMORY' || type === 'GPU') ? [] : [{ type, value }],
  );
  if (command === undefined && environment.length + resourceRequirements.length === 0) return undefined;
  return {
    ...(command === undefined ? {} : { command }),
    ...(environment.length === 0 ? {} : { environment }),
    ...(resourceRequirements.length === 0 ? {} : { resourceRequirements }),
  };
}

/** An amount for each of several containers is a sum that nobody asked for; a factor is not. */
function refuseAmounts(containers: number, { memoryMiB, vcpus }: ResourceChanges, unit: string): void {
  if (containers > 1 && (memoryMiB !== undefined || vcpus !== undefined))
    throw new UnretriableError(
      `it has ${containers} ${unit}, so that an amount has no one place to go: only memory:2x fits`,
    );
}

export function ecsOverrides(
  actual: EcsTasks,
  defined: EcsTasks | undefined,
  parameters: Readonly<Record<string, string>>,
  changes: ResourceChanges,
): EcsOverrides | undefined {
  const containers = actual.taskProperties?.[0]?.containers ?? [];
  refuseAmounts(containers.length, changes, 'containers');
  const overrides = containers.flatMap((container) => {
    const own = defined?.taskProperties?.[0]?.containers?.find(({ name }) => name === container.name);
    const beyond = containerOverrides(container, own, parameters, changes, false);
    return beyond === undefined
      ? []
      : [{ ...(container.name === undefined ? {} : { name: container.name }), ...beyond }];
  });
  return overrides.length === 0 ? undefined : { taskProperties: [{ containers: overrides }] };
}

const QUANTITY = /^(\d+(?:\.\d+)?)(Mi|Gi)$/;

/** `2048Mi` changed; Batch wants whole MiB (API reference, EksContainerResourceRequirements). */
function eksAmounts(amounts: Record<string, string> | undefined, { memoryMiB, memoryTimes, vcpus }: ResourceChanges) {
  if (amounts === undefined) return undefined;
  const [, had, unit] = QUANTITY.exec(amounts.memory ?? '') ?? [];
  const mib = Number(had ?? 0) * (unit === 'Gi' ? 1_024 : 1);
  const wanted = memoryMiB ?? (memoryTimes === undefined ? undefined : mib * memoryTimes);
  return {
    ...amounts,
    ...(amounts.memory === undefined || wanted === undefined ? {} : { memory: `${Math.ceil(wanted)}Mi` }),
    ...(amounts.cpu === undefined || vcpus === undefined ? {} : { cpu: String(vcpus) }),
  };
}

export function eksOverrides(
  actual: EksPods,
  defined: EksPods | undefined,
  parameters: Readonly<Record<string, string>>,
  changes: ResourceChanges,
): EksOverrides | undefined {
  refuseAmounts(actual.podProperties?.containers?.length ?? 0, changes, 'containers');
  const beyond = (all: readonly EksContainer[] = [], known: readonly EksContainer[] = [], more: ResourceChanges) =>
    all.flatMap(({ name, image, command, args, env, resources }): EksContainer[] => {
      const own = known.find((container) => container.name === name);
      const commandBeyond = wordsBeyond(command, own?.command, parameters);
      const argsBeyond = wordsBeyond(args, own?.args, parameters);
      const envBeyond = pairsBeyond(env, own?.env);
      const limits = eksAmounts(resources?.limits, more);
      const requests = eksAmounts(resources?.requests, more);
      const wanted = { ...(limits && { limits }), ...(requests && { requests }) };
      const override: EksContainer = {
        ...(image === undefined || image === own?.image ? {} : { image }),
        ...(commandBeyond && { command: commandBeyond }),
        ...(argsBeyond && { args: argsBeyond }),
        ...(envBeyond.length === 0 ? {} : { env: envBeyond }),
        ...(JSON.stringify(wanted) === JSON.stringify(own?.resources ?? {}) ? {} : { resources: wanted }),
      };
      if (Object.keys(override).length === 0) return [];
      return [{ ...(name === undefined ? {} : { name }), ...override }];
    });
  const known = defined?.podProperties;
  const containers = beyond(actual.podProperties?.containers, known?.containers, changes);
  const initContainers = beyond(actual.podProperties?.initContainers, known?.initContainers, {});
  if (containers.length + initContainers.length === 0) return undefined;
  return {
    podProperties: {
      ...(containers.length === 0 ? {} : { containers }),
      ...(initContainers.length === 0 ? {} : { initContainers }),
    },
  };
}

export function nodeOverrides(
  actual: Nodes,
  defined: Nodes | undefined,
  parameters: Readonly<Record<string, string>>,
  changes: ResourceChanges,
): NodeOverrides | undefined {
  const ranges = actual.nodeRangeProperties ?? [];
  refuseAmounts(ranges.length, changes, 'ranges of nodes');
  const nodePropertyOverrides = ranges.flatMap(({ targetNodes = '', container, ecsProperties, eksProperties }) => {
    const own = defined?.nodeRangeProperties?.find((range) => range.targetNodes === targetNodes);
    const containerBeyond = container && containerOverrides(container, own?.container, parameters, changes, false);
    const ecs = ecsProperties && ecsOverrides(ecsProperties, own?.ecsProperties, parameters, changes);
    const eks = eksProperties && eksOverrides(eksProperties, own?.eksProperties, parameters, changes);
    if (!containerBeyond && !ecs && !eks) return [];
    return [
      {
        targetNodes,
        ...(containerBeyond && { containerOverrides: containerBeyond }),
        ...(ecs && { ecsPropertiesOverride: ecs }),
        ...(eks && { eksPropertiesOverride: eks }),
      },
    ];
  });
  const numNodes = actual.numNodes === defined?.numNodes ? undefined : actual.numNodes;
  if (numNodes === undefined && nodePropertyOverrides.length === 0) return undefined;
  return {
    ...(numNodes === undefined ? {} : { numNodes }),
    ...(nodePropertyOverrides.length === 0 ? {} : { nodePropertyOverrides }),
  };
}
