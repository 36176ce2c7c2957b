/** The slash command as Slack's composer hints it and the manifest declares it, derived from the verbs. */
import { commands } from './index';

/** Slack shows about so much of a hint. */
export function commandsUsage(slash: string): { command: string; usage_hint: string; description: string } {
  const verbs = commands.map(({ name }) => name);
  return {
    command: slash,
    description: 'Find, read and stop AWS Batch jobs',
    usage_hint: `${verbs.join(' | ')} …`,
  };
}
