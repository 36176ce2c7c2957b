/**
 * The one sender of a destination: under a lease that only one process holds at a time, it sends what is due, a call a second
 * at most, each message in its newest state. While Slack is down or asks for patience everything stays due, and one sender
 * tries again from time to time; whatever dies on the way is taken up by the next one.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as timer } from 'node:timers/promises';
import type { Room } from '../../commands/command';
import type { Due, Sent } from '../../history/records/outbox';
import type { Sender } from '../../history/records/senders';
import { fallbackOf, moveTo, tellClosed, tellOpened } from './fallBack';
import { LEASE_MS, LeaseLostError, pacedCalls } from './pacedCalls';
import { queueToSend, wakeSender } from './queueToSend';
import { type Step, sendMessage } from './sendMessage';
import { inTurn, readyAt } from './turns';

/** What one message may take after the last look at the clock: rendered, tried with a timeout of 10 seconds, kept. */
const RESERVE_MS = 20_000;
/** A shorter wait is waited out; for a longer one a request comes later. */
const SHORT_WAIT_MS = 2_000;
/** Tries while Slack is down: 2, 4, 8… seconds apart, and never more than half a minute. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

const pauseMs = (failures: number): number =>
  Math.round(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)) * (0.9 + Math.random() / 10));

/** What the sender leaves behind: when the next look is due (ms), if anything is left, and what its last look saw. */
interface Left {
  nextAt: number | undefined;
  seen: readonly Due[];
  calledAt: number;
  pausedUntil: number | undefined;
  failures: number | undefined;
}

/**
 * Sends until nothing is due, the time is over or Slack wants a pause; returns at once while another sender is at it.
 * @param wakeAt of the request to look, ms: one that another took the place of is over
 */
export async function sendDue(
  to: string,
  room: Room,
  remainingMs: () => number,
  sleep: (ms: number) => Promise<void> = (ms) => timer(ms),
  wakeAt?: number,
): Promise<void> {
  const { senders, outbox } = room.history;
  const lease = randomUUID();
  const sender = await senders.lease(to, lease, room.now() + LEASE_MS, wakeAt);
  if (sender === undefined) return;
  let left: Left;
  try {
    left = await sendAll(sender, lease, room, remainingMs, sleep);
  } catch (error) {
    if (error instanceof LeaseLostError) {
      room.log.warn('a sender was too slow', { to });
      return;
    }
    // Whoever is next need not wait for the end of the lease, nor for a request that met it.
    await senders.release(to, lease, { look: lease, wakeAt: undefined }).catch(() => undefined);
    throw error;
  }
  const { nextAt, seen, ...rest } = left;
  // Somebody may have asked for a look while the lease was over, before it was held anew: that request met it and is used up.
  const given = { ...rest, wakeAt: nextAt, ...(nextAt === undefined ? { look: lease } : {}) };
  if ((await senders.release(to, lease, given)) === undefined) return;
  if (nextAt !== undefined)
    await room.enqueue({ kind: 'deliver', to, wakeAt: nextAt }, Math.max(0, Math.ceil((nextAt - room.now()) / 1_000)));
  // Whatever was marked due while the lease was held and after the last look is seen now: nobody asked for a look then.
  const known = new Set(seen.map((due) => JSON.stringify(due)));
  const unseen = inTurn((await outbox.due(to)).filter((due) => !known.has(JSON.stringify(due))));
  if (unseen[0] !== undefined) await wakeSender(room, to, unseen[0].urgency);
  else if (nextAt === undefined) await senders.looked(to, lease);
}

/** The next message, or until when (ms) none has its turn. */
type Turn = { due: Due; sent: Sent | undefined } | { at: number };

