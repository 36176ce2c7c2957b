/** What goes after `alerts`: each word with its use, a sentence and an example. */
import { actions, button, code, context, escaped, type Message, section } from './kit';

export interface AlertsHelpEntry {
  name: string;
  usage: string;
  summary: string;
  example: string;
}

const entryText = ({ name, usage, summary, example }: AlertsHelpEntry, slash: string): string =>
  [
    code(`${slash} alerts ${name} ${usage}`.trim()),
    `${escaped(summary)}${example === '' ? '' : `  For example ${code(`${slash} alerts ${name} ${example}`)}`}`,
  ].join('\n');

export function alertsHelp(entries: readonly AlertsHelpEntry[], slash: string): Message {
  return {
    text: `What goes after ${slash} alerts: ${entries.map(({ name }) => name).join(', ')}.`,
    blocks: [
      ...entries.map((entry) => section(entryText(entry, slash))),
      context(
        `Conditions are ${['queue:', 'def:', 'name:', 'tag:', 'user:', 'cause:', 'severity:', 'occasion:'].map(code).join(' ')}; all must fit, and of several with commas any may. ${code('*')} stands for anything.`,
      ),
      actions(button({ label: 'Alerts here', command: 'alerts' })),
    ],
  };
}
