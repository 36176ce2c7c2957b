/** Batch's operations on jobs: submit, describe, list, cancel and terminate. */
import type {
  CancelJobRequest,
  CancelJobsRequest,
  DescribeJobsRequest,
  ListJobsRequest,
  SubmitJobRequest,
} from '@aws-sdk/client-batch';
import { nameIn } from '../arns';
import { requestRefused } from '../awsError';
import type { Operations } from '../operation';
import { type BatchJobDetail, jobDetail, nodeDetail } from '../world/jobDetail';
import { cancel, terminate } from '../world/stopping';
import type { World } from '../world/world';
import { foundJob, foundNode } from './find';
import { listJobs } from './listJobs';
import { submitJob, submitted } from './submit';

const MOST_DESCRIBED = 100;
const MOST_STOPPED = 50;
/** API reference, CancelJob and TerminateJob, reason. */
const LONGEST_REASON = 1024;
const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([:#]\d+)?$/;

type Stop = typeof cancel;

const checkReason = (reason: string | undefined): string => {
  if (!reason) throw requestRefused('reason must not be empty.');
  if (reason.length > LONGEST_REASON) throw requestRefused(`reason must be at most ${LONGEST_REASON} characters`);
  return reason;
};

/** An unknown job is no error: Batch may have forgotten it. */
const stopOne = (world: World, stop: Stop) => (input: CancelJobRequest) => {
  const reason = checkReason(input.reason);
  if (!input.jobId) throw requestRefused('jobId must not be empty.');
  const job = foundJob(world, input.jobId);
  if (job) stop(world, job, reason);
  return {};
};

const stopMany = (world: World, stop: Stop) => (input: CancelJobsRequest) => {
  const reason = checkReason(input.reason);
  const ids = input.jobs ?? [];
  if (ids.length === 0) throw requestRefused('jobs must not be empty.');
  if (ids.length > MOST_STOPPED) throw requestRefused(`Maximum number of jobs supported is ${MOST_STOPPED}.`);
  const successful: string[] = [];
  const errors: { job: string; code: string; message: string }[] = [];
  for (const id of ids) {
    if (!JOB_ID.test(nameIn(id))) {
      errors.push({ job: id, code: 'ValidationException', message: `Job id ${id} is not valid` });
      continue;
    }
    const job = foundJob(world, id);
    if (job) stop(world, job, reason);
    successful.push(id);
  }
  return { successful, errors };
};

export function jobOperations(world: World): Operations {
  return {
    SubmitJob(input: SubmitJobRequest) {
      return submitted(submitJob(world, input));
    },

    /** Unknown ids are left out; the order is not the one asked for. */
    DescribeJobs({ jobs: ids }: DescribeJobsRequest) {
      if (!ids?.length) throw requestRefused('jobs must not be empty.');
      if (ids.length > MOST_DESCRIBED) {
        // The double space is Batch's own.
        throw requestRefused(`Maximum number of jobs supported is  ${MOST_DESCRIBED} .`);
      }
      const jobs: BatchJobDetail[] = [];
      for (const id of new Set(ids)) {
        const job = foundJob(world, id);
        const node = job ? undefined : foundNode(world, id);
        if (job) jobs.push(jobDetail(job));
        else if (node) jobs.push(nodeDetail(node.job, node.index));
      }
      return { jobs: jobs.reverse() };
    },

    ListJobs(input: ListJobsRequest) {
      return listJobs(world, input);
    },
    CancelJob: stopOne(world, cancel),
    TerminateJob: stopOne(world, terminate),
    CancelJobs: stopMany(world, cancel),
    TerminateJobs: stopMany(world, terminate),
  };
}
