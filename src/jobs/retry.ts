/** What is submitted to run a job again: the same once more, but for what was asked to be changed. */
import * as z from 'zod';
import {
  commandWithIndex,
  INDEXES_VARIABLE,
  indexText,
  indexWayOf,
  MOST_SINGLE_CHILDREN,
  ownIndexes,
} from './retryIndexes';
import {
  containerOverrides,
  ecsOverrides,
  eksOverrides,
  nodeOverrides,
  requirementsOf,
  UnretriableError,
} from './retryOverrides';
import type {
  ContainerOverrides,
  Definition,
  Dependency,
  DescribedJob,
  RetryStrategy,
  Submission,
} from './retryShapes';

export { MOST_SINGLE_CHILDREN, UnretriableError };

/** The tags by which a retry is known: the job that it repeats, and the operation that submitted it. */
export const RETRY_OF = 'retryOf';
export const RETRY_OP = 'retryOp';
/** A longer list of indexes is counted and not shown. */
const MOST_SHOWN_INDEXES = 100;
/** https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html#tag-restrictions */
const MOST_TAGS = 50;

export const retryChangesSchema = z.object({
  memoryMiB: z.number().optional(),
  /** Times as much memory as the job had. */
  memoryTimes: z.number().optional(),
  vcpus: z.number().optional(),
  queue: z.string().optional(),
  timeoutSeconds: z.number().optional(),
  attempts: z.number().optional(),
});
export type RetryChanges = z.infer<typeof retryChangesSchema>;

export interface RetryTerms {
  op: string;
  changes: RetryChanges;
  /** The revision that the job ran, where Batch still has it. */
  ran: Definition | undefined;
  /** The revision to run, `name:revision`. */
  runs: string;
  /** How each job that it depended on stands; one that is absent is known no more. */
  dependencies: ReadonlyMap<string, { status: string; retriedAs?: string | undefined }>;
  /** Whether the queue to submit to shares by a scheduling policy. */
  sharesFairly: boolean;
  /** The array that a child belongs to. */
  parent?: DescribedJob | undefined;
  /** Of an array: its children that failed. */
  failedIndexes?: readonly number[] | undefined;
}

export interface Resubmission {
  submission: Submission;
  /** What will be otherwise than it was, though nobody asked for it; in words. */
  notes: string[];
}

/** `arn:…:job-queue/nightly` → `nightly`. */
const nameIn = (arnOrName: string): string =>
  arnOrName.startsWith('arn:') ? arnOrName.slice(arnOrName.indexOf('/') + 1) : arnOrName;

const isOver = (status: string): boolean => status === 'SUCCEEDED' || status === 'FAILED';

/** Empty lists and absent fields aside, whether the two say the same. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, own]) => [key, tidy(own)] as const)
    .filter(([, own]) => own !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What it still has to wait for; `notes` gets what it waits for no more. */
function dependenciesOf(job: DescribedJob, isWhole: boolean, terms: RetryTerms, notes: string[]): Dependency[] {
  return (job.dependsOn ?? []).flatMap(({ jobId, type }): Dependency[] => {
    // Each index after the one before it: a rule of the array by itself.
    if (jobId === undefined) return isWhole && type === 'SEQUENTIAL' ? [{ type }] : [];
    const other = terms.dependencies.get(jobId);
    const typed = isWhole && type !== undefined ? { type } : {};
    if (other?.retriedAs !== undefined) return [{ jobId: other.retriedAs, ...typed }];
    if (other?.status === 'SUCCEEDED') return [];
    if (other !== undefined && !isOver(other.status)) return [{ jobId, ...typed }];
    notes.push(
      other === undefined
        ? 'waits no more for a job that Batch has forgotten'
        : 'waits no more for a job that failed and is not among these',
    );
    return [];
  });
}

