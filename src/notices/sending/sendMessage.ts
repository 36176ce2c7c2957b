/**
 * Sends one message that is due: renders it as it is now, then edits it where it stands or posts it. A post is claimed before
 * and kept after, and one whose outcome is not known is looked for before it is made again.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Room } from '../../commands/command';
import { errorFields, shortReference } from '../../errors';
import type { Due, Sent } from '../../history/records/outbox';
import type { Outcome, Refusal } from '../../slack/attempts';
import { withoutBlocks } from '../../slack/refused';
import { meantForAnother } from '../../views/delivery';
import type { Message } from '../../views/kit';
import { render } from '../render';
import { lookForPosted } from './lookForPosted';
import { GIVEN_UP } from './metrics';
import type { PacedCalls } from './pacedCalls';
import { linesOf } from './queueToSend';

/** What a message that can't be rendered, or that Slack refuses, waits for another try: twice as long each time. */
const PUT_OFF_MS = 5_000;
const LONGEST_PUT_OFF_MS = 5 * 60_000;
/** What failed for so long for a reason of its own is given up, and logged. */
const GIVE_UP_MS = 24 * 3_600_000;
/**
 * A card that can't be edited any more is posted anew no sooner after it was posted: in a workspace that closes edits after a
 * minute a storm is still a dozen cards in ten minutes.
 */
const ANEW_AFTER_MS = 10 * 60_000;
/** A post that got no answer may still arrive so much later. */
const LATE_POST_MS = 5_000;

export type Step =
  /** Slack took it. */
  | { kind: 'sent' }
  /** Nothing was sent: it is done with, or its turn comes again by what the outbox says. */
  | { kind: 'next' }
  /** Edits have to wait, of whatever message (ms). */
  | { kind: 'no edit'; ms: number }
  /** Slack is not to be called (ms). */
  | { kind: 'wait'; ms: number }
  /** Slack gave no answer, or none that tells anything. */
  | { kind: 'down'; code: string }
  /** The destination takes nothing. */
  | { kind: 'closed'; code: string; sent: Sent };

const fingerprint = (message: Message): string =>
  createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 16);

