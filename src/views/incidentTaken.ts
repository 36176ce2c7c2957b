/** What somebody reads who took an incident, or gave it back. */
import type { Incident } from '../history/records/incident';
import { actions, button, code, type Message, section } from './kit';

export function incidentTaken({ id }: Incident, isBack: boolean): Message {
  const words = isBack ? 'You are not on it any more.' : 'You are on it: its card has your name.';
  return {
    text: `Incident ${id}: ${words}`,
    blocks: [
      section(`Incident ${code(id)}: ${words}`),
      actions(
        button({ label: 'Show', command: `alerts show ${id}` }),
        button({ label: 'Jobs', command: `search incident:${id}` }),
        ...(isBack ? [] : [button({ label: 'Not me any more', command: `alerts take ${id} back`, replace: true })]),
      ),
    ],
  };
}
