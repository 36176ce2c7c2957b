/** Cancelling, 100 jobs at a time: each described again first, none stopped twice, whoever died over it before. */
import type { JobDetail } from '@aws-sdk/client-batch';
import { IDS_PER_DESCRIBE } from '../../aws/batch';
import { IDS_PER_STOP } from '../../aws/stops';
import type { Operation, Outcome } from '../../history/records/operation';
import { cancelledBy, cancelReason } from '../../jobs/cancelReason';
import { BATCH_STATUSES, type BatchStatus } from '../../jobs/job';
import { chooseStopIn, hasStarted } from '../../jobs/lifecycle';
import { CANCEL_WORDS, CLEAR_WORDS } from '../../views/cancel';
import { count } from '../../views/words';
import type { Room } from '../command';
import { type ArrayPart, arrayPart } from './arrayPart';
import { type Chunk, HeldUpError, type OperationKind } from './kind';
import { reportRunning } from './reportRunning';

type Stop = 'cancel' | 'terminate';
type Decision = Outcome | Stop | 'requested' | 'children';

const leftAlone = (id: string, status: BatchStatus): Outcome => ({
  id,
  outcome: hasStarted(status) ? 'started' : 'moved',
});

/**
 * What there is to do with a job, decided from what Batch says of it now; `requested` when its stop was asked for already,
 * `children` for an array that is meant in some states only, which its children are in, or not.
 */
export function decide(
  id: string,
  detail: JobDetail | undefined,
  { op, states }: Pick<Operation, 'op' | 'states'>,
): Decision {
  if (detail === undefined) return { id, outcome: 'gone' };
  // A job that carries this operation's own reason was stopped by a worker that died before it could write so.
  if (cancelledBy({ statusReason: detail.statusReason })?.op === op) return { id, outcome: 'stopped' };
  const status = BATCH_STATUSES.find((known) => known === detail.status);
  if (status === undefined || status === 'SUCCEEDED' || status === 'FAILED') return { id, outcome: 'ended' };
  if (detail.isCancelled === true || detail.isTerminated === true) return 'requested';
  const isParent = detail.arrayProperties?.size !== undefined;
  if (isParent && states !== undefined && status === 'PENDING') return 'children';
  if (states?.includes(status) === false) return leftAlone(id, status);
  const how = chooseStopIn(states, status, isParent ? { opened: false } : undefined);
  return how === 'skip' ? { id, outcome: 'ended' } : how;
}

/** Some of an array's children, each to be stopped by itself. */
interface Part extends ArrayPart {
  id: string;
}

/** An array is stopped as a whole where all its children are meant that have not ended, else child by child. */
async function decideArray(id: string, states: readonly BatchStatus[], room: Room): Promise<Outcome | Stop | Part> {
  const part = await arrayPart(id, states, room);
  const { meant, others, stopping } = part;
  const [other] = others;
  if (meant.length > 0 && other !== undefined) return { id, ...part };
  if (meant.length === 0 && other !== undefined) return leftAlone(id, others.find(hasStarted) ?? other);
  if (meant.length === 0 && stopping > 0) return { id, outcome: 'stopping' };
  // It waits for other jobs itself, and its children are not there yet.
  if (meant.length === 0 && !states.includes('PENDING')) return leftAlone(id, 'PENDING');
  const how = chooseStopIn(states, 'PENDING', { opened: meant.length > 0 });
  return how === 'skip' ? { id, outcome: 'ended' } : how;
}

function outcomeOf({ id, meant, others }: Part, failures: ReadonlyMap<string, string>): Outcome {
  const [why] = failures.values();
  if (why !== undefined) return { id, outcome: 'failed', why: `${count(failures.size, 'child', 'children')}: ${why}` };
  const started = others.filter(hasStarted).length;
  const rest = [
    ...(started > 0 ? [`${started} had started`] : []),
    ...(others.length > started ? [`${others.length - started} in another state`] : []),
  ];
  return {
    id,
    outcome: 'partly',
    why: `${count(meant.length, 'child', 'children')} cancelled, left alone: ${rest.join(', ')}`,
  };
}

interface Plan {
  outcomes: Outcome[];
  todo: Record<Stop, string[]>;
  parts: Part[];
  requested: string[];
}

/**
 * What there is to do with a chunk. What Batch answered is let go with this function: the stops wait for their turn, and what
 * is held for so long counts as old, which the garbage collector leaves lying until there is much of it.
 */
