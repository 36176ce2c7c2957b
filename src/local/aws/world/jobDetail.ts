/** A job as DescribeJobs, ListJobs and Batch's events show it. */
import type { AttemptDetail, ContainerDetail, JobDetail, JobSummary } from '@aws-sdk/client-batch';
import { containerInstanceArn, definitionArn, jobArn, queueArn, taskArn } from '../arns';
import { logStreamOf } from './logNames';
import { nodeJob } from './nodes';
import { attemptTasksOf, ecsPropertiesOf, eksAttemptsOf, eksPropertiesOf } from './severalContainers';
import { type Attempt, isOver, type SimJob, shownAttempt } from './simJob';

/** DescribeJobs leaves out `startedAt` until there is one, though the SDK's type asks for it. */
export type BatchJobDetail = Omit<JobDetail, 'startedAt'> & { startedAt?: number };

const networkOf = (attempt: Attempt) =>
  attempt.instanceId === undefined && attempt.privateIp !== undefined
    ? [
        {
          attachmentId: `${attempt.taskId.slice(0, 8)}-5494-4741-a50c-${attempt.taskId.slice(-12)}`,
          privateIpv4Address: attempt.privateIp,
        },
      ]
    : [];

function runOf(job: SimJob, attempt: Attempt): NonNullable<AttemptDetail['container']> {
  return {
    ...(attempt.containerInstanceId !== undefined && {
      containerInstanceArn: containerInstanceArn(attempt.cluster, attempt.containerInstanceId),
    }),
    taskArn: taskArn(attempt.cluster, attempt.taskId),
    ...(attempt.exitCode !== undefined && { exitCode: attempt.exitCode }),
    ...(attempt.reason !== undefined && { reason: attempt.reason }),
    ...(attempt.startedAt !== undefined && { logStreamName: logStreamOf(job.spec, attempt) }),
    networkInterfaces: networkOf(attempt),
  };
}

const attemptDetail = (job: SimJob, attempt: Attempt): AttemptDetail => ({
  // Of several containers each tells of itself, and the one place for all stays empty.
  container: job.spec.ecs ? { networkInterfaces: [] } : runOf(job, attempt),
  ...(job.spec.ecs && { taskProperties: attemptTasksOf(job, attempt) }),
  ...(attempt.startedAt !== undefined && { startedAt: attempt.startedAt }),
  ...(attempt.stoppedAt !== undefined && { stoppedAt: attempt.stoppedAt }),
  ...(attempt.statusReason !== undefined && { statusReason: attempt.statusReason }),
});

function containerOf(job: SimJob): ContainerDetail | undefined {
  if (!job.spec.container) return undefined;
  const attempt = shownAttempt(job);
  const lists = { volumes: [], environment: [], mountPoints: [], ulimits: [], networkInterfaces: [], secrets: [] };
  return { ...lists, ...job.spec.container, ...(attempt && runOf(job, attempt)) };
}

export function jobDetail(job: SimJob): BatchJobDetail {
  const { spec } = job;
  const container = containerOf(job);
  const shown = shownAttempt(job);
  return {
    jobArn: jobArn(job.id),
    jobName: spec.name,
    jobId: job.id,
    jobQueue: queueArn(spec.queue),
    status: job.status,
    ...(spec.shareIdentifier !== undefined && { shareIdentifier: spec.shareIdentifier }),
    ...(spec.schedulingPriority !== undefined && { schedulingPriority: spec.schedulingPriority }),
    // A pod's attempts are told in a list of their own.
    attempts: spec.eks ? [] : job.attempts.map((attempt) => attemptDetail(job, attempt)),
    ...(job.statusReason !== undefined && { statusReason: job.statusReason }),
    createdAt: job.createdAt,
    ...(spec.retry && { retryStrategy: { evaluateOnExit: [], ...spec.retry } }),
    ...(job.startedAt !== undefined && { startedAt: job.startedAt }),
    ...(job.stoppedAt !== undefined && { stoppedAt: job.stoppedAt }),
    dependsOn: spec.dependsOn,
    jobDefinition: definitionArn(spec.definition),
    parameters: spec.parameters,
    ...(container && { container }),
    ...(spec.ecs && { ecsProperties: ecsPropertiesOf(job, shown) }),
    ...(spec.eks && { eksProperties: eksPropertiesOf(job, shown) }),
    ...(spec.nodes && { nodeProperties: spec.nodes }),
    ...arrayOf(job),
    ...(spec.timeoutSeconds !== undefined && { timeout: { attemptDurationSeconds: spec.timeoutSeconds } }),
    tags: spec.tags,
    propagateTags: spec.propagateTags,
    platformCapabilities: spec.platform,
    eksAttempts: spec.eks ? eksAttemptsOf(job) : [],
    isCancelled: job.cancelled ?? false,
    isTerminated: job.terminated ?? false,
  };
}

function arrayOf(job: SimJob): Pick<JobDetail, 'arrayProperties'> {
  if (job.index !== undefined) return { arrayProperties: { statusSummary: {}, index: job.index } };
  if (!job.array) return {};
  const { counts, countedAt } = job.array;
  return {
    arrayProperties: {
      statusSummary: { ...counts },
      statusSummaryLastUpdatedAt: countedAt,
      size: job.spec.arraySize ?? 0,
    },
  };
}

/** `withStart: false` when the list was filtered by JOB_NAME: Batch leaves `startedAt` out of that one. */
export function jobSummary(job: SimJob, withStart = true): JobSummary {
  const attempt = shownAttempt(job);
  const { nodes } = job.spec;
  return {
    jobArn: jobArn(job.id),
    jobId: job.id,
    jobName: job.spec.name,
    createdAt: job.createdAt,
    status: job.status,
    ...(job.statusReason !== undefined && { statusReason: job.statusReason }),
    ...(withStart && job.startedAt !== undefined && { startedAt: job.startedAt }),
    ...(job.stoppedAt !== undefined && { stoppedAt: job.stoppedAt }),
    ...(attempt &&
      isOver(job) && {
        container: {
          ...(attempt.exitCode !== undefined && { exitCode: attempt.exitCode }),
          ...(attempt.reason !== undefined && { reason: attempt.reason }),
        },
      }),
    ...(job.spec.shareIdentifier !== undefined && { shareIdentifier: job.spec.shareIdentifier }),
    ...arrayOf(job),
    ...(nodes && { nodeProperties: { numNodes: nodes.numNodes } }),
    jobDefinition: definitionArn(job.spec.definition),
    ...(job.cancelled && { isCancelled: true }),
    ...(job.terminated && { isTerminated: true }),
  };
}

/** Node `index` of a multi-node job, `<id>#<index>`. */
export function nodeDetail(job: SimJob, index: number): BatchJobDetail {
  const { nodeProperties: _, ...detail } = jobDetail(nodeJob(job, index));
  return { ...detail, nodeDetails: { nodeIndex: index, isMainNode: index === (job.spec.nodes?.mainNode ?? 0) } };
}

export function nodeSummary(job: SimJob, index: number): JobSummary {
  return {
    ...jobSummary(job),
    jobArn: jobArn(`${job.id}#${index}`),
    jobId: `${job.id}#${index}`,
    nodeProperties: { isMainNode: index === job.spec.nodes?.mainNode, nodeIndex: index },
  };
}
