/** Cancelling, 100 jobs at a time: each described again first, none stopped twice, whoever died over it before. */
import type { JobDetail } from '@aws-sdk/client-batch';
import { IDS_PER_DESCRIBE, IDS_PER_STOP, type StopFailure } from '../../aws/batch';
import type { Outcome } from '../../history/operation';
import { cancelledBy, cancelReason } from '../../jobs/cancelReason';
import { BATCH_STATUSES } from '../../jobs/job';
import { chooseStop } from '../../jobs/lifecycle';
import { CANCEL_WORDS } from '../../views/cancel';
import type { Room } from '../command';
import type { Chunk, OperationKind } from './kind';

/** How often a throttled job is tried again inside one chunk. */
const MOST_TRIES = 5;

const isThrottled = ({ why }: StopFailure): boolean => /^(Throttling|TooManyRequests)/i.test(why);

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

async function stopAll(
  kind: 'cancel' | 'terminate',
  ids: readonly string[],
  reason: string,
  room: Room,
  sleep: (ms: number) => Promise<void>,
): Promise<Outcome[]> {
  let left = [...ids];
  const outcomes = new Map<string, Outcome>();
  for (let tries = 1; left.length > 0; tries++) {
    const failures = await room.batch[kind](left, reason);
    const failed = new Map(failures.map((failure) => [failure.id, failure]));
    for (const id of left) {
      const failure = failed.get(id);
      outcomes.set(
        id,
        failure === undefined ? { id, outcome: 'stopped' } : { id, outcome: 'failed', why: failure.why },
      );
    }
    left = failures.filter(isThrottled).map(({ id }) => id);
    if (tries >= MOST_TRIES) break;
    if (left.length > 0) await sleep(200 * 2 ** tries * (0.5 + Math.random()));
  }
  return [...outcomes.values()];
}

async function carryOut(
  { operation, ids, begin }: Chunk,
  room: Room,
  sleep: (ms: number) => Promise<void>,
): Promise<Outcome[]> {
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
    for (let at = 0; at < todo[kind].length; at += IDS_PER_STOP)
      outcomes.push(...(await stopAll(kind, todo[kind].slice(at, at + IDS_PER_STOP), words, room, sleep)));
  }
  return outcomes;
}

export const cancelJobs: OperationKind = { words: CANCEL_WORDS, idsPerChunk: IDS_PER_DESCRIBE, carryOut };
