/** What somebody reads who ended mutes. */
import type { Mute } from '../history/records/mutes';
import { conditionsTold } from './alertRule';
import { actions, button, type Message, section } from './kit';
import { count } from './words';

export function mutesEnded(ended: readonly { mute: Mute; held: number }[]): Message {
  const lines = ended.map(
    ({ mute: { when, about }, held }) =>
      `${conditionsTold(when, about)} is told again. ${held === 0 ? 'Nothing was held back.' : `${count(held, 'alert was', 'alerts were')} held back.`}`,
  );
  return {
    text: ended.length === 0 ? 'It had ended already.' : `${count(ended.length, 'mute')} ended.`,
    blocks: [
      section(lines.length === 0 ? 'It had ended already.' : lines.join('\n')),
      actions(button({ label: 'Alerts here', command: 'alerts', replace: true })),
    ],
  };
}
