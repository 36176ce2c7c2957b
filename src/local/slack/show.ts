/** Messages and views as the doors and the stream show them to a reader, in the reader's own zone. */
import type { Message, StoredMessage } from './message';
import type { Reader } from './mrkdwn';
import { messagePlain, viewPlain } from './plain';
import type { StoredView, View } from './view';
import type { World } from './world';

const readerOf = (world: World, user: string | undefined): Reader => ({
  userName: (id) => world.user(id)?.name ?? id,
  channelName: (id) => world.channel(id)?.name ?? id,
  zone: (user && world.user(user)?.tz) || 'UTC',
  now: world.now(),
});

export const shownMessage = (world: World, message: StoredMessage, user?: string): Message => ({
  ...message,
  channel_name: world.channel(message.channel)?.name ?? message.channel,
  plain: messagePlain(message, readerOf(world, user ?? message.ephemeral_to)),
});

export const shownView = (world: World, view: StoredView): View => {
  const { title, submit, close, callback_id = '', private_metadata = '' } = view.payload;
  return {
    id: view.id,
    type: view.type,
    callback_id,
    title: title ?? { type: 'plain_text', text: view.type === 'home' ? 'Home' : '', emoji: true },
    ...(submit ? { submit } : {}),
    ...(close ? { close } : {}),
    blocks: view.blocks,
    private_metadata,
    state: { values: view.values },
    user: view.user,
    plain: viewPlain({ type: view.type, title, submit, close, blocks: view.blocks }, readerOf(world, view.user)),
  };
};
