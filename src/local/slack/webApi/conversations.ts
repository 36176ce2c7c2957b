/** `conversations.*`: what the bot may know of channels and of what was said in them. */
import { BOT, type LocalChannel } from '../identity';
import type { StoredMessage } from '../message';
import { apiMessage } from './chat';
import { type Answer, type Args, flagOf, isAnswer, type Method, missing, readableOf, refuse, stringOf } from './method';

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

const CURSOR = 'next_ts:';

/** Messages of a span, in the order given, as many as were asked for, from where the page before ended. */
function spanOf(messages: readonly StoredMessage[], args: Args): Answer {
  const oldest = Number(stringOf(args, 'oldest') ?? 0);
  const latest = Number(stringOf(args, 'latest') ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(oldest)) return refuse('invalid_ts_oldest');
  if (Number.isNaN(latest)) return refuse('invalid_ts_latest');
  const isInside = flagOf(args, 'inclusive')
    ? (ts: number) => ts >= oldest && ts <= latest
    : (ts: number) => ts > oldest && ts < latest;
  const inside = messages.filter((message) => isInside(Number(message.ts)));
  const cursor = Buffer.from(stringOf(args, 'cursor') ?? '', 'base64').toString();
  const from = cursor === '' ? 0 : inside.findIndex(({ ts }) => `${CURSOR}${ts}` === cursor);
  if (from < 0) return refuse('invalid_cursor');
  const to = from + Math.min(Number(stringOf(args, 'limit') ?? 100), 999);
  const next = inside[to];
  const withMetadata = flagOf(args, 'include_all_metadata');
  return {
    ok: true,
    messages: inside.slice(from, to).map((message) => apiMessage(message, withMetadata)),
    has_more: next !== undefined,
    response_metadata: { next_cursor: next ? Buffer.from(`${CURSOR}${next.ts}`).toString('base64') : '' },
  };
}

const history: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = readableOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const isTop = ({ thread_ts, ts, subtype }: StoredMessage) =>
      !thread_ts || thread_ts === ts || subtype === 'thread_broadcast';
    const top = world.messages(channel.id).filter((message) => !message.ephemeral_to && isTop(message));
    const answer = spanOf(top.reverse(), args);
    return answer.ok ? { ...answer, pin_count: 0 } : answer;
  },
};

const replies: Method = {
  tier: 3,
  run(args, { world }) {
    const channel = readableOf(world, stringOf(args, 'channel'));
    if (isAnswer(channel)) return channel;
    const parent = stringOf(args, 'ts');
    const thread = world
      .messages(channel.id)
      .filter(({ ephemeral_to, thread_ts, ts }) => !ephemeral_to && (ts === parent || thread_ts === parent));
    return thread.length === 0 ? refuse('thread_not_found') : spanOf(thread, args);
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
