/** The buttons under a warning that a job has used up most of its time. */
import type { Button } from '@slack/types';
import type { Incident } from '../history/records/incident';
import { button } from './kit';

/** More time is a rule's to give: a limit of the job's own is fixed when it is submitted. */
export function nearButtons({ occasion, cause }: Pick<Incident, 'occasion' | 'cause'>, jobId: string): Button[] {
  if (occasion !== 'timeout-near') return [];
  return [
    ...(cause?.key === 'near-rules'
      ? [
          button({
            label: 'Extend 2 h',
            command: `timeout extend ${jobId} 2h`,
            says: 'Let this job take two hours longer than the rule allows',
          }),
        ]
      : []),
    button({
      label: 'Cancel…',
      command: `cancel ${jobId}`,
      style: 'danger',
      says: 'Cancel this job now, after a preview',
    }),
  ];
}
