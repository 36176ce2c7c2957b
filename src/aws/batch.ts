/** AWS Batch: whole answers out of its pages, and its limits of ids a call. */
import {
  type BatchClient,
  type ComputeEnvironmentDetail,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  DescribeJobsCommand,
  DescribeSchedulingPoliciesCommand,
  GetJobQueueSnapshotCommand,
  type GetJobQueueSnapshotResponse,
  type JobDefinition,
  type JobDetail,
  type JobQueueDetail,
  type JobStatus,
  type JobSummary,
  paginateDescribeComputeEnvironments,
  paginateDescribeJobDefinitions,
  paginateDescribeJobQueues,
  paginateListJobs,
  type SchedulingPolicyDetail,
  SubmitJobCommand,
  type SubmitJobRequest,
  UpdateJobQueueCommand,
} from '@aws-sdk/client-batch';
import type { Environment, Front, Queue } from '../jobs/waiting';
import { pace } from './pace';
import { type Meet, sharersOf } from './share';
import { IDS_PER_STOP, jobStops } from './stops';
import { frontOf, spareEnvironments, wholeQueues } from './wholeQueues';

/** DescribeJobs takes 100 ids (https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html). */
export const IDS_PER_DESCRIBE = 100;
/** A page of ListJobs by status holds 1,000 at most (https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html). */
const JOBS_PER_LIST = 1000;
/** A page of ListJobs with a filter holds 100 at most (same page). */
const JOBS_PER_FILTERED_LIST = 100;
/**
 * SubmitJob has 50 calls a second for the whole account
 * (https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html), and pipelines that live from it.
 */
const SUBMITS_PER_SECOND = 20;
/** DescribeJobQueues, DescribeComputeEnvironments and DescribeJobDefinitions answer 100 a page. */
const DETAILS_PER_PAGE = 100;

/**
 * What became of one SubmitJob: `throttled` and `refused` left no job behind; `unsure` may have, since the answer was lost
 * or AWS had an error of its own, and has to be looked for before it is submitted again.
 */
export type Submitted =
  | { kind: 'submitted'; id: string }
  | { kind: 'throttled' }
  | { kind: 'refused'; why: string }
  | { kind: 'unsure'; why: string };

const whyOf = (error: unknown): string => {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
};

function submitFailure(error: unknown): Submitted {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status === 429 || /^(?:TooManyRequests|Throttl)/.test(name)) return { kind: 'throttled' };
  return { kind: status >= 400 && status < 500 ? 'refused' : 'unsure', why: whyOf(error) };
}

/**
 * @param once a client that never sends a request a second time by itself: SubmitJob is not idempotent, and stops are
 *   counted and spaced here
 * @param meet tells of other processes that do the same
 */
