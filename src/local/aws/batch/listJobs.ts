/** ListJobs with its rules: one owner, one filter, a status that is RUNNING unless told, newest first. */
import type { JobSummary, KeyValuesPair, ListJobsRequest } from '@aws-sdk/client-batch';
import { hashOf } from '../../workload/random';
import { definitionArn, nameIn } from '../arns';
import { clientException, requestRefused } from '../awsError';
import { jobSummary, nodeSummary } from '../world/jobDetail';
import type { SimJob } from '../world/simJob';
import type { World } from '../world/world';
import { checkedMaxResults, decodeToken, encodeToken, pageOf } from './page';

/** Page sizes: API reference, ListJobs, maxResults. */
const MOST = 1000;
const MOST_FILTERED = 100;
const STATUSES = new Set(['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED']);

type Test = (job: SimJob) => boolean;

const startsOrIs = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;

function filterOf({ name, values }: KeyValuesPair): Test {
  const wanted = values ?? [];
  if (wanted.length === 0) throw requestRefused('filter values must not be empty');
  const times = wanted.map(Number);
  switch (name) {
    case 'JOB_NAME':
      return (job) => wanted.some((value) => startsOrIs(value.toLowerCase(), job.spec.name.toLowerCase()));
    case 'JOB_DEFINITION':
      return ({ spec }) =>
        wanted.some((value) =>
          value.startsWith('arn:')
            ? value === definitionArn(spec.definition)
            : startsOrIs(value, spec.definition.slice(0, spec.definition.lastIndexOf(':'))),
        );
    case 'BEFORE_CREATED_AT':
    case 'AFTER_CREATED_AT':
      if (times.some((time) => !Number.isFinite(time))) throw requestRefused(`${name} must be in milliseconds`);
      return (job) =>
        times.some((time) => (name === 'BEFORE_CREATED_AT' ? job.createdAt < time : job.createdAt > time));
    case 'SHARE_IDENTIFIER':
      return ({ spec }) => wanted.some((value) => startsOrIs(value, spec.shareIdentifier ?? ''));
    default:
      throw requestRefused(`Invalid filter name ${name}`);
  }
}

export function listJobs(world: World, input: ListJobsRequest): { jobSummaryList: JobSummary[]; nextToken?: string } {
  const owners = [input.jobQueue, input.arrayJobId, input.multiNodeJobId].filter((owner) => owner !== undefined);
  if (owners.length !== 1) {
    throw requestRefused('Exactly one of jobQueue, arrayJobId and multiNodeJobId must be specified');
  }
  if (input.jobStatus !== undefined && !STATUSES.has(input.jobStatus)) {
    throw requestRefused(`Invalid job status ${input.jobStatus}`);
  }
  const filters = input.filters ?? [];
  if (filters.length > 1) throw requestRefused('Only one filter can be used at a time');
  const status = input.jobStatus ?? 'RUNNING';
  if (input.jobQueue !== undefined) return ofQueue(world, input, filters[0], status);

  const children = input.arrayJobId !== undefined ? childrenOf(world, input.arrayJobId) : [];
  const summaries =
    input.arrayJobId !== undefined
      ? children.filter((job) => job.status === status).map((job) => jobSummary(job))
      : nodesOf(world, input.multiNodeJobId ?? '', status);
  const page = pageOf(summaries, input, JSON.stringify([owners[0], status]), MOST);
  return { jobSummaryList: page.items, ...page.next };
}

const childrenOf = (world: World, id: string): SimJob[] => world.families.get(nameIn(id)) ?? [];

function nodesOf(world: World, id: string, status: string): JobSummary[] {
  const job = world.jobs.get(nameIn(id));
  if (!job?.spec.nodes || job.status !== status) return [];
  return Array.from({ length: job.spec.nodes.numNodes ?? 0 }, (_, index) => nodeSummary(job, index));
}

function ofQueue(world: World, input: ListJobsRequest, filter: KeyValuesPair | undefined, status: string) {
  const name = nameIn(input.jobQueue ?? '');
  if (!world.queues.has(name)) throw clientException(`JobQueue ${input.jobQueue} not found.`);
  const test = filter && filterOf(filter);
  // SHARE_IDENTIFIER is the one filter that goes together with a status.
  const byStatus = !filter || (filter.name === 'SHARE_IDENTIFIER' && input.jobStatus !== undefined);
  const asked = checkedMaxResults(input.maxResults, MOST);
  const size = filter ? Math.min(asked, MOST_FILTERED) : asked;
  const of = hashOf(JSON.stringify([name, byStatus && status, filter]));

  const before = input.nextToken ? decodeToken(input.nextToken) : undefined;
  if (before && (before.of !== of || typeof before.createdAt !== 'number' || typeof before.id !== 'string')) {
    throw requestRefused('Invalid nextToken');
  }
  const { createdAt, id } = { createdAt: Number(before?.createdAt), id: String(before?.id) };
  const matching = (world.byQueue.get(name) ?? [])
    .filter((job) => (!byStatus || job.status === status) && (!test || test(job)))
    .filter((job) => !before || job.createdAt < createdAt || (job.createdAt === createdAt && job.id < id))
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  const page = matching.slice(0, size);
  const last = page.at(-1);
  return {
    jobSummaryList: page.map((job) => jobSummary(job, filter?.name !== 'JOB_NAME')),
    ...(last && matching.length > size && { nextToken: encodeToken({ of, createdAt: last.createdAt, id: last.id }) }),
  };
}
