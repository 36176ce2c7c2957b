/** Reports, in the operation's thread, the jobs that still run some minutes after Batch took the request to stop them. */

import { ingest } from '../../history/ingest';
import type { Operation } from '../../history/records/operation';
import { jobFromDetail } from '../../jobs/fromBatch';
import { isDone, type Job } from '../../jobs/job';
import { stillRunning } from '../../views/cancel';
import type { Room } from '../command';

/** Ten calls of DescribeJobs. */
const MOST_DESCRIBED = 1_000;

/** The history knows of most that they ended; Batch is asked for the others. */
async function running(operation: Operation, room: Room): Promise<{ jobs: Job[]; unseen: number }> {
  const active = new Set((await room.history.search.unfinished({ words: [] })).map(({ id }) => id));
  const ids: string[] = [];
  for await (const { outcomes } of room.history.operations.outcomes(operation.op))
    for (const { id, outcome } of outcomes) if (outcome === 'stopped' && active.has(id)) ids.push(id);
  const details = await room.batch.describe(ids.slice(0, MOST_DESCRIBED));
  const news = details.map((detail) => jobFromDetail(detail, room.now(), room.shows));
  // That they were terminated no event tells, and the clock tells of those that go on all the same.
  for (const job of news) await ingest(room.history.jobs, job, room.now);
  const jobs = news.filter((job) => !isDone(job));
  return { jobs, unseen: Math.max(0, ids.length - MOST_DESCRIBED) };
}

export async function reportRunning(operation: Operation, room: Room, remainingMs: () => number): Promise<void> {
  const { jobs, unseen } = await running(operation, room);
  if (jobs.length + unseen === 0) return;
  const message = stillRunning(operation, jobs, unseen, room.now());
  await room.slack.post(operation.messageChannel ?? operation.channel, message, remainingMs, operation.messageTs);
}
