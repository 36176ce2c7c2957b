/** What is said of an incident that somebody took, gave back, or closed. */
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
        ...(isBack
          ? []
          : [
              button({ label: 'Close it', command: `alerts close ${id}`, says: 'Say that it is over' }),
              button({ label: 'Not me any more', command: `alerts take ${id} back`, replace: true }),
            ]),
      ),
    ],
  };
}

/** In the thread of its card. */
export const takenOver = ({ id }: Incident, by: string, from: string): Message => ({
  text: `Incident ${id} was taken over.`,
  blocks: [section(`<@${by}> took this over from <@${from}>.`)],
});

export function incidentClosed({ id }: Incident): Message {
  const words = 'It is closed, and its card says so. What is so still, or fails again, opens it again.';
  return {
    text: `Incident ${id}: ${words}`,
    blocks: [
      section(`Incident ${code(id)}: ${words}`),
      actions(button({ label: 'Show', command: `alerts show ${id}` })),
    ],
  };
}
