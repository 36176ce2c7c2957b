/** Letting a queue take new jobs or not: the preview that is confirmed, and what was done. */
import { actions, bold, button, context, escaped, type Message, section } from './kit';
import { depthWords, jobsIn, type QueueRow } from './queues';
import { duration } from './time';
import { count } from './words';

export type Switch = 'enable' | 'disable';

export interface SwitchProps {
  queue: QueueRow;
  to: Switch;
  op: string;
  expiresInMs: number;
}

/** What happens to those inside: https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html, `state`. */
function consequences({ queue, to }: SwitchProps): string[] {
  const inside = jobsIn(queue);
  if (to === 'enable') return ['Batch takes new jobs for it again, from everybody and every scheduler.'];
  return [
    'Batch refuses every new job for it, from everybody and every scheduler, until it is enabled again.',
    inside === 0
      ? 'There is nothing in it now.'
      : `What is in it goes on: ${depthWords(queue)}. ${inside === 1 ? 'It still starts and ends' : 'They still start and end'} as usual.`,
  ];
}

export function switchPreview(props: SwitchProps): Message {
  const { queue, to, op } = props;
  const verb = to === 'enable' ? 'Enable' : 'Disable';
  const title = `${verb} queue ${queue.name}?`;
  const told = consequences(props);
  return {
    text: `${title} ${told.join(' ')}`,
    blocks: [
      section([bold(title), ...told.map(escaped)].join('\n')),
      context(`Operation ${op}. The button works for ${duration(props.expiresInMs)}.`),
      actions(
        button({ label: 'Leave it', command: `queue --keep ${op}`, replace: true }),
        button({
          label: `${verb} it`,
          command: `queue --confirm ${op}`,
          style: to === 'disable' ? 'danger' : 'primary',
          says: `${verb} queue ${queue.name}`,
          confirm: { title, text: told.join(' '), confirm: `${verb} it`, deny: 'Leave it' },
        }),
      ),
    ],
  };
}

export interface SwitchedProps {
  queue: QueueRow;
  to: Switch;
  by: string;
  byName: string;
  op: string;
}

export function switched({ queue, to, by, byName, op }: SwitchedProps): Message {
  const inside = jobsIn(queue);
  const after =
    to === 'enable'
      ? 'It takes jobs again.'
      : `It takes no new jobs${inside === 0 ? '' : `; ${count(inside, 'job')} in it ${inside === 1 ? 'goes' : 'go'} on`}.`;
  return {
    text: `${byName} ${to}d queue ${queue.name} (op ${op}). ${after}`,
    blocks: [
      section(`<@${by}> ${to}d queue ${bold(queue.name)} (op ${op}).\n${after}`),
      actions(
        button({ label: 'Queue', command: `queues ${queue.name}`, says: `Show queue ${queue.name}` }),
        button({
          label: to === 'enable' ? 'Disable…' : 'Enable…',
          command: `queue ${to === 'enable' ? 'disable' : 'enable'} ${queue.name}`,
          says: `${to === 'enable' ? 'Disable' : 'Enable'} queue ${queue.name}, after a preview`,
        }),
      ),
    ],
  };
}

export const switchKept = (name: string): Message => ({
  text: `Queue ${name} stays as it is.`,
  blocks: [section(`Queue ${bold(name)} stays as it is.`)],
});
