/** Whether a message whose post got no answer stands in Slack after all: it carries a mark to be found by. */
import type { Room } from '../../commands/command';
import type { Sent } from '../../history/records/outbox';
import { MOST_PAGES, type Refusal } from '../../slack/attempts';
import type { PacedCalls } from './pacedCalls';

/** Slack's clock and ours may differ by so much. */
const SKEW_MS = 60_000;
/** An app that was installed before it asked for these rights can't look. */
const MAY_NOT_LOOK = new Set(['missing_scope', 'no_permission', 'not_allowed_token_type']);

export type Look = { kind: 'found'; channel: string; ts: string } | { kind: 'not there' } | Refusal;

/** @param thread `ts` of the message in whose thread it was to go */
export async function lookForPosted(
  sent: Sent & { claim: NonNullable<Sent['claim']> },
  thread: string | undefined,
  calls: PacedCalls,
  room: Room,
): Promise<Look> {
  const { attempts } = room.slack;
  const { to, key, claim } = sent;
  const unable = (refusal: Refusal): Look => {
    if (!('code' in refusal) || !MAY_NOT_LOOK.has(refusal.code)) return refusal;
    // An alert twice is better than none.
    room.log.warn('whether a message was posted can not be looked up', { to, key, code: refusal.code });
    return { kind: 'not there' };
  };
  let channel = to;
  if (/^[UW]/.test(to)) {
    const opened = await calls.call(() => attempts.open(to));
    if (opened.kind !== 'done') return unable(opened);
    ({ channel } = opened);
  }
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const search = { nonce: claim.nonce, since: claim.firstAt - SKEW_MS, thread };
    const looked = await calls.call(() => attempts.find(channel, search, cursor));
    // The thread's first message was deleted, and whatever stood below it.
    if (looked.kind === 'gone') return { kind: 'not there' };
    if (looked.kind !== 'done') return unable(looked);
    if (looked.ts !== undefined) return { kind: 'found', channel, ts: looked.ts };
    cursor = looked.next;
    if (cursor === undefined) break;
  }
  return { kind: 'not there' };
}
