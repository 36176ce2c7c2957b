/** What a Web API method is here: its rate limit, and what it answers to its arguments. */
import type { Refusal } from '../blocks/message';
import type { Files } from '../files';
import { BOT, type LocalChannel } from '../identity';
import type { Tier } from '../rateLimits';
import type { Triggers } from '../triggers';
import type { World } from '../world';

export interface Workspace {
  readonly world: World;
  readonly files: Files;
  readonly triggers: Triggers;
  readonly baseUrl: () => string;
}

/** Arguments as they came: form fields are strings, those that Slack takes as JSON are parsed. */
export type Args = Record<string, unknown>;
export type Answer = { ok: true; [field: string]: unknown } | ({ ok: false } & Refusal);

export interface Method {
  readonly tier: Tier | 'posts' | 'none';
  run(args: Args, workspace: Workspace): Answer;
}

export const refuse = (error: string, messages?: readonly string[]): Answer => ({
  ok: false,
  error,
  ...(messages ? { messages } : {}),
});

export const missing = (...fields: string[]): Answer =>
  refuse(
    'invalid_arguments',
    fields.map((field) => `[ERROR] missing required field: ${field}`),
  );

/** A string argument, or undefined for one that is absent or empty. */
export const stringOf = (args: Args, name: string): string | undefined => {
  const value = args[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const flagOf = (args: Args, name: string): boolean => args[name] === true || args[name] === 'true';

/**
 * A conversation that the bot may write to. A private channel that it is not in does not exist for it, a public one
 * answers `not_in_channel`, an archived one `is_archived`. A user's id stands for the direct message with them.
 */
export function conversationOf(world: World, wanted: string | undefined): LocalChannel | Answer {
  const channel = readableOf(world, wanted);
  return !isAnswer(channel) && channel.is_archived ? refuse('is_archived') : channel;
}

/** A conversation that the bot may read: an archived one too (docs.slack.dev, errors of conversations.history). */
export function readableOf(world: World, wanted: string | undefined): LocalChannel | Answer {
  const channel = wanted ? (world.channel(wanted) ?? world.channels.find(({ im }) => im === wanted)) : undefined;
  if (!channel) return refuse('channel_not_found');
  if (channel.members.has(BOT.id)) return channel;
  return refuse(channel.is_private ? 'channel_not_found' : 'not_in_channel');
}

export const isAnswer = (value: object): value is Answer => 'ok' in value;
