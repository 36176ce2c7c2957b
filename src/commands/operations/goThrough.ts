/** Goes through an operation's chunks, several at once, and writes down what became of each. */
import { setTimeout } from 'node:timers/promises';
import { type Operation, type Outcome, type Tally, tallyOf } from '../../history/records/operation';
import { operationProgress } from '../../views/operation';
import { awsRefusal } from '../awsRefusal';
import type { Turn } from './carryOut';
import { HeldUpError } from './kind';

/** The lease is renewed so often, however slow AWS is. */
const RENEW_MS = 10_000;
/** Stop early enough to finish the chunks at hand, and to pass the rest on to the next worker. */
const RESERVE_MS = 30_000;
/** Of that, what passing on needs. */
const PASSING_ON_MS = 10_000;
/** Chunks under way at once: enough that AWS's limit on calls, and not its time to answer, sets the pace. */
const CHUNKS_AT_ONCE = 4;

export interface Ending {
  /** `lost`: another worker has it. */
  how: 'through' | 'out of time' | 'held up' | 'lost';
  /** Whether this turn got anything done. */
  gotOn: boolean;
  tally: Tally;
  /** Why it was held up. */
  cause?: unknown;
}

function addUp(...tallies: readonly Tally[]): Tally {
  const sums: Record<string, number> = {};
  for (const tally of tallies)
    for (const [outcome, n] of Object.entries(tally)) sums[outcome] = (sums[outcome] ?? 0) + n;
  return sums;
}

/** What stands in the way, for people. */
export function whyHeldUp(cause: unknown): string {
  const refusal = awsRefusal(cause, undefined);
  if (refusal !== undefined) return refusal.message;
  if (!(cause instanceof Error)) return 'unknown';
  return '$metadata' in cause ? `${cause.name}: ${cause.message}` : cause.message;
}

/** @param isLastTry what can't be done now counts as failed */
export async function goThrough(turn: Turn, isLastTry: boolean): Promise<Ending> {
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
  const parts = new Map<number, Outcome[]>();
  for await (const { chunk, outcomes } of operations.parts(op, doneChunks)) parts.set(chunk, outcomes);

  const underWay = new Set<Promise<void>>();
  let gotOn = false;
  let heldUp: { cause: unknown; isAll: boolean } | undefined;
  const ending = (how: Ending['how']): Ending => ({
    how,
    gotOn,
    tally: addUp(tally, ...ahead.values()),
    ...(heldUp === undefined ? {} : { cause: heldUp.cause }),
  });

  async function write(n: number, outcomes: readonly Outcome[]): Promise<void> {
    await operations.record(op, n, outcomes);
    ahead.set(n, tallyOf(outcomes));
    advance();
  }

  async function carryOutChunk(n: number, all: readonly string[], operation: Operation): Promise<void> {
    const settled = parts.get(n) ?? [];
    const known = new Set(settled.map(({ id }) => id));
    const ids = all.filter((id) => !known.has(id));
    const begin = (planned: readonly string[]) => operations.begin(op, n, planned);
    const timeLeftMs = () => Math.min(remainingMs() - PASSING_ON_MS, leftOfLeaseMs());
    try {
      const outcomes = await kind.carryOut({ operation, ids, begin, remainingMs: timeLeftMs }, room, sleep);
      await write(n, [...settled, ...outcomes]);
      gotOn = true;
    } catch (error) {
      const { outcomes: fresh, cause, causes } = error instanceof HeldUpError ? error : new HeldUpError([], error);
      if (fresh.length > 0) gotOn = true;
      const outcomes = [...settled, ...fresh];
      const decided = new Set(outcomes.map(({ id }) => id));
      if (isLastTry) {
        const failed = all.filter((id) => !decided.has(id));
        const whyOf = (id: string) => whyHeldUp(causes.get(id) ?? cause);
        await write(n, [...outcomes, ...failed.map((id) => ({ id, outcome: 'failed', why: whyOf(id) }))]);
        return;
      }
      if (fresh.length > 0) await operations.settle(op, n, outcomes);
      heldUp = { cause: heldUp?.cause ?? cause, isAll: heldUp?.isAll === true || outcomes.length === 0 };
    }
  }
  const start = (n: number, ids: readonly string[], operation: Operation): void => {
    const work = carryOutChunk(n, ids, operation)
      .catch((cause: unknown) => {
        heldUp = { cause, isAll: true };
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };

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
  const show = (operation: Operation): void =>
    progress.show(() => operationProgress(operation, kind.words, addUp(tally, ...ahead.values()), room.now()));

  /** Once somebody pressed Stop: the chunks that a worker began, who may have done some of what was to be done. */
  let begun: ReadonlySet<number> | undefined;
  let operation: Operation | undefined = turn.operation;
  for await (const { n, ids } of operations.chunks(op, kind.idsPerChunk, doneChunks)) {
    if (ahead.has(n) || n < doneChunks) continue;
    if (begun !== undefined && !begun.has(n)) continue;
    operation =
      underWay.size < (kind.chunksAtOnce ?? CHUNKS_AT_ONCE) ? await keep({ doneChunks, tally }) : await waitForOne();
    if (operation === undefined) return ending('lost');
    // A chunk of which nothing at all could be done says that AWS takes nothing just now.
    if (heldUp?.isAll === true) break;
    if (remainingMs() < RESERVE_MS) return ending((await drain()) ? 'out of time' : 'lost');
    if (operation.state === 'halting' && begun === undefined) {
      if (operation.count > kind.idsPerChunk) show(operation);
      if (!(await drain())) return ending('lost');
      begun = await operations.begun(op, doneChunks);
      if (ahead.has(n) || n < doneChunks || !begun.has(n)) continue;
    }
    start(n, ids, operation);
    if (operation.count > kind.idsPerChunk) show(operation);
  }
  if (!(await drain())) return ending('lost');
  if (heldUp !== undefined) return ending('held up');
  const last = await keep({ doneChunks, tally: addUp(tally, ...ahead.values()), setbacks: 0 });
  return ending(last === undefined ? 'lost' : 'through');
}
