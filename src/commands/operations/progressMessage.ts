/** The message that moves: posted once, edited at most every 1.5 s beside the work, and let go when it is deleted. */
import { errorFields } from '../../errors';
import type { Operation } from '../../history/records/operation';
import { slackErrorCode } from '../../slack/deliver';
import type { Message } from '../../views/kit';
import type { Room } from '../command';

/** chat.update is tier 3, about 50 a minute (https://docs.slack.dev/apis/web-api/rate-limits); one edit in 1.5 s leaves room. */
const EDIT_EVERY_MS = 1_500;
/** Never more than one edit a second, the last one neither, however late the one before it went out. */
const LEAST_MS = 1_250;
/** What an edit may wait for Slack: the next one tells more. */
const EDIT_WAIT_MS = 5_000;
/** The channel does not take the bot's messages: it is private, gone or archived. */
const CHANNEL_CLOSED = new Set(['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action']);

export function progressMessage(
  operation: Operation,
  room: Pick<Room, 'slack' | 'history' | 'log' | 'now'>,
  sleep: (ms: number) => Promise<void>,
) {
  let ts = operation.messageTs;
  let channel = operation.messageChannel ?? operation.channel;
  // Whoever had the work before may have edited it a moment ago.
  let editedAt = ts === undefined ? 0 : room.now();
  let isGone = false;
  let underWay: Promise<void> | undefined;

  async function post(message: Message, remainingMs: () => number): Promise<void> {
    try {
      ts = await room.slack.post(channel, message, remainingMs);
    } catch (error) {
      if (channel === operation.askedBy.id || !CHANNEL_CLOSED.has(slackErrorCode(error) ?? '')) throw error;
      // Posting to a user's id opens the direct message with them.
      const direct = await room.slack.postTo(operation.askedBy.id, message, remainingMs);
      ({ channel, ts } = direct);
    }
    await room.history.operations.remember(operation.op, channel, ts);
  }

  async function edit(message: Message): Promise<void> {
    const until = room.now() + EDIT_WAIT_MS;
    const remainingMs = () => until - room.now();
    try {
      if (ts === undefined) await post(message, remainingMs);
      else if (!(await room.slack.update(channel, ts, message, remainingMs))) isGone = true;
    } catch (error) {
      room.log.warn('progress could not be shown', { op: operation.op, ...errorFields(error) });
    }
  }

  return {
    /** Begins an edit unless it is too soon; Slack being down must not keep jobs running that people wanted stopped. */
    show(message: () => Message): void {
      if (isGone || underWay !== undefined || room.now() - editedAt < EDIT_EVERY_MS) return;
      editedAt = room.now();
      underWay = edit(message()).finally(() => {
        underWay = undefined;
      });
    },
    /** Whether there is a message that moves. */
    isPosted: (): boolean => ts !== undefined && !isGone,
    /** Shows this as well as Slack lets it, and waits for it. */
    async tell(message: Message): Promise<void> {
      await underWay;
      const waitMs = editedAt + LEAST_MS - room.now();
      if (waitMs > 0) await sleep(waitMs);
      editedAt = room.now();
      if (!isGone) await edit(message);
    },
    /** Waits for the edit under way. */
    async settle(): Promise<void> {
      await underWay;
    },
    /** The end is told for sure: in a new message if the first one is gone. */
    async end(message: Message, remainingMs: () => number): Promise<void> {
      await underWay;
      const waitMs = editedAt + LEAST_MS - room.now();
      if (waitMs > 0) await sleep(waitMs);
      if (!isGone && ts !== undefined && (await room.slack.update(channel, ts, message, remainingMs))) return;
      await post(message, remainingMs);
    },
  };
}
