/** The Slack app's manifest, derived from the verbs: what the app is called, may do and listens to. */
import type { Command } from '../commands/command';
import { commandsUsage } from '../commands/usage';

/** Every scope that the app asks for, and why; the README's table is made from this. */
export const SCOPES: readonly { scope: string; why: string }[] = [
  { scope: 'commands', why: 'the slash command itself' },
  {
    scope: 'chat:write',
    why: 'alerts and the progress of mass actions, in channels that the bot was invited to, and direct messages',
  },
  {
    scope: 'channels:history',
    why: 'after a crash or an answer that got lost, looking whether an alert already stands in its public channel, by a mark that only our own messages carry; nothing else is read',
  },
  { scope: 'groups:history', why: 'the same in private channels that the bot was invited to' },
  { scope: 'im:history', why: 'the same in direct messages with the bot' },
  { scope: 'im:write', why: 'finding the direct messages with somebody, to look there' },
  { scope: 'files:write', why: 'whole logs as files' },
  { scope: 'usergroups:read', why: 'who is in a user group that a role was given to' },
  { scope: 'users:read', why: 'whom the name of a job’s submitter means, to send them a direct message' },
  { scope: 'users:read.email', why: 'the same of a submitter who is named by an e-mail address' },
  { scope: 'channels:read', why: 'whether a channel that alerts are routed to is there, and the bot in it' },
  { scope: 'groups:read', why: 'the same of a private channel' },
];

/** Where Slack is to send requests; replaced by the address that the deployment prints. */
export const PLACEHOLDER_URL = 'https://batchbot.example.com/slack/events';

/** @param url the bot's request URL */
export function manifest(commands: readonly Command[], slash: string, url: string): Record<string, unknown> {
  const verbs = commands.map(({ name }) => name);
  return {
    display_information: {
      name: 'batchbot',
      description: 'Find, read, watch and stop AWS Batch jobs',
      long_description: `Finds any AWS Batch job of any age, shows its logs and why it failed, cancels many jobs behind one confirm step, and tells a channel of failed and timed-out jobs by itself. Verbs of ${slash}: ${verbs.join(', ')}. Answers are private until they are shared; acts need a role, are confirmed, and are kept in an audit log.`,
      background_color: '#1f4e5f',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'batchbot', always_online: true },
      slash_commands: [{ ...commandsUsage(slash), url, should_escape: true }],
    },
    oauth_config: { scopes: { bot: SCOPES.map(({ scope }) => scope) } },
    settings: {
      event_subscriptions: { request_url: url, bot_events: ['app_home_opened'] },
      interactivity: { is_enabled: true, request_url: url },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  };
}
