/**
 * Carries out a confirmed operation: 50 jobs at a time, each described again first, each outcome written before the next;
 * whoever dies on the way, the next worker goes on where the outcomes end, and no job is stopped twice.
 */
import type { JobDetail } from '@aws-sdk/client-batch';
import { IDS_PER_STOP, type StopFailure } from '../aws/batch';
import { errorFields } from '../errors';
import type { Operation, Outcome } from '../history/operations';
import { cancelledBy, cancelReason } from '../jobs/causes';
import { BATCH_STATUSES, type BatchStatus } from '../jobs/job';
import { chooseStop } from '../jobs/lifecycle';
import { slackErrorCode } from '../slack/deliver';
import { cancelProgress, cancelResult, tallyOf } from '../views/cancel';
import type { Message } from '../views/kit';
import type { Room } from './command';

/** A worker that is silent for so long is taken to be dead. */
const LEASE_MS = 60_000;
/** Stop early enough to hand the rest to the next worker. */
const RESERVE_MS = 20_000;
/** chat.update is tier 3, about 50 a minute (https://docs.slack.dev/apis/web-api/rate-limits); one edit in 1.5 s leaves room. */
const EDIT_EVERY_MS = 1_500;
/** How often a throttled job is tried again inside one chunk. */
const MOST_TRIES = 5;

interface Chunk {
  reason: string;
  op: string;
  /** A worker died over this very chunk: a stop that AWS took already is this operation's own. */
  begunBefore: boolean;
}

const isThrottled = ({ why }: StopFailure): boolean => /^(Throttling|TooManyRequests)/i.test(why);

const statusOf = (detail: JobDetail): BatchStatus | undefined =>
  BATCH_STATUSES.find((status) => status === detail.status);

/** What there is to do with each job, decided from what Batch says of it now. */
function decide(
  id: string,
  detail: JobDetail | undefined,
  { op, begunBefore }: Chunk,
): Outcome | 'cancel' | 'terminate' {
  if (detail === undefined) return { id, outcome: 'gone' };
  const status = statusOf(detail);
  const ours = cancelledBy({ statusReason: detail.statusReason })?.op === op;
  // A job that carries this operation's own reason was stopped by a worker that died before it could write so.
  if (ours) return { id, outcome: 'stopped' };
  if (status === undefined || status === 'SUCCEEDED' || status === 'FAILED') return { id, outcome: 'ended' };
  if (detail.isCancelled === true || detail.isTerminated === true) {
    return { id, outcome: begunBefore ? 'stopped' : 'stopping' };
  }
  const how = chooseStop(status, detail.arrayProperties?.size !== undefined);
  return how === 'skip' ? { id, outcome: 'ended' } : how;
}

