/** Requests to the bot's own door as Slack makes them, and as others forge them. */
import { signedHeaders } from '../../src/local/slack/signing';

export const SIGNING_SECRET = 'local-signing-secret';
const FORM = 'application/x-www-form-urlencoded';

/** A slash command's form, as Slack fills it. */
export const commandForm = (text: string, more: Record<string, string> = {}): string =>
  new URLSearchParams({
    token: 'verification-token',
    team_id: 'T0LOCAL01',
    channel_id: 'C0GENERAL1',
    channel_name: 'general',
    user_id: 'U0ADA00001',
    user_name: 'ada',
    command: '/batch',
    text,
    trigger_id: `1.${text}.${Math.random()}`,
    ...more,
  }).toString();

export const interactionForm = (payload: unknown): string =>
  new URLSearchParams({ payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }).toString();

/** Sends bytes with their signature, made `skewSeconds` from now. */
export async function send(
  url: string,
  body: string,
  options: { skewSeconds?: number; secret?: string; headers?: Record<string, string>; contentType?: string } = {},
): Promise<{ status: number; text: string }> {
  const headers =
    options.headers ??
    signedHeaders(options.secret ?? SIGNING_SECRET, body, Date.now() + (options.skewSeconds ?? 0) * 1000);
  const response = await fetch(`${url}/slack/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': options.contentType ?? FORM, ...headers },
  });
  return { status: response.status, text: await response.text() };
}
