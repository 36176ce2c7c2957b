/** What the last lines of a log give away where AWS says no more than an exit code. */
import { type Explained, type Remedy, retryAsItIs, retryWithTwiceTheMemory } from './row';

interface Hint {
  fits: RegExp;
  told: string;
  nextStep: string;
  remedy?: (job: Explained) => Remedy | undefined;
}

export interface LogHint {
  /** The line that gave it away. */
  line: string;
  told: string;
  nextStep: string;
  remedy?: Remedy | undefined;
}

/** Causes of which the exit code is all that is known. */
const OPEN = new Set(['commandFailed', 'crashed', 'killed', 'commandNotFound', 'unknown']);

const HINTS: readonly Hint[] = [
  {
    // strerror(ENOSPC); awslabs/genomics-secondary-analysis-using-aws-step-functions-and-aws-batch#3.
    fits: /No space left on device|\bENOSPC\b/i,
    told: 'the disk is full',
    nextStep: 'Give the instances a bigger volume (on Fargate: ephemeralStorage), or clean up while it runs.',
  },
  {
    // The kernel's ENOEXEC as runc tells it; aws-solutions-library-samples/aws-batch-arch-for-protein-folding#18.
    fits: /exec format error/i,
    told: 'the image was built for another kind of processor',
    nextStep: 'Build it with docker buildx --platform linux/amd64 (or linux/arm64 for Graviton), or for both.',
  },
  {
    // PyTorch's and the CUDA driver's words.
    fits: /CUDA (?:error: )?out of memory|CUDA_ERROR_OUT_OF_MEMORY/i,
    told: 'the GPU’s own memory ran out',
    nextStep: 'Use a smaller batch size, or an instance type whose GPUs have more memory.',
  },
  {
    // CPython, the JVM, C++, strerror(ENOMEM), and the shell's word for a child that was killed.
    fits: /\bMemoryError\b|java\.lang\.OutOfMemoryError|std::bad_alloc|Cannot allocate memory|^\s*Killed\s*$|oom-kill/i,
    told: 'memory ran out inside of the container',
    nextStep: 'Run it again with more memory.',
    remedy: retryWithTwiceTheMemory,
  },
  {
    // IAM's words, by every SDK.
    fits: /is not authorized to perform|AccessDenied(?:Exception)?\b/,
    told: 'AWS refused it something',
    nextStep: 'Give its job role the permission that the line names.',
  },
  {
    // S3's error codes.
    fits: /\bNoSuch(?:Key|Bucket)\b/,
    told: 'S3 has no such object or bucket',
    nextStep: 'Check the path that it was given, and that the step before has written it.',
  },
  {
    // S3's SlowDown, and the throttling of other services: nextflow-io/nextflow#4096.
    fits: /\bSlowDown\b|ThrottlingException|\bRate exceeded\b/,
    told: 'AWS slowed it down',
    nextStep: 'Run it again, with fewer at once.',
    remedy: retryAsItIs,
  },
  {
    // getaddrinfo's and libcurl's words.
    fits: /Could not resolve host|Name or service not known|Temporary failure in name resolution/i,
    told: 'it found no way to a host by its name',
    nextStep: 'Check that its subnet has a way out, and DNS.',
  },
  {
    // CPython.
    fits: /ModuleNotFoundError|ImportError: No module/,
    told: 'a Python module is not in the image',
    nextStep: 'Install it in the image, and register the definition anew.',
  },
];

/** The newest line that tells something, of a failure for which AWS has no words. */
export function hintIn(key: string, lines: readonly string[], job: Explained): LogHint | undefined {
  if (!OPEN.has(key)) return undefined;
  for (const line of lines.toReversed()) {
    const hint = HINTS.find(({ fits }) => fits.test(line));
    if (hint !== undefined) return { line, told: hint.told, nextStep: hint.nextStep, remedy: hint.remedy?.(job) };
  }
  return undefined;
}