async function stopAll(
  kind: 'cancel' | 'terminate',
  ids: readonly string[],
  { reason }: Chunk,
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

async function carryOutChunk(
  ids: readonly string[],
  chunk: Chunk,
  room: Room,
  sleep: (ms: number) => Promise<void>,
): Promise<Outcome[]> {
  const details = new Map((await room.batch.describe(ids)).map((detail) => [detail.jobId, detail]));
  const outcomes: Outcome[] = [];
  const todo = { cancel: [] as string[], terminate: [] as string[] };
  for (const id of ids) {
    const decision = decide(id, details.get(id), chunk);
    if (typeof decision === 'object') outcomes.push(decision);
    else todo[decision].push(id);
  }
  for (const kind of ['cancel', 'terminate'] as const)
    outcomes.push(...(await stopAll(kind, todo[kind], chunk, room, sleep)));
  return outcomes;
}

/** The channel does not take the bot's messages: it is private, gone or archived. */
const CHANNEL_CLOSED = new Set(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action']);

/** The message that moves: posted once, edited at most every 1.5 s, let go when it is deleted. */
function progressMessage(operation: Operation, room: Room, remainingMs: () => number) {
  let ts = operation.messageTs;
  let channel = operation.messageChannel ?? operation.channel;
  let editedAt = 0;

  async function post(message: Message): Promise<void> {
    try {
      ts = await room.slack.post(channel, message, remainingMs);
    } catch (error) {
      if (channel === operation.askedBy.id || !CHANNEL_CLOSED.has(slackErrorCode(error) ?? '')) throw error;
      // Posting to a user's id opens the direct message with them.
      channel = operation.askedBy.id;
      ts = await room.slack.post(channel, message, remainingMs);
    }
    await room.history.operations.remember(operation.op, channel, ts);
  }

  return {
    /** While it runs: Slack being down must not keep jobs running that people wanted stopped. */
    async show(message: () => Message): Promise<void> {
      if (room.now() - editedAt < EDIT_EVERY_MS) return;
      editedAt = room.now();
      try {
        if (ts === undefined) await post(message());
        else await room.slack.update(channel, ts, message(), remainingMs);
      } catch (error) {
        room.log.warn('progress could not be shown', { op: operation.op, ...errorFields(error) });
      }
    },
    /** The end is told for sure: in a new message if the first one is gone. */
    async end(message: Message): Promise<void> {
      if (ts !== undefined && (await room.slack.update(channel, ts, message, remainingMs))) return;
      await post(message);
    },
  };
}

export async function carryOut(
  op: string,
  room: Room,
  remainingMs: () => number,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const { operations, audit } = room.history;
  let mine = room.now() + LEASE_MS;
  let operation = await operations.lease(op, room.now(), mine);
  if (operation === undefined) {
    const other = await operations.get(op);
    if (other?.state !== 'running' && other?.state !== 'halting') return;
    // Another worker has it. Should that one die, this request looks again when its lease is over.
    await room.enqueue({ kind: 'operation', op }, Math.max(5, ((other.leaseUntil ?? 0) - room.now()) / 1_000 + 1));
    return;
  }
  const by = operation.startedBy ?? operation.askedBy;
  const reason = cancelReason(by.name, op, operation.reason);
  const ids = await operations.ids(op);
  const done = await operations.outcomes(op);
  const progress = progressMessage(operation, room, remainingMs);
  const all = () => [...done.values()].flat();

  for (let n = 0; n * IDS_PER_STOP < ids.length; n++) {
    if (done.has(n)) continue;
    if (remainingMs() < RESERVE_MS) {
      await operations.lease(op, room.now(), 0, mine);
      await room.enqueue({ kind: 'operation', op });
      return;
    }
    const next = room.now() + LEASE_MS;
    const still = await operations.lease(op, room.now(), next, mine);
    if (still === undefined) return;
    mine = next;
    operation = still;
    if (operation.state === 'halting') break;
    if (ids.length > IDS_PER_STOP || n > 0) {
      const shown = operation;
      await progress.show(() => cancelProgress(shown, tallyOf(all()), room.now()));
    }
    const chunk: Chunk = { op, reason, begunBefore: !(await operations.begin(op, n)) };
    const outcomes = await carryOutChunk(ids.slice(n * IDS_PER_STOP, (n + 1) * IDS_PER_STOP), chunk, room, sleep);
    await operations.record(op, n, outcomes);
    done.set(n, outcomes);
  }

  const endedAt = room.now();
  const ended = { ...operation, endedAt };
  await progress.end(cancelResult(ended, all()));
  // Before it counts as finished: a worker that dies in between leaves it to the next one, and the first entry stays.
  await audit.writeResults(op, all());
  await audit.write({
    at: endedAt,
    by,
    channel: operation.channel,
    verb: 'cancel',
    words: operation.words,
    what: 'finished',
    op,
    count: operation.count,
    ...(operation.reason === undefined ? {} : { reason: operation.reason }),
    outcomes: { ...tallyOf(all()) },
  });
  await operations.finish(op, endedAt);
}
