/** Switches and thresholds of alerts: what was changed, and how to change it back. */
import { placeTold } from './alertRule';
import { actions, button, code, type Message, section } from './kit';

/** One change, told with what undoes it, where one command does. */
export function settingChanged(told: string, plain: string, undo: string | undefined): Message {
  return {
    text: plain,
    blocks: [
      section(told),
      actions(
        ...(undo === undefined ? [] : [button({ label: 'As it was', command: undo, replace: true })]),
        button({ label: 'Alerts here', command: 'alerts' }),
      ),
    ],
  };
}

/** `everywhere`, or `in #ops`. */
export const scopeTold = (to: string | undefined): string => (to === undefined ? 'everywhere' : `in ${placeTold(to)}`);

/** `retried and failed`, as people type them. */
export const namesTold = (names: readonly string[]): string => names.map(code).join(' and ');
