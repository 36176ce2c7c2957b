/** The page's stream: server-sent events with all that one person sees, and then each change of it. */
import type { ServerResponse } from 'node:http';
import { BOT_USER, dmIdOf, type LocalChannel, type LocalUser, TEAM } from './identity';
import { shownMessage, shownView } from './show';
import type { Command } from './speech';
import type { Change, World } from './world';

/** Keeps proxies and browsers from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;

const channelsOf = (world: World, user: LocalUser): LocalChannel[] =>
  world.channels.filter(({ im, members }) => members.has(user.id) && (im === undefined || im === user.id));

function snapshot(world: World, user: LocalUser, commands: readonly Command[]) {
  const channels = channelsOf(world, user);
  const home = world.homes.get(user.id);
  return {
    type: 'snapshot',
    team: { id: TEAM.id, name: TEAM.name },
    users: [...world.people, BOT_USER].map((one) => ({ ...one, is_bot: one.is_bot ?? false })),
    channels: channels.map(({ id, name, is_private, topic, im }) => ({
      id,
      name,
      is_private,
      topic,
      ...(im ? { is_im: true } : {}),
    })),
    messages: channels.flatMap(({ id }) =>
      world.messages(id, user.id).map((message) => shownMessage(world, message, user.id)),
    ),
    views: (world.modals.get(user.id) ?? []).map((view) => shownView(world, view)),
    home: home ? shownView(world, home) : null,
    commands,
  };
}

/** A change as this person sees it; undefined when they don't. */
function seenBy(world: World, user: LocalUser, change: Change): object | undefined {
  const isIn = (channel: string): boolean =>
    channel.startsWith('D') ? channel === dmIdOf(user.id) : (world.channel(channel)?.members.has(user.id) ?? false);
  switch (change.type) {
    case 'message': {
      const { message } = change;
      const isTheirs = !message.ephemeral_to || message.ephemeral_to === user.id;
      if (!isTheirs || !isIn(message.channel)) return undefined;
      return { type: 'message', message: shownMessage(world, message, user.id) };
    }
    case 'message_deleted': {
      const { channel, ts, ephemeral_to } = change;
      const isTheirs = !ephemeral_to || ephemeral_to === user.id;
      return isTheirs && isIn(channel) ? { type: 'message_deleted', channel, ts } : undefined;
    }
    case 'view_closed':
      return change.user === user.id ? { type: 'view_closed', view_id: change.view_id } : undefined;
    default:
      return change.view.user === user.id ? { type: change.type, view: shownView(world, change.view) } : undefined;
  }
}

/** Holds the response open until the browser leaves. */
export function streamTo(response: ServerResponse, world: World, user: LocalUser, commands: readonly Command[]): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const send = (event: object): void => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  send(snapshot(world, user, commands));
  const stop = world.onChange((change) => {
    const seen = seenBy(world, user, change);
    if (seen) send(seen);
  });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS).unref();
  response.on('close', () => {
    stop();
    clearInterval(heartbeat);
  });
}
