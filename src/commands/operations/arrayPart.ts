/** Which of an array's children are meant, where only some states are: Batch is asked for each child, as it stands now. */
import type { JobSummary } from '@aws-sdk/client-batch';
import { BATCH_STATUSES, type BatchStatus, isDone } from '../../jobs/job';
import type { Room } from '../command';

const ACTIVE = BATCH_STATUSES.filter((status) => !isDone({ status }));

export interface ArrayPart {
  /** Children in one of the states, which nobody has asked Batch to stop yet. */
  meant: { id: string; status: BatchStatus }[];
  /** How many are being stopped already. */
  stopping: number;
  /** The states of those that are not meant. */
  others: BatchStatus[];
}

export async function arrayPart(parent: string, states: readonly BatchStatus[], room: Room): Promise<ArrayPart> {
  const part: ArrayPart = { meant: [], stopping: 0, others: [] };
  const met = new Set<string>();
  const take = (status: BatchStatus, { jobId = '', isCancelled, isTerminated }: JobSummary) => {
    if (met.has(jobId)) return;
    met.add(jobId);
    if (isCancelled || isTerminated) part.stopping++;
    else if (states.includes(status)) part.meant.push({ id: jobId, status });
    else part.others.push(status);
  };
  // From the first state to the last: a child that goes on meanwhile is met twice rather than never.
  for (const status of ACTIVE)
    for await (const page of room.batch.list({ arrayJobId: parent }, status))
      for (const child of page) take(status, child);
  return part;
}
