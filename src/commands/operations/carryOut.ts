/**
 * Carries out a confirmed operation, chunk by chunk, each outcome written down; whoever dies on the way, the next worker
 * goes on where the outcomes end.
 */
import { setTimeout } from 'node:timers/promises';
import { errorFields } from '../../errors';
import { type Operation, type Tally, tallyOf } from '../../history/records/operation';
import { operationProgress } from '../../views/operation';
import type { Room } from '../command';
import { finish, tell } from './ending';
import type { OperationKind } from './kind';
import { kindOf } from './kinds';
import { progressMessage } from './progressMessage';

/** A worker that is silent for so long is taken to be dead. */
const LEASE_MS = 60_000;
/** The lease is renewed so often, however slow AWS is. */
const RENEW_MS = 10_000;
/** Stop early enough to hand the rest to the next worker. */
const RESERVE_MS = 20_000;
/** Chunks under way at once: enough that AWS's limit on calls, and not its time to answer, sets the pace. */
const CHUNKS_AT_ONCE = 4;
/** Waits between workers that get nothing done, in seconds; after so many in a row the chunk counts as failed. */
const SETBACK_SECONDS = [2, 5, 10, 20, 40, 60, 120, 240, 480, 900];
/** A worker's turn at an operation. */
export interface Turn {
  operation: Operation;
  kind: OperationKind;
  room: Room;
  remainingMs: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Renews the lease; undefined when another worker has it. */
  keep: (progress?: { doneChunks?: number; tally?: Tally; setbacks?: number }) => Promise<Operation | undefined>;
  leftOfLeaseMs: () => number;
  progress: ReturnType<typeof progressMessage>;
}

type Ending = 'through' | 'out of time' | 'lost' | { setback: unknown; chunk: number; ids: readonly string[] };

/** Goes through the chunks that are not done yet. */
async function goThrough(turn: Turn): Promise<Ending> {
  const { kind, room, sleep, keep, leftOfLeaseMs, progress, remainingMs } = turn;
  const { operations } = room.history;
  const { op } = turn.operation;
  let doneChunks = turn.operation.doneChunks;
  let tally: Tally = turn.operation.tally;
  /** Chunks that are done while one before them is not. */
  const ahead = new Map<number, Tally>();
  const advance = (): void => {
    for (let next = ahead.get(doneChunks); next !== undefined; next = ahead.get(doneChunks)) {
      ahead.delete(doneChunks);
      doneChunks++;
      tally = addUp(tally, next);
    }
  };
  for await (const { chunk, outcomes } of operations.outcomes(op, doneChunks)) ahead.set(chunk, tallyOf(outcomes));
  advance();

  const underWay = new Set<Promise<void>>();
  let setback: Extract<Ending, object> | undefined;
  async function carryOutChunk(n: number, ids: readonly string[], operation: Operation): Promise<void> {
    try {
      const begin = (planned: readonly string[]) => operations.begin(op, n, planned);
      const timeLeftMs = () => Math.min(remainingMs() - RESERVE_MS / 2, leftOfLeaseMs());
      const outcomes = await kind.carryOut({ operation, ids, begin, remainingMs: timeLeftMs }, room, sleep);
      await operations.record(op, n, outcomes);
      ahead.set(n, tallyOf(outcomes));
      advance();
    } catch (error) {
      setback ??= { setback: error, chunk: n, ids };
    }
  }
  /** Waits until something is through, and keeps the lease meanwhile. */
  async function waitForOne(): Promise<Operation | undefined> {
    for (;;) {
      let isThrough = false;
      const through = Promise.race(underWay).then(() => {
        isThrough = true;
      });
      const waiting = new AbortController();
      await Promise.race([through, setTimeout(RENEW_MS, undefined, { signal: waiting.signal }).catch(() => undefined)]);
      waiting.abort();
      const kept = await keep({ doneChunks, tally });
      if (kept === undefined || isThrough) return kept;
    }
  }
  const drain = async (): Promise<boolean> => {
    while (underWay.size > 0) if ((await waitForOne()) === undefined) return false;
    return true;
  };

  for await (const { n, ids } of operations.chunks(op, kind.idsPerChunk, doneChunks)) {
    if (ahead.has(n) || n < doneChunks) continue;
    const operation =
      underWay.size < (kind.chunksAtOnce ?? CHUNKS_AT_ONCE) ? await keep({ doneChunks, tally }) : await waitForOne();
    if (operation === undefined) return 'lost';
    if (operation.state === 'halting' || setback !== undefined) break;
    if (remainingMs() < RESERVE_MS) return (await drain()) ? 'out of time' : 'lost';
    const work = carryOutChunk(n, ids, operation).finally(() => underWay.delete(work));
    underWay.add(work);
    if (operation.count > kind.idsPerChunk) {
      const shown = addUp(tally, ...ahead.values());
      progress.show(() => operationProgress(operation, kind.words, shown, room.now()));
    }
  }
  if (!(await drain())) return 'lost';
  if (setback !== undefined) return setback;
  const last = await keep({ doneChunks, tally: addUp(tally, ...ahead.values()), setbacks: 0 });
  return last === undefined ? 'lost' : 'through';
}

function addUp(...tallies: readonly Tally[]): Tally {
  const sums: Record<string, number> = {};
  for (const tally of tallies)
    for (const [outcome, n] of Object.entries(tally)) sums[outcome] = (sums[outcome] ?? 0) + n;
  return sums;
}

/** Hands the rest to another worker, after a while where AWS did not let this one get on. */
async function handOver(turn: Turn, ending: Exclude<Ending, 'through' | 'lost'>): Promise<void> {
  const { operation, room, keep } = turn;
  const { op } = operation;
  await turn.progress.settle();
  if (ending === 'out of time') {
    await room.enqueue({ kind: 'operation', op }, 1);
    await keep({ setbacks: 0 });
    return;
  }
  const kept = await keep();
  if (kept === undefined) return;
  const isNew = kept.doneChunks > operation.doneChunks;
  const setbacks = isNew ? 1 : operation.setbacks + 1;
  room.log.warn('an operation was held up', { op, setbacks, ...errorFields(ending.setback) });
  room.log.metric('OperationSetbacks', 1);
  const wait = SETBACK_SECONDS[setbacks - 1];
  if (wait === undefined) {
    const why = ending.setback instanceof Error ? `${ending.setback.name}: ${ending.setback.message}` : 'unknown';
    await room.history.operations.record(
      op,
      ending.chunk,
      ending.ids.map((id) => ({ id, outcome: 'failed', why })),
    );
  }
  await room.enqueue({ kind: 'operation', op }, wait ?? 1);
  await keep({ setbacks: wait === undefined ? 0 : setbacks });
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
  const turn: Turn = {
    operation,
    kind: kindOf(operation.kind),
    room,
    remainingMs,
    sleep,
    progress: progressMessage(operation, room, sleep),
    leftOfLeaseMs: () => mine - room.now(),
    async keep(progress) {
      const until = room.now() + LEASE_MS;
      const kept = await operations.lease(op, { now: room.now(), until, mine }, progress);
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
  const ending = await goThrough(turn);
  if (ending === 'lost') return;
  if (ending !== 'through') {
    await handOver(turn, ending);
    await giveBack();
    return;
  }
  const ended = await finish(turn);
  if (ended !== undefined) await tell(turn, ended);
  await giveBack();
}