export function batchJobs(
  client: BatchClient,
  once: BatchClient,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
  meet: Meet = async () => 1,
) {
  const submissions = pace(SUBMITS_PER_SECOND, now, sleep, sharersOf('submissions', meet, now));
  const batch = {
    /** The jobs that Batch still knows, in no order; it forgets a job 7 days or more after its end. */
    async describe(ids: readonly string[]): Promise<JobDetail[]> {
      const found: JobDetail[] = [];
      for (let at = 0; at < ids.length; at += IDS_PER_DESCRIBE) {
        const answer = await client.send(new DescribeJobsCommand({ jobs: ids.slice(at, at + IDS_PER_DESCRIBE) }));
        found.push(...(answer.jobs ?? []));
      }
      return found;
    },

    /** Every job of a queue, an array or a multi-node job in one state, a page at a time, newest first. */
    async *list(
      of: { jobQueue: string } | { arrayJobId: string } | { multiNodeJobId: string },
      jobStatus: JobStatus,
    ): AsyncGenerator<JobSummary[]> {
      for await (const page of paginateListJobs({ client, pageSize: JOBS_PER_LIST }, { ...of, jobStatus })) {
        yield page.jobSummaryList ?? [];
      }
    },

    /** Every job of a queue that was submitted after a moment (ms), in whatever state, a page of 100 at a time, newest first. */
    async *listSince(jobQueue: string, createdAfter: number): AsyncGenerator<JobSummary[]> {
      const filters = [{ name: 'AFTER_CREATED_AT', values: [String(Math.floor(createdAfter))] }];
      for await (const page of paginateListJobs({ client, pageSize: JOBS_PER_FILTERED_LIST }, { jobQueue, filters }))
        yield page.jobSummaryList ?? [];
    },

    /** All queues, or the named one; an unknown name gives none. */
    async queues(name?: string): Promise<JobQueueDetail[]> {
      if (name !== undefined) {
        return (await client.send(new DescribeJobQueuesCommand({ jobQueues: [name] }))).jobQueues ?? [];
      }
      const found: JobQueueDetail[] = [];
      for await (const page of paginateDescribeJobQueues({ client, pageSize: DETAILS_PER_PAGE }, {})) {
        found.push(...(page.jobQueues ?? []));
      }
      return found;
    },

    /** All compute environments, or those named by name or ARN. */
    async computeEnvironments(names?: readonly string[]): Promise<ComputeEnvironmentDetail[]> {
      if (names !== undefined) {
        if (names.length === 0) return [];
        const input = { computeEnvironments: [...names] };
        return (await client.send(new DescribeComputeEnvironmentsCommand(input))).computeEnvironments ?? [];
      }
      const found: ComputeEnvironmentDetail[] = [];
      for await (const page of paginateDescribeComputeEnvironments({ client, pageSize: DETAILS_PER_PAGE }, {})) {
        found.push(...(page.computeEnvironments ?? []));
      }
      return found;
    },

    /** The active revisions of all definitions, or of the named one, a page at a time. */
    async *definitions(name?: string): AsyncGenerator<JobDefinition[]> {
      const of = { status: 'ACTIVE', ...(name === undefined ? {} : { jobDefinitionName: name }) };
      for await (const page of paginateDescribeJobDefinitions({ client, pageSize: DETAILS_PER_PAGE }, of)) {
        yield page.jobDefinitions ?? [];
      }
    },

    /** One revision, `name:revision`, deregistered or not; undefined when there is none (any more). */
    async definition(revision: string): Promise<JobDefinition | undefined> {
      const answer = await client.send(new DescribeJobDefinitionsCommand({ jobDefinitions: [revision] }));
      return answer.jobDefinitions?.[0];
    },

    /** The first 100 RUNNABLE jobs of a queue in the order of their turn, and the capacity that its started jobs hold. */
    async snapshot(queue: string): Promise<GetJobQueueSnapshotResponse> {
      return await client.send(new GetJobQueueSnapshotCommand({ jobQueue: queue }));
    },

    /** Undefined when there is no such policy (any more). */
    async schedulingPolicy(arn: string): Promise<SchedulingPolicyDetail | undefined> {
      return (await client.send(new DescribeSchedulingPoliciesCommand({ arns: [arn] }))).schedulingPolicies?.[0];
    },

    /** One SubmitJob, sent once, in its turn. Never throws: the caller decides what a failure means. */
    async submit(job: SubmitJobRequest): Promise<Submitted> {
      try {
        await submissions.turn(() => Number.POSITIVE_INFINITY);
        const { jobId } = await once.send(new SubmitJobCommand(job));
        return jobId === undefined ? { kind: 'unsure', why: 'Batch gave no id' } : { kind: 'submitted', id: jobId };
      } catch (error) {
        return submitFailure(error);
      }
    },

    /**
     * The ids of a queue's jobs of that name, in whatever state, that were created at or after `since` (ms). ListJobs by
     * name ignores the state and lists the newest first (https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html).
     */
    async idsByName(jobQueue: string, name: string, since: number): Promise<string[]> {
      const ids: string[] = [];
      const filters = [{ name: 'JOB_NAME', values: [name] }];
      for await (const page of paginateListJobs({ client, pageSize: DETAILS_PER_PAGE }, { jobQueue, filters })) {
        const jobs = page.jobSummaryList ?? [];
        ids.push(...jobs.filter(({ createdAt = since }) => createdAt >= since).flatMap(({ jobId }) => jobId ?? []));
        if (jobs.some(({ createdAt = since }) => createdAt < since)) break;
      }
      return ids;
    },

    /** Lets a queue take new jobs, or not; those inside go on either way. */
    async setQueueState(jobQueue: string, state: 'ENABLED' | 'DISABLED'): Promise<void> {
      await client.send(new UpdateJobQueueCommand({ jobQueue, state }));
    },

    stop: jobStops(once, now, sleep, sharersOf('stops', meet, now)),

    /** How many ids one call takes. */
    idsPerCall: { describe: IDS_PER_DESCRIBE, stop: IDS_PER_STOP },
  };
  return {
    ...batch,

    /** Every queue with its compute environments, and those that no queue uses: two calls in an account of up to 100 of each. */
    async wholeQueues(): Promise<{ queues: Queue[]; spare: Environment[] }> {
      const [details, environments] = await Promise.all([batch.queues(), batch.computeEnvironments()]);
      const queues = wholeQueues(details, environments);
      return { queues, spare: spareEnvironments(queues, environments) };
    },

    /**
     * The front of a queue's line.
     * @param share of whose use in a fair-share queue is told
     */
    async front(queue: string, share?: string): Promise<Front> {
      return frontOf(await batch.snapshot(queue), share);
    },
  };
}
export type BatchJobs = ReturnType<typeof batchJobs>;