function retryStrategyOf(job: DescribedJob, { ran, changes }: RetryTerms): RetryStrategy | undefined {
  const { attempts, evaluateOnExit = [] } = job.retryStrategy ?? {};
  const wanted = changes.attempts ?? attempts;
  // Rules want a number of attempts beside them (API reference, RetryStrategy).
  if (wanted === undefined) return undefined;
  const strategy = { attempts: wanted, ...(evaluateOnExit.length === 0 ? {} : { evaluateOnExit }) };
  return same(strategy, ran?.retryStrategy) ? undefined : strategy;
}

/** @throws UnretriableError where Batch has no room for the two tags by which a retry is found again */
function tagsOf(job: DescribedJob, { op, parent }: RetryTerms): Record<string, string> {
  const own = { ...parent?.tags, ...job.tags };
  // AWS's own tags can't be set by others.
  const kept = Object.entries(own).filter(([key]) => !/^aws:/i.test(key) && key !== 'resourceArn');
  const tags = { ...Object.fromEntries(kept), [RETRY_OF]: job.jobId ?? '', [RETRY_OP]: op };
  if (Object.keys(tags).length > MOST_TAGS)
    throw new UnretriableError(`it has ${kept.length} tags, which leaves no room for ${RETRY_OF} and ${RETRY_OP}`);
  return tags;
}

/** The way in which the indexes of an array, or of its one child, reach the new job; `notes` gets what that changes. */
function forIndexes(job: DescribedJob, terms: RetryTerms, overrides: ContainerOverrides | undefined, notes: string[]) {
  const { size, index } = job.arrayProperties ?? {};
  const way = indexWayOf(job);
  if (index !== undefined) {
    if (way === 'list') {
      notes.push(`runs as a job of its own, its index named in its variable ${INDEXES_VARIABLE}`);
      return withList(ownIndexes(job, [index]), overrides);
    }
    const command = commandWithIndex(job.container?.command ?? [], index, terms.parent?.arrayProperties?.size);
    if (command === undefined)
      throw new UnretriableError(
        `Batch can't run one index of an array again, and this job has neither a shell's script nor ${INDEXES_VARIABLE}: retry the whole array`,
      );
    notes.push('runs as a job of its own, its index exported before the script of its shell');
    return { overrides: { ...overrides, command }, size: undefined, isWhole: false };
  }
  const failed = terms.failedIndexes ?? [];
  if (size === undefined || way !== 'list' || failed.length === 0) return { overrides, size, isWhole: true };
  const indexes = ownIndexes(job, failed);
  const named = indexText(indexes) ?? '';
  notes.push(
    [
      `runs ${failed.length === size ? `all ${size}` : `only the ${failed.length} of ${size}`} children that failed`,
      ...(named.length > MOST_SHOWN_INDEXES ? [] : [`(${named})`]),
      `${failed.length > 1 ? 'as an array of so many' : 'as a single job'}, their indexes named in its variable ${INDEXES_VARIABLE}`,
    ].join(' '),
  );
  return withList(indexes, overrides);
}

function withList(indexes: readonly number[], overrides: ContainerOverrides | undefined) {
  const value = indexText(indexes);
  if (value === undefined)
    throw new UnretriableError(`its ${indexes.length} failed indexes are too many for one variable of a container`);
  const others = (overrides?.environment ?? []).filter(({ name }) => name !== INDEXES_VARIABLE);
  return {
    overrides: { ...overrides, environment: [...others, { name: INDEXES_VARIABLE, value }] },
    // An array has two children at least (API reference, ArrayProperties).
    size: indexes.length > 1 ? indexes.length : undefined,
    isWhole: false,
  };
}

/** What Fargate made of the wish, where that is more than the wish. */
function sizeNote(had: ReadonlyMap<string, string>, changes: RetryChanges, overrides: ContainerOverrides | undefined) {
  const vcpus = overrides?.resourceRequirements?.find(({ type }) => type === 'VCPU')?.value;
  const memory = overrides?.resourceRequirements?.find(({ type }) => type === 'MEMORY')?.value;
  const wishedMemory = changes.memoryMiB ?? Number(had.get('MEMORY') ?? 0) * (changes.memoryTimes ?? 1);
  const isMore =
    Number(vcpus ?? 0) > Number(changes.vcpus ?? had.get('VCPU') ?? 0) || Number(memory ?? 0) > wishedMemory;
  return isMore
    ? [`gets ${vcpus ?? had.get('VCPU')} vCPU and ${memory ?? had.get('MEMORY')} MiB, the next size that Fargate has`]
    : [];
}

