/** `chat.*`, and `reactions.add`: what the bot writes and changes in conversations. */
import { refusalOfMessage } from '../blocks/message';
import { storedBlocks } from '../blocks/stored';
import { BOT, type LocalChannel, TEAM } from '../identity';
import type { Metadata, StoredMessage } from '../message';
import type { World } from '../world';
import {
  type Answer,
  type Args,
  conversationOf,
  flagOf,
  isAnswer,
  type Method,
  missing,
  refuse,
  stringOf,
} from './method';

interface Content {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** The text and blocks of a call, or the refusal that they meet. */
function contentOf(args: Args): Content | Answer {
  const { attachments } = args;
  if (Array.isArray(attachments) && attachments.length > 0) {
    return refuse('invalid_attachments', ['[ERROR] the local Slack shows no legacy attachments: send blocks']);
  }
  const markdown = stringOf(args, 'markdown_text');
  if (markdown && (args.blocks !== undefined || args.text !== undefined)) return refuse('markdown_text_conflict');
  const blocks = markdown ? [{ type: 'markdown', text: markdown }] : args.blocks;
  const text = stringOf(args, 'text') ?? '';
  const refused = refusalOfMessage({ text, blocks });
  if (refused) return refuse(refused.error, refused.messages);
  return { text, blocks: Array.isArray(blocks) ? blocks : [] };
}

/** The metadata of a call, none, or the refusal that it meets. */
function metadataOf({ metadata }: Args): { metadata?: Metadata } | Answer {
  if (metadata === undefined || metadata === '') return {};
  const { event_type, event_payload } = metadata as Partial<Metadata>;
  const isGood = typeof event_type === 'string' && event_type !== '' && typeof event_payload === 'object';
  return isGood && event_payload !== null
    ? { metadata: { event_type, event_payload } }
    : refuse('invalid_metadata_format');
}

/** A message as the Web API gives it back; what stands in its metadata only to those who ask for that. */
export const apiMessage = ({ metadata, ...message }: StoredMessage, withMetadata = false) => ({
  type: 'message',
  ...(message.subtype ? { subtype: message.subtype } : {}),
  ...(metadata ? { metadata: withMetadata ? metadata : { event_type: metadata.event_type } } : {}),
  user: message.user,
  ts: message.ts,
  text: message.text,
  team: TEAM.id,
  ...(message.bot_id ? { bot_id: message.bot_id, app_id: BOT.appId } : {}),
  ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
  ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
  ...(message.edited_ts ? { edited: { user: message.user, ts: message.edited_ts } } : {}),
  ...(message.files ? { files: message.files } : {}),
  ...(message.reactions
    ? { reactions: message.reactions.map(({ name, users }) => ({ name, users, count: users.length })) }
    : {}),
});

const postMessage: Method = {
  tier: 'posts',
  run(args, { world }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const content = contentOf(args);
    if (isAnswer(content)) return content;
    const metadata = metadataOf(args);
    if (isAnswer(metadata)) return metadata;
    const thread_ts = stringOf(args, 'thread_ts');
    const reply = {
      ...(thread_ts ? { thread_ts } : {}),
      ...(thread_ts && flagOf(args, 'reply_broadcast') ? { subtype: 'thread_broadcast' as const } : {}),
    };
    const blocks = storedBlocks(content.blocks);
    const bot = { user: BOT.id, bot_id: BOT.botId };
    const message = world.post(
      { channel: channel.id, ...bot, text: content.text, blocks, ...reply, ...metadata },
      true,
    );
    return { ok: true, channel: channel.id, ts: message.ts, message: apiMessage(message, true) };
  },
};

const postEphemeral: Method = {
  tier: 4,
  run(args, { world }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const user = stringOf(args, 'user');
    if (!user) return missing('user');
    // A user id that does not exist is in no channel either (docs.slack.dev, chat.postEphemeral).
    if (!channel.members.has(user)) return refuse('user_not_in_channel');
    const content = contentOf(args);
    if (isAnswer(content)) return content;
    const thread_ts = stringOf(args, 'thread_ts');
    const message = world.post(
      {
        channel: channel.id,
        user: BOT.id,
        bot_id: BOT.botId,
        text: content.text,
        blocks: storedBlocks(content.blocks),
        ephemeral_to: user,
        ...(thread_ts ? { thread_ts } : {}),
      },
      true,
    );
    return { ok: true, message_ts: message.ts };
  },
};

/**
 * The message of the bot's own that is to be changed. An ephemeral one is not there for these methods: only its
 * response_url can change it.
 */
function ownMessage(args: Args, world: World, notOurs: string): Answer | { channel: LocalChannel; ts: string } {
  const channel = conversationOf(world, stringOf(args, 'channel'));
  if (isAnswer(channel)) return channel;
  const ts = stringOf(args, 'ts');
  if (!ts) return missing('ts');
  const known = world.message(channel.id, ts);
  if (!known || known.ephemeral_to) return refuse('message_not_found');
  return known.user === BOT.id ? { channel, ts } : refuse(notOurs);
}

const update: Method = {
  tier: 3,
  run(args, { world }) {
    const own = ownMessage(args, world, 'cant_update_message');
    if (isAnswer(own)) return own;
    const { channel, ts } = own;
    const content = contentOf(args);
    if (isAnswer(content)) return content;
    // Blocks that are not sent stay; an empty list removes them (docs.slack.dev, chat.update).
    const news = {
      edited_ts: world.nextTs(),
      ...(args.text === undefined && args.markdown_text === undefined ? {} : { text: content.text }),
      ...(args.blocks === undefined && args.markdown_text === undefined
        ? {}
        : { blocks: storedBlocks(content.blocks) }),
    };
    const message = world.edit(channel.id, ts, news, true);
    if (!message) return refuse('message_not_found');
    return { ok: true, channel: channel.id, ts, text: message.text, message: apiMessage(message) };
  },
};

const remove: Method = {
  tier: 3,
  run(args, { world }) {
    const own = ownMessage(args, world, 'cant_delete_message');
    if (isAnswer(own)) return own;
    const { channel, ts } = own;
    world.remove(channel.id, ts, true);
    return { ok: true, channel: channel.id, ts };
  },
};

const getPermalink: Method = {
  tier: 'none',
  run(args, { world, baseUrl }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const ts = stringOf(args, 'message_ts');
    if (!ts || !world.message(channel.id, ts)) return refuse('message_not_found');
    const permalink = `${baseUrl()}/archives/${channel.id}/p${ts.replace('.', '')}`;
    return { ok: true, channel: channel.id, permalink };
  },
};

const addReaction: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const name = stringOf(args, 'name');
    if (!name) return missing('name');
    const known = world.message(channel.id, stringOf(args, 'timestamp') ?? '');
    if (!known || known.ephemeral_to) return refuse('message_not_found');
    const reactions = known.reactions ?? [];
    if (reactions.some((reaction) => reaction.name === name && reaction.users.includes(BOT.id))) {
      return refuse('already_reacted');
    }
    const others = reactions.filter((reaction) => reaction.name !== name);
    const users = [...(reactions.find((reaction) => reaction.name === name)?.users ?? []), BOT.id];
    world.edit(channel.id, known.ts, { reactions: [...others, { name, users }] }, true);
    return { ok: true };
  },
};

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
  'reactions.add': addReaction,
};
