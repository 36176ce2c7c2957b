/** The end of an operation: what became of all goes to the audit first, and then Slack is told, for as long as it takes. */
import { errorFields } from '../../errors';
import { type Operation, type Outcome, type Tally, tallyOf } from '../../history/operation';
import { SlackUnavailableError } from '../../slack/deliver';
import { operationResult } from '../../views/operation';
import type { Turn } from './carryOut';

/** While Slack takes nothing, the end is told so often, and no longer than that. */
const TELL_AGAIN_SECONDS = 30;
const MOST_TELLING_MS = 24 * 3_600_000;
/** So many failures are in the message; the file has all. */
const FAILURES_TOLD = 10;

const HEX_DIGITS = 16;
/** The audit takes results in the order of ids: of many jobs a part after the other, so that few are in memory. */
const RESULTS_AT_ONCE = 25_000;

/** Which part of all ids one belongs to, by the first digit of its UUID: the parts follow each other in the order of ids. */
function partOf(id: string, parts: number): number {
  const digit = Number.parseInt(id.charAt(0), HEX_DIGITS);
  return Number.isNaN(digit) ? parts - 1 : Math.floor((digit * parts) / HEX_DIGITS);
}

/** What became of all, and who did it, stands in the audit before the operation counts as done. */
export async function finish({ operation, kind, room }: Turn): Promise<Operation | undefined> {
  const { operations, audit } = room.history;
  const { op } = operation;
  let tally: Tally = {};
  const parts = Math.min(HEX_DIGITS, Math.ceil(operation.count / RESULTS_AT_ONCE));
  for (let part = 0; part < parts; part++) {
    const some: Outcome[] = [];
    for await (const { outcomes } of operations.outcomes(op))
      some.push(...outcomes.filter(({ id }) => partOf(id, parts) === part));
    await audit.writeResults(op, some);
    tally = tallyOf(some, tally);
  }
  const endedAt = room.now();
  await audit.write({
    at: endedAt,
    by: operation.startedBy ?? operation.askedBy,
    channel: operation.channel,
    verb: kind.words.verb,
    words: operation.words,
    what: 'finished',
    op,
    count: operation.count,
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
    outcomes: tally,
  });
  if (kind.lookBack !== undefined) await room.enqueue({ kind: 'lookBack', op }, kind.lookBack.afterSeconds);
  return await operations.finish(op, endedAt);
}

/** Tells how it ended, again and again while Slack is down. */
export async function tell(turn: Turn, ended: Operation): Promise<void> {
  const { kind, room, progress, remainingMs } = turn;
  const { operations } = room.history;
  const failures: Outcome[] = [];
  const replaced: Outcome[] = [];
  let tally: Tally = {};
  for await (const { outcomes } of operations.outcomes(ended.op)) {
    tally = tallyOf(outcomes, tally);
    failures.push(...outcomes.filter(({ outcome }) => outcome === 'failed').slice(0, FAILURES_TOLD - failures.length));
    replaced.push(...outcomes.filter(({ newId }) => newId !== undefined).slice(0, FAILURES_TOLD - replaced.length));
  }
  try {
    await progress.end(operationResult(ended, kind.words, tally, failures, replaced, room.region), remainingMs);
  } catch (error) {
    room.log.warn('the end of an operation could not be told', { op: ended.op, ...errorFields(error) });
    const mayPass = error instanceof SlackUnavailableError && room.now() - (ended.endedAt ?? 0) < MOST_TELLING_MS;
    if (mayPass) {
      await turn.keep();
      await room.enqueue({ kind: 'operation', op: ended.op }, TELL_AGAIN_SECONDS);
      return;
    }
  }
  await operations.told(ended.op, room.now());
}
