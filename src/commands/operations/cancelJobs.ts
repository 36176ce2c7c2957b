/** Cancelling, 100 jobs at a time: each described again first, none stopped twice, whoever died over it before. */
import type { JobDetail } from '@aws-sdk/client-batch';
import { IDS_PER_DESCRIBE } from '../../aws/batch';
import { IDS_PER_STOP } from '../../aws/stops';
import type { Outcome } from '../../history/records/operation';
import { cancelledBy, cancelReason } from '../../jobs/cancelReason';
import { BATCH_STATUSES } from '../../jobs/job';
import { chooseStop } from '../../jobs/lifecycle';
import { CANCEL_WORDS } from '../../views/cancel';
import type { Room } from '../command';
import type { Chunk, OperationKind } from './kind';
import { reportRunning } from './reportRunning';

type Decision = Outcome | 'cancel' | 'terminate' | 'requested';

/** What there is to do with a job, decided from what Batch says of it now; `requested` when its stop was asked for already. */
export function decide(id: string, detail: JobDetail | undefined, op: string): Decision {
  if (detail === undefined) return { id, outcome: 'gone' };
  // A job that carries this operation's own reason was stopped by a worker that died before it could write so.
  if (cancelledBy({ statusReason: detail.statusReason })?.op === op) return { id, outcome: 'stopped' };
  const status = BATCH_STATUSES.find((known) => known === detail.status);
  if (status === undefined || status === 'SUCCEEDED' || status === 'FAILED') return { id, outcome: 'ended' };
  if (detail.isCancelled === true || detail.isTerminated === true) return 'requested';
  const how = chooseStop(status, detail.arrayProperties?.size !== undefined);
  return how === 'skip' ? { id, outcome: 'ended' } : how;
}

async function carryOut({ operation, ids, begin, remainingMs }: Chunk, room: Room): Promise<Outcome[]> {
  const { op, reason } = operation;
  const details = new Map((await room.batch.describe(ids)).map((detail) => [detail.jobId, detail]));
  const outcomes: Outcome[] = [];
  const todo = { cancel: [] as string[], terminate: [] as string[] };
  const requested: string[] = [];
  for (const id of ids) {
    const decision = decide(id, details.get(id), op);
    if (typeof decision === 'object') outcomes.push(decision);
    else if (decision === 'requested') requested.push(id);
    else todo[decision].push(id);
  }
  const planned = [...todo.cancel, ...todo.terminate];
  const before = planned.length + requested.length === 0 ? undefined : await begin(planned);
  // What a worker was about to stop, and is being stopped now, it stopped.
  for (const id of requested) outcomes.push({ id, outcome: before?.includes(id) ? 'stopped' : 'stopping' });
  const words = cancelReason((operation.startedBy ?? operation.askedBy).name, op, reason);
  for (const kind of ['cancel', 'terminate'] as const) {
    for (let at = 0; at < todo[kind].length; at += IDS_PER_STOP) {
      const some = todo[kind].slice(at, at + IDS_PER_STOP);
      const failures = new Map((await room.batch.stop(kind, some, words, remainingMs)).map(({ id, why }) => [id, why]));
      for (const id of some) {
        const why = failures.get(id);
        outcomes.push(why === undefined ? { id, outcome: 'stopped' } : { id, outcome: 'failed', why });
      }
    }
  }
  return outcomes;
}

export const cancelJobs: OperationKind = {
  words: CANCEL_WORDS,
  idsPerChunk: IDS_PER_DESCRIBE,
  carryOut,
  lookBack: { afterSeconds: 300, look: reportRunning },
};
