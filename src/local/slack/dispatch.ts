/** Sends what Slack sends to the bot's request URL: signed, acknowledged within three seconds, events up to four times. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { signedHeaders } from './signing';

/** The bot has 3 seconds to acknowledge (docs.slack.dev, interactivity/handling-user-interaction). */
export const ACK_MS = 3000;
/** An event is sent again at once, after a minute and after five (docs.slack.dev, events-api, retries). */
export const EVENT_RETRY_MS: readonly number[] = [0, 60_000, 300_000];

/** The bot's acknowledgement, or why there is none. */
export type Ack =
  | { readonly status: number; readonly body: string; readonly contentType: string; readonly noRetry: boolean }
  | { readonly failure: 'http_timeout' | 'connection_failed' };

export interface DispatchOptions {
  readonly signingSecret: string;
  readonly requestUrl: () => string;
  readonly now: () => number;
  readonly eventRetryMs?: readonly number[] | undefined;
}

export class Dispatch {
  /** Requests that the bot has not answered yet. */
  outstanding = 0;
  private readonly closing = new AbortController();

  constructor(private readonly options: DispatchOptions) {}

  close(): void {
    this.closing.abort();
  }

  private async send(body: string, contentType: string, extra: Record<string, string> = {}): Promise<Ack> {
    this.outstanding += 1;
    const timeout = AbortSignal.timeout(ACK_MS);
    const startedAt = performance.now();
    try {
      const response = await fetch(this.options.requestUrl(), {
        method: 'POST',
        body,
        headers: {
          'content-type': contentType,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          ...signedHeaders(this.options.signingSecret, body, this.options.now()),
          ...extra,
        },
        signal: AbortSignal.any([timeout, this.closing.signal]),
      });
      const answer = await response.text();
      if (performance.now() - startedAt >= ACK_MS) return { failure: 'http_timeout' };
      return {
        status: response.status,
        body: answer,
        contentType: response.headers.get('content-type') ?? '',
        noRetry: response.headers.get('x-slack-no-retry') === '1',
      };
    } catch {
      return { failure: timeout.aborted ? 'http_timeout' : 'connection_failed' };
    } finally {
      this.outstanding -= 1;
    }
  }

  /** A slash command, as form fields. */
  command(fields: Record<string, string>): Promise<Ack> {
    return this.send(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');
  }

  /** An interaction: one form field, `payload`, of JSON. */
  interaction(payload: unknown): Promise<Ack> {
    return this.command({ payload: JSON.stringify(payload) });
  }

  /** An Events API envelope. Gives the first acknowledgement; without a 2xx it goes on trying behind that. */
  async event(envelope: unknown): Promise<Ack> {
    const body = JSON.stringify(envelope);
    const ack = await this.send(body, 'application/json');
    this.eventRetries(body, ack).catch(() => undefined);
    return ack;
  }

  /** Until a 2xx, the last try or `X-Slack-No-Retry: 1`. */
  private async eventRetries(body: string, first: Ack): Promise<void> {
    let ack = first;
    for (const [index, waitMs] of (this.options.eventRetryMs ?? EVENT_RETRY_MS).entries()) {
      if ('status' in ack && ((ack.status >= 200 && ack.status < 300) || ack.noRetry)) return;
      const reason = 'failure' in ack ? ack.failure : 'http_error';
      await delay(waitMs, undefined, { ref: false, signal: this.closing.signal });
      const retry = { 'x-slack-retry-num': String(index + 1), 'x-slack-retry-reason': reason };
      ack = await this.send(body, 'application/json', retry);
    }
  }
}
