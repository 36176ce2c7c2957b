/** A job definition's revision as AWS Batch describes it, read leniently: what it runs, asks for and allows. */
import * as z from 'zod';
import { jobFromDetail } from './fromBatch';
import type { Job } from './job';
import type { Shows } from './properties';

/** What Batch does with an attempt that ended like this; the first rule that fits counts. */
export interface ExitRule {
  action: 'RETRY' | 'EXIT';
  /** All must fit; `*` at the end allowed. */
  on: readonly (readonly ['status reason' | 'reason' | 'exit code', string])[];
}

export interface Definition {
  name: string;
  revision: number;
  arn: string | undefined;
  /** `container` or `multinode`. */
  type: string;
  /** EC2, FARGATE or EKS. */
  platforms: readonly string[];
  runs: Pick<
    Job,
    | 'image'
    | 'command'
    | 'vcpus'
    | 'memoryMiB'
    | 'gpus'
    | 'nodes'
    | 'timeoutSeconds'
    | 'environmentTimeoutSeconds'
    | 'environmentTimeoutGarbage'
    | 'logGroup'
    | 'logDriver'
  >;
  /** Containers that run beside each other in a job. */
  containers: number;
  /** 1 to 10; 1 where nothing is said (API reference, RetryStrategy). */
  attempts: number;
  rules: readonly ExitRule[];
  priority: number | undefined;
  jobRole: string | undefined;
  executionRole: string | undefined;
  /** Names alone: values may be secret. */
  variables: readonly string[];
  /** With their defaults. */
  parameters: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
}

const text = z.string().min(1).optional().catch(undefined);
const texts = z.record(z.string(), z.string()).catch({});
const named = z.array(z.object({ name: z.string() })).catch([]);
const container = z
  .object({ jobRoleArn: text, executionRoleArn: text, environment: named.optional(), env: named.optional() })
  .optional()
  .catch(undefined);
const task = z.object({ taskRoleArn: text, executionRoleArn: text, containers: z.array(container).catch([]) });
const properties = {
  containerProperties: container,
  ecsProperties: z
    .object({ taskProperties: z.array(task).catch([]) })
    .optional()
    .catch(undefined),
  eksProperties: z
    .object({ podProperties: z.object({ containers: z.array(container).catch([]) }).catch({ containers: [] }) })
    .optional()
    .catch(undefined),
};
const rule = z.object({
  action: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['RETRY', 'EXIT'])),
  onStatusReason: text,
  onReason: text,
  onExitCode: text,
});

/** Field names are those of `JobDefinition` in @aws-sdk/client-batch. */
const schema = z.looseObject({
  jobDefinitionName: z.string().min(1),
  revision: z.number().int(),
  jobDefinitionArn: text,
  type: z.string().catch('container'),
  platformCapabilities: z.array(z.string()).catch([]),
  containerOrchestrationType: text,
  retryStrategy: z
    .object({ attempts: z.number().int().optional(), evaluateOnExit: z.array(rule).catch([]) })
    .optional()
    .catch(undefined),
  schedulingPriority: z.number().optional().catch(undefined),
  parameters: texts,
  tags: texts,
  ...properties,
  nodeProperties: z
    .object({
      nodeRangeProperties: z.array(z.object({ container, ecsProperties: properties.ecsProperties })).catch([]),
    })
    .optional()
    .catch(undefined),
});
type Read = z.infer<typeof schema>;

const lastWord = (arn: string | undefined): string | undefined => arn?.slice(arn.lastIndexOf('/') + 1);

function containersOf({ containerProperties, ecsProperties, eksProperties, nodeProperties }: Read) {
  const tasks = [ecsProperties, ...(nodeProperties?.nodeRangeProperties.map((range) => range.ecsProperties) ?? [])];
  const inTasks = tasks.flatMap((each) => each?.taskProperties ?? []);
  const containers = [
    containerProperties,
    ...(nodeProperties?.nodeRangeProperties.map((range) => range.container) ?? []),
    ...inTasks.flatMap((each) => each.containers),
    ...(eksProperties?.podProperties.containers ?? []),
  ].filter((each) => each !== undefined);
  return { inTasks, containers };
}

const rulesOf = ({ retryStrategy }: Read): ExitRule[] =>
  (retryStrategy?.evaluateOnExit ?? []).map(({ action, onStatusReason, onReason, onExitCode }) => {
    const on = [
      ['status reason', onStatusReason],
      ['reason', onReason],
      ['exit code', onExitCode],
    ] as const;
    return { action, on: on.flatMap(([what, value]) => (value === undefined ? [] : [[what, value] as const])) };
  });

/**
 * Undefined for what has no name or revision.
 * @param shows tells which variable holds a timeout
 */
export function definitionFromBatch(detail: unknown, shows?: Shows): Definition | undefined {
  const parsed = schema.safeParse(detail);
  if (!parsed.success) return undefined;
  const read = parsed.data;
  const { inTasks, containers } = containersOf(read);
  const given = detail as Record<string, unknown>;
  // A definition keeps under `containerProperties` what a job keeps under `container`; all else has the same names.
  const runs = jobFromDetail(
    { ...given, jobId: read.jobDefinitionName, status: 'SUBMITTED', container: given.containerProperties },
    0,
    shows,
  );
  return {
    name: read.jobDefinitionName,
    revision: read.revision,
    arn: read.jobDefinitionArn,
    type: read.type,
    platforms: read.eksProperties || read.containerOrchestrationType === 'EKS' ? ['EKS'] : read.platformCapabilities,
    runs,
    containers: Math.max(1, containers.length),
    attempts: read.retryStrategy?.attempts ?? 1,
    rules: rulesOf(read),
    priority: read.schedulingPriority,
    jobRole: lastWord(read.containerProperties?.jobRoleArn ?? inTasks[0]?.taskRoleArn),
    executionRole: lastWord(read.containerProperties?.executionRoleArn ?? inTasks[0]?.executionRoleArn),
    variables: [...new Set(containers.flatMap((each) => [...(each.environment ?? []), ...(each.env ?? [])]))].map(
      ({ name }) => name,
    ),
    parameters: read.parameters,
    tags: read.tags,
  };
}
