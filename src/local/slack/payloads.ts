/** The payloads that Slack sends, with the fields that its documentation and recorded requests have. */
import { randomBytes } from 'node:crypto';
import type { Pressed } from './controls';
import { BOT, type LocalChannel, type LocalUser, TEAM, VERIFICATION_TOKEN } from './identity';
import type { StoredMessage } from './message';
import { apiView, type StateValues, type StoredView } from './view';
import { apiMessage } from './webApi/chat';

export const slashCommand = (what: {
  user: LocalUser;
  channel: LocalChannel;
  command: string;
  text: string;
  response_url: string;
  trigger_id: string;
}): Record<string, string> => ({
  token: VERIFICATION_TOKEN,
  team_id: what.user.team ?? TEAM.id,
  team_domain: TEAM.domain,
  channel_id: what.channel.id,
  channel_name: what.channel.im ? 'directmessage' : what.channel.is_private ? 'privategroup' : what.channel.name,
  user_id: what.user.id,
  user_name: what.user.name,
  command: what.command,
  text: what.text,
  api_app_id: BOT.appId,
  is_enterprise_install: 'false',
  response_url: what.response_url,
  trigger_id: what.trigger_id,
});

const interaction = (user: LocalUser) => ({
  user: { id: user.id, username: user.name, name: user.name, team_id: user.team ?? TEAM.id },
  api_app_id: BOT.appId,
  token: VERIFICATION_TOKEN,
  team: { id: user.team ?? TEAM.id, domain: TEAM.domain },
  enterprise: null,
  is_enterprise_install: false,
});

const channelOf = (channel: LocalChannel) => ({ id: channel.id, name: channel.im ? 'directmessage' : channel.name });

const actionOf = ({ block, element, outcome }: Pressed, action_ts: string) => ({
  ...(element.confirm ? { confirm: element.confirm } : {}),
  type: element.type,
  action_id: element.action_id,
  block_id: block.block_id,
  ...outcome,
  action_ts,
});

interface PressContext {
  readonly user: LocalUser;
  readonly pressed: Pressed;
  readonly values: StateValues;
  readonly trigger_id: string;
  readonly action_ts: string;
}

/** A press in a message. One on an ephemeral message has no `message`, as that is kept nowhere. */
export const messageActions = (
  message: StoredMessage,
  channel: LocalChannel,
  response_url: string,
  { user, pressed, values, trigger_id, action_ts }: PressContext,
) => ({
  type: 'block_actions',
  ...interaction(user),
  container: {
    type: 'message',
    message_ts: message.ts,
    channel_id: channel.id,
    is_ephemeral: message.ephemeral_to !== undefined,
    ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
  },
  trigger_id,
  channel: channelOf(channel),
  ...(message.ephemeral_to ? {} : { message: apiMessage(message) }),
  state: { values },
  response_url,
  actions: [actionOf(pressed, action_ts)],
});

/** A press in a modal or a Home. */
export const viewActions = (view: StoredView, { user, pressed, trigger_id, action_ts }: PressContext) => ({
  type: 'block_actions',
  ...interaction(user),
  container: { type: 'view', view_id: view.id },
  trigger_id,
  view: apiView(view),
  actions: [actionOf(pressed, action_ts)],
});

export const viewSubmission = (user: LocalUser, view: StoredView, trigger_id: string, response_urls: unknown[]) => ({
  type: 'view_submission',
  ...interaction(user),
  trigger_id,
  view: apiView(view),
  response_urls,
});

export const viewClosed = (user: LocalUser, view: StoredView, is_cleared: boolean) => ({
  type: 'view_closed',
  ...interaction(user),
  view: apiView(view),
  is_cleared,
});

export const globalShortcut = (user: LocalUser, callback_id: string, trigger_id: string, action_ts: string) => ({
  type: 'shortcut',
  ...interaction(user),
  callback_id,
  trigger_id,
  action_ts,
});

export const messageShortcut = (what: {
  user: LocalUser;
  callback_id: string;
  trigger_id: string;
  action_ts: string;
  channel: LocalChannel;
  message: StoredMessage;
  response_url: string;
}) => ({
  type: 'message_action',
  ...interaction(what.user),
  callback_id: what.callback_id,
  trigger_id: what.trigger_id,
  action_ts: what.action_ts,
  channel: channelOf(what.channel),
  message_ts: what.message.ts,
  message: apiMessage(what.message),
  response_url: what.response_url,
});

/** The Events API's envelope round an event. */
export const eventCallback = (event: Record<string, unknown>, nowMs: number) => ({
  token: VERIFICATION_TOKEN,
  team_id: TEAM.id,
  api_app_id: BOT.appId,
  event,
  type: 'event_callback',
  event_id: `Ev${randomBytes(5).toString('hex').toUpperCase()}`,
  event_time: Math.floor(nowMs / 1000),
  authorizations: [
    { enterprise_id: null, team_id: TEAM.id, user_id: BOT.id, is_bot: true, is_enterprise_install: false },
  ],
  is_ext_shared_channel: false,
});

export const urlVerification = (challenge: string) => ({
  token: VERIFICATION_TOKEN,
  challenge,
  type: 'url_verification',
});
