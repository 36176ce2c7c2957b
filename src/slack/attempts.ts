/**
 * Single calls whose outcome is told as it is, for a sender that paces itself, may die at any moment and must know what was
 * sent and what was not. Nothing here waits or tries again.
 */
import {
  ErrorCode,
  type WebAPICallError,
  type WebAPIPlatformError,
  type WebAPIRateLimitedError,
  type WebClient,
} from '@slack/web-api';
import type { Message } from '../views/kit';
import { harmless, MESSAGE_REFUSED } from './refused';

/** What became of a call. */
export type Refusal =
  /** Too many calls: nothing was done, and nothing is to be asked for so long. */
  | { kind: 'wait'; ms: number }
  /** No answer, or one that tells nothing: Slack is down, or has done it and could not say so. */
  | { kind: 'unknown'; code: string; error: unknown }
  /** The conversation takes nothing from the bot. */
  | { kind: 'closed'; code: string }
  /** The message that is to be edited is gone, or can't be edited any more. */
  | { kind: 'gone'; code: string }
  /** The message broke a limit of Slack's. */
  | { kind: 'malformed'; code: string; error: unknown }
  /** Anything else that Slack said no to. */
  | { kind: 'refused'; code: string; error: unknown };
export type Outcome<T> = ({ kind: 'done' } & T) | Refusal;

/** The errors of https://docs.slack.dev/reference/methods/chat.postMessage that are about the conversation itself. */
const CLOSED = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_only_channel',
  'user_not_found',
  'user_disabled',
  'messages_tab_disabled',
  'cannot_dm_bot',
]);
/** https://docs.slack.dev/reference/methods/chat.update */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found']);
/**
 * Errors that pass, and those about the app's own standing, which somebody has to mend: nothing else is tried meanwhile. Of
 * the first three Slack says that a part of the operation may have succeeded.
 */
const DOWN = new Set([
  'internal_error',
  'fatal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'access_denied',
  'accesslimited',
  'ekm_access_denied',
  'org_login_required',
  'team_access_not_granted',
]);
/** Where a 429 does not tell for how long. */
const WAIT_MS = 1_000;

/** Marks our messages, so that one whose outcome is unknown can be found again: https://docs.slack.dev/messaging/message-metadata */
const EVENT_TYPE = 'batchbot_message';
/**
 * Of a page, at most 999; and pages that are read at most (https://docs.slack.dev/reference/methods/conversations.history). The
 * method is tier 3 for apps that a company builds for itself, as whoever installs this manifest does
 * (https://docs.slack.dev/apis/web-api/rate-limits).
 */
const PAGE = 200;
export const MOST_PAGES = 10;

function refusalOf(error: unknown): Refusal {
  const { code } = error as WebAPICallError;
  if (code === ErrorCode.RateLimitedError)
    return { kind: 'wait', ms: (error as WebAPIRateLimitedError).retryAfter * 1_000 };
  if (code !== ErrorCode.PlatformError) return { kind: 'unknown', code: code ?? 'no code', error };
  const { error: said } = (error as WebAPIPlatformError).data;
  if (said === 'ratelimited' || said === 'rate_limited') return { kind: 'wait', ms: WAIT_MS };
  if (CLOSED.has(said)) return { kind: 'closed', code: said };
  if (GONE.has(said)) return { kind: 'gone', code: said };
  if (MESSAGE_REFUSED.has(said)) return { kind: 'malformed', code: said, error };
  if (DOWN.has(said)) return { kind: 'unknown', code: said, error };
  return { kind: 'refused', code: said, error };
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', ...(await work()) };
  } catch (error) {
    return refusalOf(error);
  }
}

export interface Posting {
  /** Told apart from every other message by this. */
  nonce: string;
  thread?: string | undefined;
  broadcast?: boolean | undefined;
}

export interface Search {
  nonce: string;
  /** Not before then (ms). */
  since: number;
  /** In this message's thread. */
  thread?: string | undefined;
}

const timestamp = (ms: number): string => (ms / 1_000).toFixed(6);

export function slackAttempts(client: WebClient) {
  return {
    /** @param to a channel, or a person, whose direct messages it opens */
    post: (to: string, message: Message, { nonce, thread, broadcast }: Posting) =>
      outcomeOf(async () => {
        const { text, blocks } = harmless(message);
        const common = {
          channel: to,
          text,
          blocks,
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: EVENT_TYPE, event_payload: { nonce } },
        };
        const answer =
          thread === undefined
            ? await client.chat.postMessage(common)
            : await client.chat.postMessage({ ...common, thread_ts: thread, reply_broadcast: broadcast === true });
        if (answer.ts === undefined) throw new Error('chat.postMessage answered without ts');
        return { channel: answer.channel ?? to, ts: answer.ts };
      }),

    edit: (channel: string, ts: string, message: Message) =>
      outcomeOf(async () => {
        const { text, blocks } = harmless(message);
        await client.chat.update({ channel, ts, text, blocks });
        return {};
      }),

    /** The conversation with a person. */
    open: (user: string) =>
      outcomeOf(async () => {
        const { channel } = await client.conversations.open({ users: user });
        if (channel?.id === undefined) throw new Error('conversations.open answered without an id');
        return { channel: channel.id };
      }),

    /** One page of a look for a message that may have been posted. */
    find: (channel: string, { nonce, since, thread }: Search, cursor?: string) =>
      outcomeOf(async () => {
        const page = {
          channel,
          oldest: timestamp(since),
          limit: PAGE,
          include_all_metadata: true,
          ...(cursor === undefined ? {} : { cursor }),
        };
        const answer =
          thread === undefined
            ? await client.conversations.history(page)
            : await client.conversations.replies({ ...page, ts: thread });
        const found = answer.messages?.find(({ metadata }) => {
          const known = metadata as { event_type?: string; event_payload?: { nonce?: unknown } } | undefined;
          return known?.event_type === EVENT_TYPE && known.event_payload?.nonce === nonce;
        });
        return { ts: found?.ts, next: answer.response_metadata?.next_cursor || undefined };
      }),
  };
}
export type SlackAttempts = ReturnType<typeof slackAttempts>;
