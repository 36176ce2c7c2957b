/** What the local Slack sends to the page: the shapes in `/local/stream` and in the answers of the `/local/…` doors. */
import type { KnownBlock, PlainTextElement } from '@slack/types';

export interface Team {
  id: string;
  name: string;
}

export interface User {
  id: string;
  name: string;
  real_name: string;
  /** What this person may do with the bot, in the bot's words: viewer, operator, admin. */
  role?: string;
  /** IANA time zone name; every time on the page is shown in it. */
  tz?: string;
  /** CSS colour of the avatar, with or without `#`. */
  color?: string;
  is_bot?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  is_private?: boolean;
  topic?: string;
}

export interface SharedFile {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  mimetype: string;
  url: string;
}

export interface Message {
  /** Seconds since 1970 with six decimals, as a string: the message's identity within its channel. */
  ts: string;
  channel: string;
  channel_name?: string;
  user: string;
  text: string;
  blocks?: KnownBlock[];
  thread_ts?: string;
  /** A reply that was sent to the whole channel too. */
  subtype?: 'thread_broadcast';
  /** The id of the only user who sees the message. */
  ephemeral_to?: string;
  edited_ts?: string;
  files?: SharedFile[];
  plain?: string;
}

/** An element's state as Slack keeps it in `view.state.values[block_id][action_id]`. */
export type ElementState = Record<string, unknown>;

export interface View {
  id: string;
  type: 'modal' | 'home';
  callback_id?: string;
  title?: PlainTextElement | string;
  submit?: PlainTextElement | string | null;
  close?: PlainTextElement | string | null;
  blocks: KnownBlock[];
  state?: { values?: Record<string, Record<string, ElementState>> } | null;
  user?: string;
}

export interface Command {
  /** With its slash: `/batch`. */
  command: string;
  usage_hint?: string;
  description?: string;
}

export interface Snapshot {
  type: 'snapshot';
  team: Team;
  users: User[];
  channels: Channel[];
  messages: Message[];
  views: View[];
  home: View | null;
  commands: Command[];
}

export type StreamEvent =
  | Snapshot
  | { type: 'message'; message: Message }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'view'; view: View }
  | { type: 'view_closed'; view_id: string }
  | { type: 'home'; view: View | null };

/** What every door answers; `errors` are a refused modal's, by block id. */
export interface DoorAnswer {
  ok: boolean;
  error?: string;
  errors?: Record<string, string>;
}

/** A text object, or the bare string that some fields hold, as a string. */
export function textOf(text: { text: string } | string | null | undefined): string {
  return typeof text === 'string' ? text : (text?.text ?? '');
}
