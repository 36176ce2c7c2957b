/** What is said where a message could not go where it was meant to. */
import { context, LIMITS, type Message, section } from './kit';

/** As Slack writes a channel or a person. */
const mention = (to: string): string => (/^[UW]/.test(to) ? `<@${to}>` : `<#${to}>`);

/** Why a destination takes nothing, after its name. */
function why(to: string, code: string): string {
  if (code === 'is_archived') return 'is archived';
  if (code === 'not_in_channel') return 'does not have me in it any more';
  if (code.startsWith('restricted_action')) return 'does not let me write any more';
  if (/^[UW]/.test(to)) return `can’t get direct messages from me (${code})`;
  return 'is gone, or does not have me in it any more';
}

const remedy = (to: string, code: string, slash: string): string => {
  if (/^[UW]/.test(to)) return `\`${slash} alerts\` there shows and changes what goes where.`;
  if (code === 'is_archived') return `Unarchive it, or choose another channel with \`${slash} alerts\`.`;
  return `Invite me there again (\`/invite @batchbot\`), or choose another channel with \`${slash} alerts\`.`;
};

/** Told once, in the default channel. */
export function destinationClosed(to: string, code: string, slash: string): Message {
  const isPerson = /^[UW]/.test(to);
  return {
    text: `Alerts for ${isPerson ? 'a person' : 'another channel'} come here from now on: it ${why(to, code)}.`,
    blocks: [
      section(`:warning: ${mention(to)} ${why(to, code)}, so what I would tell there comes here from now on.`),
      context(`${remedy(to, code, slash)} I ask there again every 10 minutes.`),
    ],
  };
}

/** On what stands in the default channel in place of another. */
export const meantForLine = (to: string, code: string): string => `Meant for ${mention(to)}, which ${why(to, code)}.`;

/** Told once, in the default channel, when the other one takes messages again. */
export function destinationOpened(to: string): Message {
  const isPerson = /^[UW]/.test(to);
  return {
    text: `Alerts for ${isPerson ? 'a person' : 'another channel'} go there again.`,
    blocks: [
      section(
        `${mention(to)} takes messages again: alerts go there. Cards that began here are kept up to date here too.`,
      ),
    ],
  };
}

/** A message that goes elsewhere than it was meant to, and says so. */
export function meantForAnother({ text, blocks }: Message, to: string, code: string): Message {
  const note = context(meantForLine(to, code));
  return { text, blocks: blocks.length < LIMITS.blocksPerMessage ? [...blocks, note] : blocks };
}