export async function sendMessage({ to, key }: Pick<Due, 'to' | 'key'>, room: Room, calls: PacedCalls): Promise<Step> {
  const { outbox } = room.history;
  const { attempts } = room.slack;
  const { log } = room;
  const taken = randomUUID();
  const due = await outbox.take(to, key, taken);
  if (due === undefined) return { kind: 'next' };
  const { isNews, since, thread: threadKey, broadcast, meantFor, failures: failed = 0 } = due;
  const sent: Sent = (await outbox.sent(to, key)) ?? { to, key };

  async function done(kind: 'sent' | 'next' = 'next'): Promise<Step> {
    await outbox.done(to, key, taken);
    return { kind };
  }

  async function putOff(why: string, error: unknown): Promise<Step> {
    const failures = failed + 1;
    if (room.now() - since > GIVE_UP_MS) {
      log.error('a message is given up', { to, key, why, ...errorFields(error) });
      log.metric(GIVEN_UP, 1);
      return await done();
    }
    log.warn('a message is put off', { to, key, why, failures, ...errorFields(error) });
    await outbox.putOff(to, key, failures, room.now() + Math.min(LONGEST_PUT_OFF_MS, PUT_OFF_MS * 2 ** (failures - 1)));
    return { kind: 'next' };
  }

  /** Makes the call; a message that broke a limit is told in plain text rather than lost. */
  async function tell<T>(message: Message, send: (message: Message) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const outcome = await calls.call(() => send(message));
    if (outcome.kind !== 'malformed') return outcome;
    const ref = shortReference();
    const { code, error } = outcome;
    log.error('Slack refused a message of ours', { ref, code, ...errorFields(error), refused: message });
    log.metric('RefusedMessages', 1);
    return await calls.call(() => send(withoutBlocks(message, ref)));
  }

  async function stepOf(refusal: Refusal): Promise<Step> {
    switch (refusal.kind) {
      case 'wait':
        return refusal;
      case 'closed':
        return { kind: 'closed', code: refusal.code, sent };
      case 'unknown':
        log.warn('Slack gave no answer', { to, key, code: refusal.code, ...errorFields(refusal.error) });
        return { kind: 'down', code: refusal.code };
      case 'gone':
        log.warn('a message can not be edited any more', { to, key, code: refusal.code });
        await outbox.keep({ to, key, gone: true, postedAt: sent.postedAt, moved: sent.moved });
        // Its turn comes again.
        return isNews === true ? { kind: 'next' } : await done();
      default:
        return await putOff(`Slack refused it: ${refusal.code}`, refusal.error);
    }
  }

  async function edit(message: Message, shown: string, channel: string, ts: string): Promise<Step> {
    if (sent.shown === shown) return await done();
    const waitMs = await outbox.edit();
    if (waitMs > 0) return { kind: 'no edit', ms: waitMs };
    const outcome = await tell(message, (each) => attempts.edit(channel, ts, each));
    if (outcome.kind !== 'done') return await stepOf(outcome);
    await outbox.keep({ ...sent, shown, editedAt: room.now() });
    return await done('sent');
  }

  async function post(message: Message, shown: string, thread: string | undefined): Promise<Step> {
    const now = room.now();
    const { claim } = sent;
    if (claim !== undefined) {
      if (now < claim.at + LATE_POST_MS) {
        await outbox.putOff(to, key, failed, claim.at + LATE_POST_MS);
        return { kind: 'next' };
      }
      const look = await lookForPosted({ ...sent, claim }, thread, calls, room);
      if (look.kind === 'found') {
        const { channel, ts } = look;
        const { claim: _, gone: _g, ...rest } = sent;
        await outbox.keep({ ...rest, channel, ts, shown: claim.shown, postedAt: claim.firstAt });
        // If it has changed meanwhile it is still due, and is edited with its next turn.
        return claim.shown === shown ? await done() : { kind: 'next' };
      }
      if (look.kind !== 'not there') return await stepOf(look);
    }
    const nonce = claim?.nonce ?? randomUUID();
    const outcome = await tell(message, async (each) => {
      // Not before the lease is known to be held: another sender may have posted it, and kept where it stands.
      await outbox.keep({ ...sent, claim: { nonce, firstAt: claim?.firstAt ?? now, at: room.now(), shown } });
      return await attempts.post(to, each, { nonce, thread, broadcast });
    });
    const { claim: _, ...unclaimed } = sent;
    if (outcome.kind === 'done') {
      const { channel, ts } = outcome;
      const { gone: _g, ...rest } = unclaimed;
      await outbox.keep({ ...rest, channel, ts, shown, postedAt: room.now() });
      return await done('sent');
    }
    // Where Slack said no, nothing was posted.
    if (outcome.kind !== 'unknown') await outbox.keep(unclaimed);
    return await stepOf(outcome);
  }

  if (sent.gone && isNews !== true) return await done();
  if (sent.gone && room.now() < (sent.postedAt ?? 0) + ANEW_AFTER_MS) {
    await outbox.putOff(to, key, failed, (sent.postedAt ?? 0) + ANEW_AFTER_MS);
    return { kind: 'next' };
  }
  let message: Message | undefined;
  try {
    message = linesOf(due) ?? (await render(key, room));
  } catch (error) {
    return await putOff('it could not be rendered', error);
  }
  if (message === undefined) return await done();
  if (meantFor !== undefined) message = meantForAnother(message, meantFor.to, meantFor.code);
  const shown = fingerprint(message);
  const { channel, ts } = sent;
  if (channel !== undefined && ts !== undefined) return await edit(message, shown, channel, ts);
  if (threadKey === undefined) return await post(message, shown, undefined);
  const parent = await outbox.sent(to, threadKey);
  // What it belongs to was deleted, or came to nothing.
  if (parent?.ts === undefined || parent.gone) return await done();
  return await post(message, shown, parent.ts);
}
