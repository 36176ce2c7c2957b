/**
 * The most that an EC2 instance type can have, read from its name: enough to say for certain that a job fits none of some
 * types, never that it fits one.
 */

export interface Most {
  vcpus: number;
  memoryMiB: number;
  gpus: number;
}

const UNKNOWN = Number.POSITIVE_INFINITY;
/** Families of which AWS's naming holds: `xlarge` is 4 vCPUs and `24xlarge` 96 (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html). */
const REGULAR = /^(?:[cmr][3-9]|t[2-4]|i[3-9]|z1d)/;
/** GiB for each vCPU at the most within a family; c5n has 2.625, the other c families 2. */
const GIB_PER_VCPU: readonly (readonly [RegExp, number])[] = [
  [/^c[3-9]/, 2.625],
  [/^m[3-9]/, 4],
  [/^r[3-9]/, 8],
];
/** Families with NVIDIA or AMD GPUs, which alone Batch counts as GPUs. */
const WITH_GPUS = /^(?:p\d|g\d)/;
/** Sizes below xlarge have 2 vCPUs or fewer. */
const VCPUS_OF: Readonly<Record<string, number>> = { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4 };

/**
 * @param type `c6i.8xlarge`, a family `c6i`, or one of Batch's own words: `optimal`, which chooses among the c, m and r
 * families, and `default_x86_64` or `default_arm64`, its successors (API reference, ComputeResource)
 */
export function mostOf(type: string): Most {
  const [family = '', size] = type.toLowerCase().split('.');
  if (/^(?:optimal|default_)/.test(family)) return { vcpus: UNKNOWN, memoryMiB: UNKNOWN, gpus: 0 };
  const gpus = WITH_GPUS.test(family) || !REGULAR.test(family) ? UNKNOWN : 0;
  const [, times] = /^(\d+)xlarge$/.exec(size ?? '') ?? [];
  const named = times === undefined ? VCPUS_OF[size ?? ''] : Number(times) * 4;
  if (named === undefined || !REGULAR.test(family)) return { vcpus: UNKNOWN, memoryMiB: UNKNOWN, gpus };
  const perVcpu = GIB_PER_VCPU.find(([families]) => families.test(family))?.[1];
  return { vcpus: named, memoryMiB: perVcpu === undefined ? UNKNOWN : named * perVcpu * 1024, gpus };
}

export interface Asked {
  vcpus?: number | undefined;
  memoryMiB?: number | undefined;
  gpus?: number | undefined;
}

/**
 * What of the job no type can have: undefined where one may fit. Memory equal to all that a type has fits none, since ECS's
 * agent and the system keep some (user guide, "Compute resource memory management").
 */
export function fitsNone(types: readonly string[], asked: Asked): 'vcpus' | 'memory' | 'gpus' | 'all' | undefined {
  if (types.length === 0) return undefined;
  const most = types.map(mostOf);
  const vcpus = (one: Most) => (asked.vcpus ?? 0) > one.vcpus;
  const memory = (one: Most) => (asked.memoryMiB ?? 0) >= one.memoryMiB;
  const gpus = (one: Most) => (asked.gpus ?? 0) > one.gpus;
  if (most.every(gpus)) return 'gpus';
  if (most.every(vcpus)) return 'vcpus';
  if (most.every(memory)) return 'memory';
  return most.every((one) => gpus(one) || vcpus(one) || memory(one)) ? 'all' : undefined;
}
