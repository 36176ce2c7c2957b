/** Whether a channel or person can be told something, as Slack says. */
import { ErrorCode, type WebAPICallError, type WebAPIPlatformError, type WebClient } from '@slack/web-api';

/** Tries a call again while there is time for it; throws what Slack refused. */
type Call = <T>(remainingMs: () => number, work: () => Promise<T>) => Promise<T>;

export interface Place {
  name?: string | undefined;
  /** A person's IANA zone. */
  zone?: string | undefined;
  /** Why nothing would arrive there. Absent also where Slack does not tell us. */
  problem?: 'gone' | 'archived' | 'outside' | 'bot';
}

const codeOf = (error: unknown): string | undefined =>
  (error as WebAPICallError).code === ErrorCode.PlatformError ? (error as WebAPIPlatformError).data.error : undefined;

const GONE = new Set(['channel_not_found', 'user_not_found', 'user_not_visible']);

export function slackPlaces(client: WebClient, call: Call) {
  async function channel(id: string, remainingMs: () => number): Promise<Place> {
    const { channel: found } = await call(remainingMs, () => client.conversations.info({ channel: id }));
    const name = found?.name;
    if (found?.is_archived) return { name, problem: 'archived' };
    return found?.is_member === false ? { name, problem: 'outside' } : { name };
  }

  async function person(id: string, remainingMs: () => number): Promise<Place> {
    const { user } = await call(remainingMs, () => client.users.info({ user: id }));
    if (user?.deleted) return { name: user.name, problem: 'gone' };
    return { name: user?.name, zone: user?.tz, ...(user?.is_bot ? { problem: 'bot' as const } : {}) };
  }

  return {
    /**
     * What is known of a channel or person by id; nothing where the app lacks the scope to ask.
     * @throws SlackUnavailableError
     */
    async look(id: string, remainingMs: () => number): Promise<Place> {
      try {
        return await (/^[UW]/.test(id) ? person(id, remainingMs) : channel(id, remainingMs));
      } catch (error) {
        const refused = codeOf(error);
        if (refused === undefined) throw error;
        return GONE.has(refused) ? { problem: 'gone' } : {};
      }
    },
  };
}
export type SlackPlaces = ReturnType<typeof slackPlaces>;
