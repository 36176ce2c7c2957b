/** The end of an operation: what became of all goes to the audit first, and then Slack is told, for as long as it takes. */
import { errorFields } from '../../errors';
import { type Operation, type Outcome, type Tally, tallyOf } from '../../history/records/operation';
import { SlackUnavailableError } from '../../slack/deliver';
import { operationResult } from '../../views/operation';
import type { Turn } from './carryOut';

/** While Slack takes nothing, the end is told so often, and no longer than that. */
const TELL_AGAIN_SECONDS = 30;
const MOST_TELLING_MS = 24 * 3_600_000;
/** So many failures are in the message; the file has all. */
const FAILURES_TOLD = 10;

/** What became of all, and who did it, stands in the audit before the operation counts as done. */
export async function finish({ operation, kind, room }: Turn): Promise<Operation | undefined> {
  const { operations, audit } = room.history;
  const { op } = operation;
  const outcomes = await audit.writeResults(op, operations.outcomes(op));
  const endedAt = room.now();
  await audit.write({
    at: endedAt,
    by: operation.startedBy ?? operation.askedBy,
    channel: operation.channel,
    verb: kind.words.command,
    words: operation.words,
    what: 'finished',
    op,
    count: operation.count,
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
    outcomes,
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
