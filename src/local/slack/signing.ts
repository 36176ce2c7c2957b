/** Slack's request signature, version 0: an HMAC over the timestamp and the raw body. */
import { createHmac } from 'node:crypto';

/** The two headers with which Slack signs `body` (docs.slack.dev, verifying-requests-from-slack). */
export function signedHeaders(signingSecret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
}
