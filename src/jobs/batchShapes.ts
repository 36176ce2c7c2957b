/**
 * The shapes in which AWS Batch describes a job, read leniently: unknown fields pass, and a field of the wrong type is
 * dropped, since one odd field must not lose the news that a job failed.
 *
 * Field names and nesting are those of `JobDetail` and `JobSummary` in @aws-sdk/client-batch; events carry the same
 * `JobDetail`, and those of 2017-2020 lack most of it.
 */
import * as z from 'zod';

const orNothing = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const text = orNothing(z.string().min(1));
const whole = orNothing(z.number().int());
const amount = orNothing(z.number());
const flag = orNothing(z.boolean());
const ms = orNothing(z.number().int().nonnegative());

/** A list whose unreadable members are left out. */
const listOf = <T extends z.ZodType>(member: T) =>
  orNothing(
    z.array(z.unknown()).transform((items) =>
      items.flatMap((item) => {
        const read = member.safeParse(item);
        return read.success ? [read.data] : [];
      }),
    ),
  );

/** A map to strings whose other values are left out. */
const textMap = orNothing(
  z
    .record(z.string(), z.unknown())
    .transform((map) =>
      Object.fromEntries(
        Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      ),
    ),
);

const environment = listOf(z.object({ name: z.string(), value: z.string().catch('') }));
const logConfiguration = orNothing(z.object({ logDriver: text, options: textMap }));
const resourceRequirements = listOf(z.object({ type: z.string(), value: z.string() }));

/** What one run of one container left behind. */
const outcome = { exitCode: whole, reason: text, logStreamName: text };
const placement = { taskArn: text, containerInstanceArn: text };

const ecsContainer = z.object({
  ...outcome,
  name: text,
  image: text,
  command: listOf(z.string()),
  environment,
  essential: flag,
  logConfiguration,
  resourceRequirements,
  vcpus: amount,
  memory: amount,
  user: text,
  privileged: flag,
  readonlyRootFilesystem: flag,
  secrets: listOf(z.object({ name: z.string() })),
  mountPoints: listOf(z.object({ containerPath: text, sourceVolume: text, readOnly: flag })),
  ulimits: listOf(z.object({ name: z.string(), softLimit: amount, hardLimit: amount })),
});
const eksContainer = z.object({
  ...outcome,
  name: text,
  image: text,
  command: listOf(z.string()),
  args: listOf(z.string()),
  env: environment,
  resources: orNothing(z.object({ limits: textMap, requests: textMap })),
});

/** What is set for all containers of a task. */
const task = {
  executionRoleArn: text,
  volumes: listOf(
    z.object({
      name: text,
      host: orNothing(z.object({ sourcePath: text })),
      efsVolumeConfiguration: orNothing(z.object({ fileSystemId: text, rootDirectory: text })),
    }),
  ),
  ephemeralStorage: orNothing(z.object({ sizeInGiB: amount })),
  runtimePlatform: orNothing(z.object({ cpuArchitecture: text })),
};
const container = z.object({
  ...ecsContainer.shape,
  ...placement,
  ...task,
  jobRoleArn: text,
  instanceType: text,
  fargatePlatformConfiguration: orNothing(z.object({})),
});
const ecsProperties = z.object({
  taskProperties: listOf(z.object({ ...placement, ...task, taskRoleArn: text, containers: listOf(ecsContainer) })),
});
const pod = { podName: text, nodeName: text };
const eksProperties = z.object({
  podProperties: orNothing(
    z.object({
      ...pod,
      serviceAccountName: text,
      metadata: orNothing(z.object({ namespace: text })),
      containers: listOf(eksContainer),
    }),
  ),
});
/** How one of several containers went. */
const named = z.object({ ...outcome, name: text });

/** What a job, or a node range of a multi-node job, runs: one of three. */
const workload = {
  container: orNothing(container),
  ecsProperties: orNothing(ecsProperties),
  eksProperties: orNothing(eksProperties),
};

const ran = { startedAt: ms, stoppedAt: ms, statusReason: text };
/** Never fails on a member, so that the attempts keep their numbers. */
const attempts = <T extends z.ZodType<object>>(member: T, unreadable: z.output<T>) =>
  orNothing(z.array(member.catch(unreadable)));

const arrayProperties = z.object({
  size: whole,
  index: whole,
  statusSummary: orNothing(z.record(z.string(), z.unknown())),
  statusSummaryLastUpdatedAt: ms,
});

const identity = {
  jobId: z.string().min(1),
  jobArn: text,
  jobName: text,
  status: z.unknown().optional(),
  statusReason: text,
  createdAt: ms,
  startedAt: ms,
  stoppedAt: ms,
  jobDefinition: text,
  arrayProperties: orNothing(arrayProperties),
  isCancelled: flag,
  isTerminated: flag,
};

/** DescribeJobs' `JobDetail`, which is also the `detail` of an event. */
export const jobDetailSchema = z.object({
  ...identity,
  ...workload,
  jobQueue: text,
  attempts: attempts(
    z.object({
      ...ran,
      container: orNothing(z.object({ ...outcome, ...placement })),
      taskProperties: listOf(z.object({ ...placement, containers: listOf(named) })),
    }),
    {},
  ),
  eksAttempts: attempts(z.object({ ...ran, ...pod, podNamespace: text, containers: listOf(named) }), {}),
  retryStrategy: orNothing(
    z.object({
      attempts: whole,
      evaluateOnExit: listOf(
        z.object({
          // Batch takes either case and gives back what it was given.
          action: z
            .string()
            .toUpperCase()
            .pipe(z.enum(['RETRY', 'EXIT'])),
          onStatusReason: text,
          onReason: text,
          onExitCode: text,
        }),
      ),
    }),
  ),
  timeout: orNothing(z.object({ attemptDurationSeconds: amount })),
  dependsOn: listOf(z.object({ jobId: text, type: text })),
  parameters: textMap,
  shareIdentifier: text,
  schedulingPriority: amount,
  nodeDetails: orNothing(z.object({ nodeIndex: whole, isMainNode: flag })),
  nodeProperties: orNothing(
    z.object({
      numNodes: whole,
      mainNode: whole,
      nodeRangeProperties: listOf(z.object({ targetNodes: text, ...workload })),
    }),
  ),
  tags: textMap,
  platformCapabilities: listOf(z.enum(['EC2', 'FARGATE'])),
});
export type JobDetail = z.infer<typeof jobDetailSchema>;

/** ListJobs' `JobSummary`. */
export const jobSummarySchema = z.object({
  ...identity,
  container: orNothing(z.object({ ...outcome })),
  nodeProperties: orNothing(z.object({ numNodes: whole })),
});

/** An event of EventBridge whose source is `aws.batch`; `detail` is read by `jobFromDetail`. */
export const eventSchema = z.object({
  'detail-type': z.enum(['Batch Job State Change', 'Batch Job Queue Blocked']),
  source: z.literal('aws.batch'),
  account: text,
  time: z.iso.datetime({ offset: true }),
  region: text,
  resources: listOf(z.string()),
  detail: z.looseObject({}),
});
