/** The one place that talks to Slack: paced, within limits, with 429s waited out inside the time that is left. */

import type { ModalView, View } from '@slack/types';
import {
  ErrorCode,
  type WebAPICallError,
  type WebAPIPlatformError,
  type WebAPIRateLimitedError,
  type WebClient,
} from '@slack/web-api';
import { errorFields, shortReference } from '../errors';
import type { Log } from '../log';
import type { Message } from '../views/kit';
import { slackAttempts } from './attempts';
import { slackPeople } from './people';
import { slackPlaces } from './places';
import { harmless, MESSAGE_REFUSED, withoutBlocks } from './refused';
import { fileUploads } from './upload';

export class SlackUnavailableError extends Error {
  override name = 'SlackUnavailableError';
}

/** How Slack answered where it said no: `channel_not_found`, `invalid_blocks`… */
export const slackErrorCode = (error: unknown): string | undefined =>
  (error as WebAPICallError).code === ErrorCode.PlatformError ? (error as WebAPIPlatformError).data.error : undefined;

/** chat.postMessage takes about one message a second a channel (https://docs.slack.dev/apis/web-api/rate-limits). */
const POST_INTERVAL_MS = 1_000;
/** Retries of a 5xx or a broken connection. */
const MOST_TRIES = 4;

export interface Answer {
  message: Message;
  /** Seen by the whole channel rather than by the person who asked. */
  public?: boolean;
  /** Takes the place of the message whose control was pressed. */
  replace?: boolean;
}

/** Who asked and where, as Slack told; enough to answer in any of three ways. */
export interface Asker {
  user: string;
  channel: string;
  /** Good for 5 uses in 30 minutes (https://docs.slack.dev/interactivity/handling-user-interaction). */
  responseUrl?: string | undefined;
}

/**
 * @param remainingMs what is left of the Lambda's time; a wait that does not fit throws, so that SQS brings the work again
 * @param hook sends to a response_url; fetch by default
 */
