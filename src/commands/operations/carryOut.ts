/**
 * Carries out a confirmed operation, chunk by chunk, each outcome written down; whoever dies on the way, the next worker
 * goes on where the outcomes end.
 */
import { errorFields } from '../../errors';
import type { Operation } from '../../history/records/operation';
import type { Progress } from '../../history/records/operations';
import { operationProgress } from '../../views/operation';
import type { Room } from '../command';
import { finish, tell } from './ending';
import { type Ending, goThrough, whyHeldUp } from './goThrough';
import type { OperationKind } from './kind';
import { kindOf } from './kinds';
import { prepare } from './prepare';
import { progressMessage } from './progressMessage';

/** A worker that is silent for so long is taken to be dead. */
const LEASE_MS = 60_000;
/** Waits between workers that get nothing done, in seconds: half an hour in all, after which what can't be done has failed. */
const SETBACK_SECONDS = [2, 5, 10, 20, 40, 60, 120, 240, 480, 900];
/** Clocks and queues are so exact. */
const EARLY_MS = 1_000;
/** A hiccup of a few seconds is not worth a message; a message that is there tells of it. */
const UNTOLD_SETBACKS = 1;

/** A worker's turn at an operation. */
export interface Turn {
  operation: Operation;
  kind: OperationKind;
  room: Room;
  remainingMs: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Renews the lease; undefined when another worker has it. */
  keep: (progress?: Progress) => Promise<Operation | undefined>;
  leftOfLeaseMs: () => number;
  progress: ReturnType<typeof progressMessage>;
}

/** Hands the rest to another worker, after a while where AWS did not let this one get on. */
async function handOver(turn: Turn, { how, gotOn, tally, cause }: Ending): Promise<void> {
  const { operation, kind, room, keep, progress } = turn;
  const { op } = operation;
  if (how === 'out of time') {
    await room.enqueue({ kind: 'operation', op }, 1);
    await keep(gotOn ? { setbacks: 0 } : {});
    return;
  }
  const kept = await keep();
  if (kept === undefined) return;
  const setbacks = gotOn ? 1 : operation.setbacks + 1;
  room.log.warn('an operation was held up', { op, setbacks, ...errorFields(cause) });
  room.log.metric('OperationSetbacks', 1);
  // Who pressed Stop does not wait.
  const waitSeconds = kept.state === 'halting' ? 1 : (SETBACK_SECONDS[setbacks - 1] ?? 1);
  const wakeAt = room.now() + waitSeconds * 1_000;
  await room.enqueue({ kind: 'operation', op }, waitSeconds);
  await keep({ setbacks, wakeAt });
  if (setbacks > UNTOLD_SETBACKS || progress.isPosted())
    await progress.tell(operationProgress(kept, kind.words, tally, room.now(), { why: whyHeldUp(cause), waitSeconds }));
}

/**
 * One turn of one worker at an operation.
 * @throws when DynamoDB or the work queue fail: the message then comes again
 */
export async function carryOut(
  op: string,
  room: Room,
  remainingMs: () => number,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const { operations } = room.history;
  let mine = room.now() + LEASE_MS;
  const operation = await operations.lease(op, { now: room.now(), until: mine });
  if (operation === undefined) {
    const other = await operations.get(op);
    const isOver =
      other === undefined || other.toldAt !== undefined || other.state === 'asked' || other.state === 'kept';
    if (isOver) return;
    // Another worker has it. Should that one die, this request looks again when its lease is over.
    await room.enqueue({ kind: 'operation', op }, Math.max(5, ((other.leaseUntil ?? 0) - room.now()) / 1_000 + 1));
    return;
  }
  const progress = progressMessage(operation, room, sleep);
  const turn: Turn = {
    operation,
    kind: kindOf(operation.kind),
    room,
    remainingMs,
    sleep,
    progress,
    leftOfLeaseMs: () => mine - room.now(),
    async keep(noted) {
      const until = room.now() + LEASE_MS;
      const kept = await operations.lease(op, { now: room.now(), until, mine }, noted);
      if (kept !== undefined) mine = until;
      return kept;
    },
  };
  const giveBack = async () => await operations.lease(op, { now: room.now(), until: 0, mine });

  if (operation.state === 'done') {
    await tell(turn, operation);
    await giveBack();
    return;
  }
  // One message of several that bring workers: who is due after a setback comes by that setback's own.
  if (operation.state === 'running' && (operation.wakeAt ?? 0) > room.now() + EARLY_MS) {
    await giveBack();
    return;
  }
  await prepare(turn);
  const isLastTry = operation.setbacks >= SETBACK_SECONDS.length || operation.state === 'halting';
  const ending = await goThrough(turn, isLastTry);
  await progress.settle();
  if (ending.how === 'lost') return;
  if (ending.how === 'through') {
    const ended = await finish(turn);
    if (ended !== undefined) await tell(turn, ended);
  } else await handOver(turn, ending);
  await giveBack();
}
