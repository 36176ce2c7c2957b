/** `conversations.*`: what the bot may know of channels and of what was said in them. */
import { BOT, type LocalChannel } from '../identity';
import { apiMessage } from './chat';
import { type Args, conversationOf, flagOf, isAnswer, type Method, missing, refuse, stringOf } from './method';

/** A conversation as the Web API gives it. */
const apiChannel = (channel: LocalChannel) => ({
  id: channel.id,
  ...(channel.im ? { is_im: true, user: channel.im } : { name: channel.name, name_normalized: channel.name }),
  is_channel: !channel.im && !channel.is_private,
  is_group: !channel.im && channel.is_private,
  is_im: channel.im !== undefined,
  is_mpim: false,
  is_private: channel.is_private,
  is_archived: channel.is_archived,
  is_general: channel.name === 'general',
  is_shared: false,
  is_ext_shared: false,
  is_org_shared: false,
  is_member: channel.members.has(BOT.id),
  created: 1_700_000_000,
  creator: 'U0ROOT0001',
  topic: { value: channel.topic, creator: '', last_set: 0 },
  purpose: { value: '', creator: '', last_set: 0 },
  num_members: channel.members.size,
});

/** What the bot can see: public channels, and the private ones that it is in. */
const isSeen = (channel: LocalChannel): boolean => !channel.is_private || channel.members.has(BOT.id);

const kindOf = (channel: LocalChannel): string => {
  if (channel.im) return 'im';
  return channel.is_private ? 'private_channel' : 'public_channel';
};

const list: Method = {
  tier: 2,
  run(args, { world }) {
    const types = (stringOf(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
    const channels = world.channels.filter(
      (channel) =>
        isSeen(channel) &&
        types.includes(kindOf(channel)) &&
        !(flagOf(args, 'exclude_archived') && channel.is_archived),
    );
    return { ok: true, channels: channels.map(apiChannel), response_metadata: { next_cursor: '' } };
  },
};

const info: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = world.channel(stringOf(args, 'channel') ?? '');
    return channel && isSeen(channel) ? { ok: true, channel: apiChannel(channel) } : refuse('channel_not_found');
  },
};

const members: Method = {
  tier: 4,
  run(args, { world }) {
    const channel = world.channel(stringOf(args, 'channel') ?? '');
    if (!channel || !isSeen(channel)) return refuse('channel_not_found');
    return { ok: true, members: [...channel.members], response_metadata: { next_cursor: '' } };
  },
};

/** Messages of a span, newest first, as many as were asked for. */
function spanOf<M extends { ts: string }>(messages: readonly M[], args: Args): { page: M[]; has_more: boolean } {
  const oldest = Number(stringOf(args, 'oldest') ?? 0);
  const latest = Number(stringOf(args, 'latest') ?? Number.POSITIVE_INFINITY);
  const isInside = flagOf(args, 'inclusive')
    ? (ts: number) => ts >= oldest && ts <= latest
    : (ts: number) => ts > oldest && ts < latest;
  const limit = Math.min(Number(stringOf(args, 'limit') ?? 100), 999);
  const all = messages.filter((message) => isInside(Number(message.ts))).reverse();
  return { page: all.slice(0, limit), has_more: all.length > limit };
}

const history: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const top = world
      .messages(channel.id)
      .filter(({ ephemeral_to, thread_ts, ts }) => !ephemeral_to && (!thread_ts || thread_ts === ts));
    const { page, has_more } = spanOf(top, args);
    return { ok: true, messages: page.map(apiMessage), has_more, pin_count: 0 };
  },
};

const replies: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = conversationOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const parent = stringOf(args, 'ts');
    const thread = world
      .messages(channel.id)
      .filter(({ ephemeral_to, thread_ts, ts }) => !ephemeral_to && (ts === parent || thread_ts === parent));
    if (thread.length === 0) return refuse('thread_not_found');
    return { ok: true, messages: thread.map(apiMessage), has_more: false };
  },
};

const open: Method = {
  tier: 3,
  run(args, { world }) {
    const users = (stringOf(args, 'users') ?? '').split(',').filter(Boolean);
    const wanted = stringOf(args, 'channel');
    if (users.length === 0 && !wanted) return missing('users');
    if (users.length > 1) return refuse('not_supported');
    const channel = world.channels.find(({ id, im }) => im && (id === wanted || im === users[0]));
    if (!channel) return refuse(wanted ? 'channel_not_found' : 'user_not_found');
    return { ok: true, no_op: true, already_open: true, channel: { id: channel.id } };
  },
};

const join: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = world.channel(stringOf(args, 'channel') ?? '');
    if (!channel || channel.im || channel.is_private) return refuse('channel_not_found');
    if (channel.is_archived) return refuse('is_archived');
    channel.members.add(BOT.id);
    return { ok: true, channel: apiChannel(channel) };
  },
};

export const conversationMethods: Record<string, Method> = {
  'conversations.list': list,
  'conversations.info': info,
  'conversations.members': members,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.open': open,
  'conversations.join': join,
};
