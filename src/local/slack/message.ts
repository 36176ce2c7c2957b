/** A message as the local Slack keeps it and as its doors and its stream show it. */
import type { StoredBlock } from './blocks/stored';

/** A file as messages carry it; its words are at `/local/files/<id>`. */
export interface SharedFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  /** In bytes. */
  readonly size: number;
  readonly url_private: string;
  /** Where the bytes are, from the page: a path on the same port. */
  readonly url: string;
}

/** What an app said with a message to itself or to other apps: https://docs.slack.dev/messaging/message-metadata */
export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

export interface StoredMessage {
  readonly ts: string;
  /** The channel's id. */
  readonly channel: string;
  /** The author's id. */
  readonly user: string;
  readonly bot_id?: string;
  readonly text: string;
  readonly blocks: readonly StoredBlock[];
  readonly thread_ts?: string;
  /** A reply that was sent to the whole channel too. */
  readonly subtype?: 'thread_broadcast';
  readonly metadata?: Metadata;
  /** The only user who sees it. */
  readonly ephemeral_to?: string;
  readonly edited_ts?: string;
  readonly files?: readonly SharedFile[];
  readonly reactions?: readonly { readonly name: string; readonly users: readonly string[] }[];
  /** Whom it really notifies: user and user group ids, and `channel`, `here`, `everyone`. */
  readonly notified: readonly string[];
}

/** What the doors and the stream give. */
export interface Message extends StoredMessage {
  readonly channel_name: string;
  /** As a person reads it, in lines of text. */
  readonly plain: string;
}
