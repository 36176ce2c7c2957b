/** The account's past and its daily life. */
import { DescribeJobQueuesCommand, DescribeJobsCommand, ListJobsCommand } from '@aws-sdk/client-batch';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { pastFamilies } from '../../../src/local/workload/past';
import { localAws } from '../aws/localClients';

const WEEK_MS = 7 * 86_400_000;
const past = (seed: number, count: number, bornAt = Date.UTC(2026, 5, 1)) =>
  [...pastFamilies({ seed, count, bornAt, clusterOf: (environment) => `AWSBatch-${environment}` })].flat();

test('the same seed has the same past, another seed another one', () => {
  expect(past(1, 300)).toEqual(past(1, 300));
  expect(past(2, 300)).not.toEqual(past(1, 300));
  expect(past(1, 300)).toHaveLength(300);
});

test('past jobs are plausible: over before the beginning, times in order, named as people name them', () => {
  const bornAt = Date.UTC(2026, 5, 1);
  const jobs = past(3, 4000, bornAt);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(4000);
  for (const job of jobs) {
    expect(job.spec.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
    expect(job.stoppedAt).toBeLessThan(bornAt);
    expect(job.createdAt).toBeLessThan(job.stoppedAt ?? 0);
    if (job.startedAt !== undefined) expect(job.startedAt).toBeGreaterThan(job.createdAt);
    expect(job.createdAt).toBeGreaterThan(bornAt - 32 * 86_400_000);
  }
  const names = jobs.map(({ spec }) => spec.name).join('\n');
  for (const habit of [
    /^NFCORE_\w+_SRR\d+$/m,
    /^cromwell-[0-9a-f]{8}-\w+-shard-\d+$/m,
    /^\w+_\w+_\d{4}-\d\d-\d\d_array$/m,
    /^\w+-nightly-.*-\d{8}-\w+/m,
    /^train-.*-lr.*-seed\d+$/m,
    /^\w+-wgs-germline-NA\d+-\w+-\d+$/m,
  ]) {
    expect(names).toMatch(habit);
  }
  const reasons = new Set(
    jobs.filter(({ status }) => status === 'FAILED').map(({ statusReason }) => statusReason?.slice(0, 10)),
  );
  expect(reasons.size).toBeGreaterThanOrEqual(6);
  const failed = jobs.filter(({ status }) => status === 'FAILED').length / jobs.length;
  expect(failed).toBeGreaterThan(0.04);
  expect(failed).toBeLessThan(0.2);
});

test('Batch still knows the last week of 5000 past jobs, the rest are forgotten, and their logs are not', async () => {
  const world = await localAws({ pastJobs: 5000 });
  const forgotten = [...world.aws.forgottenJobs()];
  const { jobQueues = [] } = await world.batch.send(new DescribeJobQueuesCommand({}));
  expect(jobQueues.length).toBeGreaterThanOrEqual(40);
  let held = 0;
  for (const { jobQueueName } of jobQueues) {
    for (const jobStatus of ['SUCCEEDED', 'FAILED'] as const) {
      const page = await world.batch.send(new ListJobsCommand({ jobQueue: jobQueueName, jobStatus }));
      for (const { jobId, arrayProperties, stoppedAt } of page.jobSummaryList ?? []) {
        expect(stoppedAt).toBeGreaterThan(Date.now() - WEEK_MS - 60_000);
        expect(jobId).toBeDefined();
        held += 1 + (arrayProperties?.size ?? 0);
      }
    }
  }
  expect(held).toBeGreaterThan(500);
  expect(held + forgotten.length).toBe(5000);

  const old = forgotten.find(({ container }) => container?.exitCode === 137 && container.reason !== undefined);
  const gone = await world.batch.send(new DescribeJobsCommand({ jobs: [old?.jobId ?? ''] }));
  expect(gone.jobs).toEqual([]);
  const stream = { logGroupName: '/aws/batch/job', logStreamName: old?.container?.logStreamName };
  const { events } = await world.logs.send(new GetLogEventsCommand(stream));
  expect(events?.at(-1)?.message).toBe('Killed');
  expect(events?.at(-1)?.timestamp).toBe(old?.stoppedAt);
  await world.close();
});

test('left alone, the account submits work of every kind, and none while paused', async () => {
  const world = await localAws({ autonomous: true, speed: 300 });
  const live = async (ms: number) => {
    world.aws.resume();
    await new Promise((resolve) => setTimeout(resolve, ms));
    world.aws.pause();
    return world.events();
  };
  try {
    const details = (await live(2_500)).map(({ detail }) => detail);
    const ends = new Set(details.map(({ status, statusReason = '' }) => `${status} ${statusReason.slice(0, 8)}`));
    for (const end of [
      'SUCCEEDED Essentia',
      'FAILED Essentia',
      'FAILED Task fai',
      'FAILED Host EC2',
      'FAILED Dependen',
    ]) {
      expect(ends).toContain(end);
    }
    expect(ends).toContain('RUNNABLE MISCONFI');
    expect(details.some(({ container }) => container?.reason?.startsWith('OutOfMemory'))).toBe(true);
    expect(details.some(({ statusReason }) => statusReason === 'Job attempt duration exceeded timeout')).toBe(true);
    expect(details.some(({ arrayProperties }) => (arrayProperties?.size ?? 0) >= 10)).toBe(true);
    expect(await world.events()).toEqual([]);
    expect(await live(300)).not.toEqual([]);
  } finally {
    await world.close();
  }
});