/**
 * @throws UnretriableError when this job can't be submitted in that way; its message is a sentence without a subject's name
 */
export function resubmission(job: DescribedJob, terms: RetryTerms): Resubmission {
  const { changes, ran, runs, sharesFairly } = terms;
  const { jobName, jobQueue, jobDefinition } = job;
  if (jobName === undefined || jobQueue === undefined || jobDefinition === undefined)
    throw new UnretriableError('Batch does not tell its name, queue and definition');
  const notes: string[] = [];
  const parameters = { ...ran?.parameters, ...job.parameters };
  const own = Object.entries(job.parameters ?? {}).filter(([key, value]) => ran?.parameters?.[key] !== value);
  const onFargate = job.platformCapabilities?.[0] === 'FARGATE';
  const beyond =
    job.container && containerOverrides(job.container, ran?.containerProperties, parameters, changes, onFargate);
  const hasContainer =
    job.container !== undefined && job.ecsProperties === undefined && job.nodeProperties === undefined;
  const { overrides, size, isWhole } = forIndexes(job, terms, hasContainer ? beyond : undefined, notes);
  if (onFargate && job.container) notes.push(...sizeNote(requirementsOf(job.container), changes, beyond));
  if (runs !== nameIn(jobDefinition))
    notes.push(
      `runs ${runs}, since ${nameIn(jobDefinition)} was deregistered: image, roles, volumes and secrets are those of ${runs}`,
    );
  const queue = changes.queue ?? nameIn(jobQueue);
  if (sharesFairly && job.shareIdentifier === undefined)
    throw new UnretriableError(`${queue} shares by a policy and wants a share identifier, which this job has not`);
  const dependsOn = dependenciesOf(job, isWhole, terms, notes);
  const nodes = job.nodeProperties && nodeOverrides(job.nodeProperties, ran?.nodeProperties, parameters, changes);
  const ecs = job.ecsProperties && ecsOverrides(job.ecsProperties, ran?.ecsProperties, parameters, changes);
  const eks = job.eksProperties && eksOverrides(job.eksProperties, ran?.eksProperties, parameters, changes);
  const retryStrategy = retryStrategyOf(job, terms);
  const seconds = changes.timeoutSeconds ?? job.timeout?.attemptDurationSeconds;
  const consumables = job.consumableResourceProperties;
  return {
    notes,
    submission: {
      jobName,
      jobQueue: queue,
      jobDefinition: runs,
      ...(size === undefined ? {} : { arrayProperties: { size } }),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      ...(own.length === 0 ? {} : { parameters: Object.fromEntries(own) }),
      ...(overrides === undefined ? {} : { containerOverrides: overrides }),
      ...(nodes && { nodeOverrides: nodes }),
      ...(ecs && { ecsPropertiesOverride: ecs }),
      ...(eks && { eksPropertiesOverride: eks }),
      ...(consumables === undefined || same(consumables, ran?.consumableResourceProperties)
        ? {}
        : { consumableResourcePropertiesOverride: consumables }),
      ...(retryStrategy && { retryStrategy }),
      ...(seconds === undefined || seconds === ran?.timeout?.attemptDurationSeconds
        ? {}
        : { timeout: { attemptDurationSeconds: seconds } }),
      ...(sharesFairly && job.shareIdentifier !== undefined ? { shareIdentifier: job.shareIdentifier } : {}),
      ...(sharesFairly && job.schedulingPriority !== undefined
        ? { schedulingPriorityOverride: job.schedulingPriority }
        : {}),
      ...(job.propagateTags === undefined ? {} : { propagateTags: job.propagateTags }),
      tags: tagsOf(job, terms),
    },
  };
}