async function sendAll(
  sender: Sender,
  lease: string,
  room: Room,
  remainingMs: () => number,
  sleep: (ms: number) => Promise<void>,
): Promise<Left> {
  const { to } = sender;
  const { outbox, senders } = room.history;
  const calls = pacedCalls(sender, lease, room, sleep);
  const known = new Map<string, Sent | undefined>();
  let { closed, failures = 0, pausedUntil = 0 } = sender;
  let editsAt = 0;
  let seen: readonly Due[] = [];

  const sentOf = async (key: string): Promise<Sent | undefined> => {
    if (!known.has(key)) known.set(key, await outbox.sent(to, key));
    return known.get(key);
  };

  async function nextTurn(all: readonly Due[]): Promise<Turn> {
    let at = Number.POSITIVE_INFINITY;
    const waiting = new Set(all.map(({ key }) => key));
    for (const due of inTurn(all)) {
      const sent = await sentOf(due.key);
      // A word waits for what it belongs to.
      const parent = due.thread === undefined ? undefined : await sentOf(due.thread);
      if (due.thread !== undefined && parent?.ts === undefined && waiting.has(due.thread)) continue;
      const ready = Math.max(readyAt(due, sent), sent?.ts === undefined ? 0 : editsAt);
      if (ready <= room.now()) return { due, sent };
      at = Math.min(at, ready);
    }
    return { at: Number.isFinite(at) ? at : room.now() + FIRST_PAUSE_MS };
  }

  const isClosed = (): boolean => closed !== undefined && room.now() < closed.askAgainAt;

  /**
   * What goes to the default channel, by Slack's word for it: all of it while this destination is closed; afterwards what
   * began there, until there is news to begin it here too.
   */
  async function movedCode({ key, thread, isNews }: Due): Promise<string | undefined> {
    const begun = await sentOf(thread ?? key);
    // What was deleted here begins nowhere else without news.
    if (begun?.gone && begun.moved === undefined && isNews !== true) return undefined;
    if (closed !== undefined && isClosed()) return closed.code;
    const own = thread === undefined ? undefined : (await sentOf(key))?.moved;
    return own ?? (begun?.ts === undefined && isNews !== true ? begun?.moved : undefined);
  }

  /** What stands in the default channel too stays true there. */
  async function copy({ key, thread }: Due, sent: Sent | undefined, fallback: string): Promise<void> {
    if (thread === undefined && sent?.moved !== undefined) await queueToSend(room, fallback, key, { urgency: 'edit' });
  }

  async function move({ key }: Due, sent: Sent | undefined, code: string, fallback: string): Promise<void> {
    const taken = randomUUID();
    const due = await outbox.take(to, key, taken);
    // What came since it was looked at may have to begin here: its turn comes again.
    if (due === undefined || (await movedCode(due)) === undefined) return;
    await moveTo(fallback, due, sent ?? { to, key }, { code, isClosed: isClosed() }, room);
    await outbox.done(to, key, taken);
  }

  const leave = (nextAt?: number): Left => ({
    nextAt,
    seen,
    calledAt: calls.calledAt(),
    pausedUntil: pausedUntil > room.now() ? pausedUntil : undefined,
    failures: failures === 0 ? undefined : failures,
  });
  const pause = (ms: number): Left => {
    pausedUntil = room.now() + ms;
    return leave(pausedUntil);
  };
  const fail = (): Left => pause(pauseMs(++failures));

  /** @returns what is left when the sender has to stop */
  async function follow(step: Step, due: Due): Promise<Left | undefined> {
    const fallback = fallbackOf(to, room);
    switch (step.kind) {
      case 'sent':
        failures = 0;
        if (closed !== undefined) {
          await tellOpened(to, closed, room);
          await senders.hold(to, lease, { closed: undefined });
        }
        closed = undefined;
        return undefined;
      case 'next':
        return undefined;
      case 'no edit':
        editsAt = room.now() + step.ms;
        return undefined;
      case 'wait':
        if (step.ms > SHORT_WAIT_MS || step.ms > remainingMs() - RESERVE_MS) return pause(step.ms);
        await sleep(step.ms);
        return undefined;
      case 'down':
        return fail();
      case 'closed':
        closed = await tellClosed(to, step.code, closed, room);
        await senders.hold(to, lease, { closed });
        if (fallback !== undefined) {
          await move(due, step.sent, step.code, fallback);
          return undefined;
        }
        room.log.error('there is no channel that takes what is to be told', { to, code: step.code });
        return fail();
    }
  }

  if (pausedUntil > room.now()) return leave(pausedUntil);
  for (;;) {
    if (remainingMs() < RESERVE_MS) return leave(room.now());
    seen = await outbox.due(to);
    if (seen.length === 0) return leave();
    const turn = await nextTurn(seen);
    if ('at' in turn) {
      const waitMs = turn.at - room.now();
      if (waitMs > SHORT_WAIT_MS) return leave(turn.at);
      if (waitMs > 0) await sleep(waitMs);
      continue;
    }
    const { due, sent } = turn;
    const fallback = fallbackOf(to, room);
    const code = fallback === undefined ? undefined : await movedCode(due);
    if (code !== undefined && fallback !== undefined) await move(due, sent, code, fallback);
    else {
      const left = await follow(await sendMessage(due, room, calls), due);
      if (closed === undefined && fallback !== undefined) await copy(due, sent, fallback);
      if (left !== undefined) return left;
    }
    known.delete(due.key);
  }
}