async function plan({ operation, ids }: Chunk, room: Room): Promise<Plan> {
  const details = new Map((await room.batch.describe(ids)).map((detail) => [detail.jobId, detail]));
  const outcomes: Outcome[] = [];
  const todo: Record<Stop, string[]> = { cancel: [], terminate: [] };
  const parts: Part[] = [];
  const requested: string[] = [];
  for (const id of ids) {
    const first = decide(id, details.get(id), operation);
    const decision = first === 'children' ? await decideArray(id, operation.states ?? [], room) : first;
    if (decision === 'requested') requested.push(id);
    else if (typeof decision === 'string') todo[decision].push(id);
    else if ('meant' in decision) parts.push(decision);
    else outcomes.push(decision);
  }
  return { outcomes, todo, parts, requested };
}

async function carryOut(chunk: Chunk, room: Room): Promise<Outcome[]> {
  const { operation, begin, remainingMs } = chunk;
  const { op, reason, states } = operation;
  const { outcomes, todo, parts, requested } = await plan(chunk, room);
  // Somebody pressed Stop: what was not stopped yet goes on.
  if (operation.state === 'halting') for (const some of [todo.cancel, todo.terminate, parts]) some.length = 0;
  const planned = [...todo.cancel, ...todo.terminate, ...parts.map(({ id }) => id)];
  const before = planned.length + requested.length === 0 ? undefined : await begin(planned);
  // What a worker was about to stop, and is being stopped now, it stopped.
  for (const id of requested) outcomes.push({ id, outcome: before?.includes(id) ? 'stopped' : 'stopping' });

  const words = cancelReason((operation.startedBy ?? operation.askedBy).name, op, reason);
  async function stop(kind: Stop, all: readonly string[]): Promise<Map<string, string>> {
    const failures = new Map<string, string>();
    for (let at = 0; at < all.length; at += IDS_PER_STOP) {
      const some = all.slice(at, at + IDS_PER_STOP);
      for (const { id, why } of await room.batch.stop(kind, some, words, remainingMs)) failures.set(id, why);
    }
    return failures;
  }
  async function stopPart(part: Part): Promise<Outcome> {
    const failures = new Map<string, string>();
    for (const kind of ['cancel', 'terminate'] as const) {
      const some = part.meant.filter(({ status }) => chooseStopIn(states, status, undefined) === kind);
      const own = await stop(
        kind,
        some.map(({ id }) => id),
      );
      for (const [id, why] of own) failures.set(id, why);
    }
    return outcomeOf(part, failures);
  }
  try {
    for (const kind of ['cancel', 'terminate'] as const) {
      for (let at = 0; at < todo[kind].length; at += IDS_PER_STOP) {
        const some = todo[kind].slice(at, at + IDS_PER_STOP);
        const failures = await stop(kind, some);
        for (const id of some) {
          const why = failures.get(id);
          outcomes.push(why === undefined ? { id, outcome: 'stopped' } : { id, outcome: 'failed', why });
        }
      }
    }
    for (const part of parts) outcomes.push(await stopPart(part));
    return states === undefined ? outcomes : await seeWhatStarted(outcomes, todo.cancel, room);
  } catch (error) {
    throw new HeldUpError(outcomes, error);
  }
}

/** CancelJob says yes to a job that has just started, and leaves it alone. */
async function seeWhatStarted(outcomes: Outcome[], cancelled: readonly string[], room: Room): Promise<Outcome[]> {
  const details = cancelled.length === 0 ? [] : await room.batch.describe(cancelled);
  const started = new Set(
    details.flatMap(({ jobId, status }) => (status === 'STARTING' || status === 'RUNNING' ? [jobId] : [])),
  );
  return outcomes.map((outcome) =>
    outcome.outcome === 'stopped' && started.has(outcome.id) ? { id: outcome.id, outcome: 'started' } : outcome,
  );
}

export const cancelJobs: OperationKind = {
  words: CANCEL_WORDS,
  idsPerChunk: IDS_PER_DESCRIBE,
  carryOut,
  lookBack: { afterSeconds: 300, look: reportRunning },
};

/** Cancelling what is in a queue: the same, by another command. */
export const clearQueue: OperationKind = { ...cancelJobs, words: CLEAR_WORDS };
