/** What a person types: slash commands for the bot, Slack's own few commands, and messages with their mentions. */

import type { Ack } from './dispatch';
import { BOT, type LocalChannel, type LocalUser } from './identity';
import type { SharedFile } from './message';
import { eventCallback, slashCommand } from './payloads';
import { PersonError, type Room } from './person';
import type { World } from './world';

export interface Command {
  /** With its slash. */
  readonly command: string;
  readonly usage_hint: string;
  readonly description: string;
}

/** The author of what Slack itself says to a person. */
const SLACKBOT = 'USLACKBOT';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Typed text as Slack's client sends it: escaped, with `@name`, `@group` and `#channel` turned into real mentions. */
export const withMentions = (world: World, text: string): string =>
  escaped(text).replace(/(?<![\w@])([@#])([\w-]+)/g, (whole, sign: string, name: string) => {
    if (sign === '#') {
      const channel = world.channel(name);
      return channel ? `<#${channel.id}|${channel.name}>` : whole;
    }
    if (/^(here|channel|everyone)$/.test(name)) return `<!${name}>`;
    const user = world.user(name);
    const group = world.groups.get(name);
    return user ? `<@${user.id}>` : group ? `<!subteam^${group.id}|@${group.handle}>` : whole;
  });

/** The text of a command as Slack sends it where the manifest has `should_escape`: mentions with the names as typed. */
const withNamedMentions = (world: World, text: string): string =>
  text.replace(/(?<![\w@#&<^|])([@#])([\w-]+)/g, (whole, sign: string, name: string) => {
    const channel = sign === '#' ? world.channel(name) : undefined;
    if (channel) return `<#${channel.id}|${channel.name}>`;
    const user = sign === '@' ? world.user(name) : undefined;
    const group = sign === '@' ? world.groups.get(name) : undefined;
    return user ? `<@${user.id}|${user.name}>` : group ? `<!subteam^${group.id}|@${group.handle}>` : whole;
  });

/** Slack's own `/invite`, `/remove` and `/archive`, so that a bot outside a channel can be tried. */
function ownCommand(world: World, channel: LocalChannel, command: string, text: string): boolean {
  const other = world.user(text.trim());
  if (command === '/archive' && !channel.im) channel.is_archived = true;
  else if (command === '/unarchive') channel.is_archived = false;
  else if (command === '/invite' && other) channel.members.add(other.id);
  else if (command === '/remove' && other) channel.members.delete(other.id);
  else return false;
  return true;
}

/** The error that Slack names to the person when an acknowledgement is none: undefined when it is one. */
export const ackError = (ack: Ack): string | undefined => {
  if ('failure' in ack) return ack.failure === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed';
  return ack.status === 200 ? undefined : 'dispatch_failed';
};

/** An acknowledgement's body is a message to the person, as text or as JSON; the error when Slack can't show it. */
function showAckBody(room: Room, ack: Ack, user: LocalUser, channel: LocalChannel): string | undefined {
  if (!('body' in ack) || ack.body.trim() === '') return undefined;
  let body: unknown = { text: ack.body };
  if (ack.contentType.includes('json')) {
    try {
      body = JSON.parse(ack.body);
    } catch {
      return 'invalid_command_response';
    }
  }
  const shown = room.responseUrls.showAck({ channel: channel.id, user: user.id }, body);
  return shown.status === 200 ? undefined : 'invalid_command_response';
}

/** What Slack tells a person whose command or press failed, where only they see it. */
export const tellFailure = (
  world: World,
  what: string,
  error: string,
  user: LocalUser,
  channel: { readonly id: string },
): void => {
  const text = `${what} failed with the error "${error}"`;
  world.post({ channel: channel.id, user: SLACKBOT, text, blocks: [], ephemeral_to: user.id }, true);
};

/** `/batch …` to the bot, with its acknowledgement shown as Slack shows it. */
export async function runCommand(
  room: Room,
  commands: readonly Command[],
  user: LocalUser,
  channel: LocalChannel,
  typed: string,
): Promise<Ack | undefined> {
  const [, command = '', typedText = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed.trim()) ?? [];
  if (ownCommand(room.world, channel, command, typedText)) return undefined;
  const text = withNamedMentions(room.world, typedText);
  if (!commands.some((known) => known.command === command)) {
    const known = commands.map((one) => one.command).join(', ');
    throw new PersonError(`${command} is not a command here; there is ${known}`);
  }
  const response_url = room.responseUrls.issue('commands', { channel: channel.id, user: user.id });
  const trigger_id = room.triggers.issue({ user: user.id, channel: channel.id });
  const ack = await room.dispatch.command(slashCommand({ user, channel, command, text, response_url, trigger_id }));
  const error = ackError(ack) ?? showAckBody(room, ack, user, channel);
  if (error) tellFailure(room.world, command, error, user, channel);
  return ack;
}

/** An ordinary message; the bot hears of it when it is mentioned, or in its direct messages. */
export async function sendMessage(
  room: Room,
  user: LocalUser,
  channel: LocalChannel,
  what: { text: string; thread_ts?: string | undefined; files: readonly SharedFile[] },
): Promise<{ ack?: Ack; isHeard: boolean }> {
  if (channel.is_archived) throw new PersonError(`#${channel.name} is archived`);
  const { world, dispatch } = room;
  const thread = what.thread_ts ? { thread_ts: what.thread_ts } : {};
  const message = world.post(
    {
      channel: channel.id,
      user: user.id,
      text: withMentions(world, what.text),
      blocks: [],
      ...(what.files.length > 0 ? { files: what.files } : {}),
      ...thread,
    },
    false,
  );
  const isMention = message.notified.includes(BOT.id) && channel.members.has(BOT.id);
  if (!isMention && !channel.im) return { isHeard: false };
  const event = {
    type: channel.im ? 'message' : 'app_mention',
    ...(channel.im ? { channel_type: 'im' } : {}),
    user: user.id,
    text: message.text,
    ts: message.ts,
    ...thread,
    channel: channel.id,
    event_ts: message.ts,
  };
  return { ack: await dispatch.event(eventCallback(event, world.now())), isHeard: true };
}
