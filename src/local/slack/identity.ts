/** Who there is in the local Slack when nobody says otherwise: the team, the bot, its people and its channels. */

export const TEAM = { id: 'T0LOCAL01', name: 'local', domain: 'local' } as const;
export const BOT = { id: 'U0BATCHBOT', botId: 'B0BATCHBOT', appId: 'A0LOCAL01', name: 'batchbot' } as const;
/** The old shared token that payloads still carry; nobody should check it. */
export const VERIFICATION_TOKEN = 'local-verification-token';

export interface LocalUser {
  readonly id: string;
  readonly name: string;
  readonly real_name: string;
  /** A label for people; the bot has its own list of roles. */
  readonly role: string;
  /** An IANA zone. */
  readonly tz: string;
  /** Six hex digits, as in `users.info`. */
  readonly color: string;
  readonly is_bot?: boolean;
  /** Another workspace than ours, for somebody who is met in a shared channel. */
  readonly team?: string;
}

/** A user group: `@batch-ops`. */
export interface LocalGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** User ids. */
  readonly members: ReadonlySet<string>;
}

export interface LocalChannel {
  readonly id: string;
  readonly name: string;
  readonly is_private: boolean;
  is_archived: boolean;
  readonly topic: string;
  readonly members: Set<string>;
  /** The person at the other end, for a direct message with the bot. */
  readonly im?: string;
}

export const PEOPLE: readonly LocalUser[] = [
  { id: 'U0ADA00001', name: 'ada', real_name: 'Ada Byron', role: 'operator', tz: 'Europe/Berlin', color: '9f69e7' },
  { id: 'U0VIC00001', name: 'vic', real_name: 'Vic Viewer', role: 'viewer', tz: 'America/New_York', color: '4bbe2e' },
  { id: 'U0ROOT0001', name: 'root', real_name: 'Root Admin', role: 'admin', tz: 'UTC', color: 'e7392d' },
];

/** Those who may cancel. */
export const GROUP: LocalGroup = {
  id: 'S0BATCHOPS',
  handle: 'batch-ops',
  name: 'Batch operators',
  members: new Set(['U0ADA00001', 'U0ROOT0001']),
};

export const BOT_USER: LocalUser = {
  id: BOT.id,
  name: BOT.name,
  real_name: 'batchbot',
  role: 'bot',
  tz: 'UTC',
  color: '5b89d5',
  is_bot: true,
};

/** Open to all, with the bot in them. */
export const PUBLIC_CHANNELS: readonly { id: string; name: string; topic: string }[] = [
  { id: 'C0ALERTS01', name: 'batch-alerts', topic: 'Jobs that failed or timed out, as batchbot sees them' },
  { id: 'C0GENERAL1', name: 'general', topic: 'Everything and everybody' },
  { id: 'C0GENOMIC1', name: 'genomics', topic: 'Pipelines and their jobs' },
];
/** Private, and the bot is not a member: it can only answer there through a response_url. */
export const PRIVATE_CHANNEL = { id: 'C0PRIVATE1', name: 'private-ops', topic: 'The bot is not in here' } as const;

export const dmIdOf = (user: string): string => `D${user.slice(1)}`;
