/** The sizes that Fargate has: for each number of vCPUs, from how much memory to how much, in which steps. */

interface Size {
  vcpus: number;
  /** MiB. */
  from: number;
  to: number;
  step: number;
}

const GIB = 1_024;
/** https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html; 0.25 vCPU has 0.5, 1 and 2 GiB only. */
const SIZES: readonly Size[] = [
  { vcpus: 0.25, from: 512, to: 512, step: 512 },
  { vcpus: 0.25, from: GIB, to: 2 * GIB, step: GIB },
  { vcpus: 0.5, from: GIB, to: 4 * GIB, step: GIB },
  { vcpus: 1, from: 2 * GIB, to: 8 * GIB, step: GIB },
  { vcpus: 2, from: 4 * GIB, to: 16 * GIB, step: GIB },
  { vcpus: 4, from: 8 * GIB, to: 30 * GIB, step: GIB },
  { vcpus: 8, from: 16 * GIB, to: 60 * GIB, step: 4 * GIB },
  { vcpus: 16, from: 32 * GIB, to: 120 * GIB, step: 8 * GIB },
];

/** The smallest size that has at least this; undefined when Fargate has none that big. */
export function fargateSize(vcpus: number, memoryMiB: number): { vcpus: number; memoryMiB: number } | undefined {
  for (const size of SIZES) {
    if (size.vcpus < vcpus || size.to < memoryMiB) continue;
    const steps = Math.max(0, Math.ceil((memoryMiB - size.from) / size.step));
    return { vcpus: size.vcpus, memoryMiB: size.from + steps * size.step };
  }
  return undefined;
}