export function slackDelivery(client: WebClient, log: Log, now: () => number, sleep: (ms: number) => Promise<void>) {
  const nextPostAt = new Map<string, number>();

  async function call<T>(remainingMs: () => number, work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const code = (error as WebAPICallError).code;
        if (code === ErrorCode.PlatformError) throw error;
        const waitMs =
          code === ErrorCode.RateLimitedError
            ? (error as WebAPIRateLimitedError).retryAfter * 1_000
            : 250 * 2 ** tries * (0.5 + Math.random());
        const mayWait = waitMs < remainingMs() && (code === ErrorCode.RateLimitedError || tries < MOST_TRIES);
        if (!mayWait)
          throw new SlackUnavailableError(`Slack did not take the message (${code ?? 'no code'})`, { cause: error });
        await sleep(waitMs);
      }
    }
  }

  async function paced(channel: string, remainingMs: () => number): Promise<void> {
    const at = Math.max(now(), nextPostAt.get(channel) ?? 0);
    const waitMs = at - now();
    // Who can't wait takes no place in the line, or a crowd that comes again and again would hold up everybody.
    if (waitMs > remainingMs()) throw new SlackUnavailableError(`channel ${channel} is behind by ${waitMs} ms`);
    nextPostAt.set(channel, at + POST_INTERVAL_MS);
    if (waitMs > 0) await sleep(waitMs);
  }

  /** Sends a message; if Slack refuses its blocks, sends a plain one with a reference in their place. */
  async function withFallback<T>(message: Message, send: (message: Message) => Promise<T>): Promise<T> {
    try {
      return await send(harmless(message));
    } catch (error) {
      const code = slackErrorCode(error);
      if (code === undefined || !MESSAGE_REFUSED.has(code)) throw error;
      const ref = shortReference();
      log.error('Slack refused a message of ours', { ref, code, ...errorFields(error), refused: message });
      log.metric('RefusedMessages', 1);
      return await send(withoutBlocks(message, ref));
    }
  }

  const postTo = (
    channel: string,
    message: Message,
    remainingMs: () => number,
    threadTs?: string,
  ): Promise<{ channel: string; ts: string }> =>
    withFallback(message, async ({ text, blocks }) => {
      await paced(channel, remainingMs);
      const answer = await call(remainingMs, () =>
        client.chat.postMessage({
          channel,
          text,
          blocks,
          unfurl_links: false,
          unfurl_media: false,
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        }),
      );
      if (answer.ts === undefined) throw new Error('chat.postMessage answered without ts');
      return { channel: answer.channel ?? channel, ts: answer.ts };
    });

  const post = async (...to: Parameters<typeof postTo>): Promise<string> => (await postTo(...to)).ts;

  const whisper = (asker: Asker, message: Message, remainingMs: () => number): Promise<void> =>
    withFallback(message, async ({ text, blocks }) => {
      await call(remainingMs, () =>
        client.chat.postEphemeral({ channel: asker.channel, user: asker.user, text, blocks }),
      );
    });

  /** @returns false when the address is used up, expired or gone */
  async function toResponseUrl(
    responseUrl: string,
    body: Record<string, unknown>,
    remainingMs: () => number,
  ): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        const response = await fetch(responseUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(Math.max(1, Math.min(10_000, remainingMs()))),
        });
        if (response.ok) return true;
        const answer = await response.text();
        const waitMs =
          response.status === 429 ? Number(response.headers.get('retry-after') ?? 1) * 1_000 : 250 * 2 ** tries;
        if (response.status !== 429 && response.status < 500) {
          log.warn('a response_url refused', { status: response.status, answer: answer.slice(0, 300) });
          const refused = [...MESSAGE_REFUSED].find((code) => answer.includes(code));
          if (refused !== undefined)
            throw Object.assign(new Error(refused), { code: ErrorCode.PlatformError, data: { error: refused } });
          return false;
        }
        if (tries >= MOST_TRIES || waitMs > remainingMs())
          throw new SlackUnavailableError(`response_url answered ${response.status}`);
        await sleep(waitMs);
      } catch (error) {
        if (slackErrorCode(error) !== undefined || error instanceof SlackUnavailableError) throw error;
        if (tries >= MOST_TRIES) throw new SlackUnavailableError('response_url can not be reached', { cause: error });
        await sleep(250 * 2 ** tries);
      }
    }
  }

  return {
    /** Answers the person who asked: through the response_url while it is good, else by a message of our own. */
    async answer(asker: Asker, answer: Answer, remainingMs: () => number): Promise<void> {
      await withFallback(answer.message, async ({ text, blocks }) => {
        if (asker.responseUrl !== undefined) {
          const body = {
            text,
            blocks,
            response_type: answer.public ? 'in_channel' : 'ephemeral',
            replace_original: answer.replace ?? false,
          };
          if (await toResponseUrl(asker.responseUrl, body, remainingMs)) return;
        }
        // A press in the App Home comes without a channel: its answer is a direct message.
        if (answer.public || asker.channel === asker.user) await post(asker.channel, { text, blocks }, remainingMs);
        else await whisper(asker, { text, blocks }, remainingMs);
      });
    },
    /** @returns the message's `ts` */
    post,
    /** @returns the message's `ts`, and its channel's id, which is another than the given one where that is a person's */
    postTo,
    /** Single calls, for the sender of what is said unasked. */
    attempts: slackAttempts(client),
    people: slackPeople(client, call, now),
    places: slackPlaces(client, call),
    /** Shares a file from the disk, streamed. */
    upload: fileUploads(client, call),
    /** @returns false when the message is gone or can't be edited any more */
    async update(channel: string, ts: string, message: Message, remainingMs: () => number): Promise<boolean> {
      try {
        await withFallback(message, async ({ text, blocks }) => {
          await call(remainingMs, () => client.chat.update({ channel, ts, text, blocks }));
        });
        return true;
      } catch (error) {
        if (
          [
            'message_not_found',
            'cant_update_message',
            'channel_not_found',
            'is_archived',
            'edit_window_closed',
          ].includes(slackErrorCode(error) ?? '')
        )
          return false;
        throw error;
      }
    },
    /** Shows something else in a form that is open; one that was closed or sent meanwhile stays as it is. */
    async updateForm(form: string, view: ModalView, remainingMs: () => number): Promise<void> {
      try {
        await call(remainingMs, () => client.views.update({ view_id: form, view }));
      } catch (error) {
        if (slackErrorCode(error) !== 'not_found') throw error;
      }
    },
    async publishHome(user: string, view: View, remainingMs: () => number): Promise<void> {
      await call(remainingMs, () => client.views.publish({ user_id: user, view }));
    },
  };
}
export type SlackDelivery = ReturnType<typeof slackDelivery>;
