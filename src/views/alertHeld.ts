/** What a mute held back: the jobs as lists show them, and what was no job's by its words. */
import type { Mute } from '../history/records/mutes';
import type { Job } from '../jobs/job';
import { conditionsTold } from './alertRule';
import { jobLine } from './jobLine';
import { actions, button, context, dotted, escaped, type Message, section } from './kit';
import { rowForList } from './rowForList';
import { count } from './words';

/** One that was held back; without its job where that is not known, or where it was none. */
export interface Held {
  occasion: string;
  member: string;
  job: Job | undefined;
}

export interface HeldProps {
  mute: Mute;
  held: readonly Held[];
  /** Of all pages. */
  total: number;
  page: number;
  hasMore: boolean;
  now: number;
  region: string;
}

export function heldBack({ mute, held, total, page, hasMore, now, region }: HeldProps): Message {
  const turn = (label: string, to: number, style?: 'primary') =>
    button({
      label,
      command: `alerts held ${mute.id} page:${to}`,
      replace: true,
      ...(style === undefined ? {} : { style }),
    });
  const turns = [
    ...(page > 1 ? [turn('Previous', page - 1)] : []),
    ...(hasMore ? [turn('Next', page + 1, 'primary')] : []),
  ];
  const title = `${count(total, 'alert')} held back by the mute of`;
  return {
    text: `${count(total, 'alert was', 'alerts were')} held back by mute ${mute.id}.`,
    blocks: [
      section(`*${title}* ${conditionsTold(mute.when, mute.about)}`),
      ...held.map(({ occasion, member, job }) =>
        job === undefined
          ? section(dotted([escaped(member), escaped(occasion)]))
          : jobLine(rowForList(job), now, region),
      ),
      ...(held.length === 0 ? [context('Nothing, or it was too long ago: this is kept for a week.')] : []),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}
