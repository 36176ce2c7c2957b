/** Mutes: what they look like on a card and in a list, the questions before a mute of everything, and how their end is told. */
import type { Mute } from '../history/records/mutes';
import { quoted } from '../jobs/words';
import { conditionsText, conditionsTold, placeTold } from './alertRule';
import { actions, button, context, cut, dotted, escaped, type Message, section } from './kit';
import { duration, minute } from './time';
import { count } from './words';

const MOST_REASON = 300;

type Ending = Pick<Mute, 'until' | 'untilFixed'>;

/** `until 14:00`, `until it succeeds, at most until 14:00`. */
export const endTold = ({ until, untilFixed }: Ending): string =>
  untilFixed ? `until it succeeds, at most until ${minute(until)}` : `until ${minute(until)}`;

const whatTold = ({ when, about, to }: Pick<Mute, 'when' | 'about' | 'to'>): string =>
  `${conditionsTold(when, about)}${to === undefined ? '' : ` in ${placeTold(to)}`}`;

const reasonTold = (reason: string): string => `“${escaped(cut(reason, MOST_REASON))}”`;

/** For a card: `Muted by @ada until 14:00: “known bug”`. */
export const mutedTold = (mute: Pick<Mute, 'by' | 'until' | 'untilFixed' | 'reason'>): string =>
  `:no_bell: Muted by <@${mute.by.id}> ${endTold(mute)}: ${reasonTold(mute.reason)}`;

/** For a list, with what it has held back so far. */
export const muteLine = (mute: Mute, held: number | undefined): string =>
  dotted([
    whatTold(mute),
    `${endTold(mute)}, by <@${mute.by.id}>: ${reasonTold(mute.reason)}`,
    ...(held === undefined || held === 0 ? [] : [`${count(held, 'alert')} held back`]),
  ]);

export const unmuteButton = ({ id }: Pick<Mute, 'id'>) =>
  button({ label: 'Unmute', command: `alerts unmute ${id}`, replace: true, says: `End the mute ${id}` });

/** As it is told in the channels that it spares. */
export const muteBegan = (mute: Mute): string =>
  `:no_bell: <@${mute.by.id}> muted ${whatTold(mute)} ${endTold(mute)}: ${reasonTold(mute.reason)}`;

export function muteStarted(mute: Mute, isRenewed: boolean): Message {
  const what = conditionsText(mute.when) || 'everything';
  return {
    text: `Muted: ${mute.about ?? what}. ${mute.reason}`,
    blocks: [
      section(
        `${whatTold(mute)} is muted ${endTold(mute)}: ${reasonTold(mute.reason)}\nI say so when it ends, and how much it held back.${isRenewed ? ' It was muted before; this takes its place.' : ''}`,
      ),
      actions(unmuteButton(mute), button({ label: 'Alerts here', command: 'alerts' })),
    ],
  };
}

export interface EverythingProps {
  /** The first or the second time. */
  asking: 1 | 2;
  to: string | undefined;
  end: Ending;
  reason: string;
  /** The command that asks again, or does it. */
  next: string;
  /** How many cards came in the last 7 days, where that is known. */
  lately: { cards: number; members: number } | undefined;
  openIncidents: number;
}

/** A mute of everything is asked twice, since nobody would hear of anything. */
export function everythingAsked({ asking, to, end, reason, next, lately, openIncidents }: EverythingProps): Message {
  const where = to === undefined ? 'in any channel or direct message' : `in ${placeTold(to)}`;
  const isSecond = asking === 2;
  const title = isSecond ? 'Really everything?' : 'Mute everything?';
  const lines = isSecond
    ? [
        `*${title}* Nobody ${to === undefined ? '' : 'there '}hears of failures, timeouts, stuck or blocked queues, ${endTold(end)}.`,
        lately === undefined
          ? ''
          : `In the last 7 days that would have been ${count(lately.cards, 'card')} about ${count(lately.members, 'failed job')}.`,
        openIncidents === 0 ? '' : `${count(openIncidents, 'incident is', 'incidents are')} open now.`,
      ]
    : [
        `*${title}* No alert at all would come ${where}, ${endTold(end)}: ${reasonTold(reason)}`,
        'A definition, a queue or a cause can be muted by itself.',
      ];
  return {
    text: title,
    blocks: [
      section(lines.filter((line) => line !== '').join('\n')),
      actions(
        button({
          label: 'Leave it on',
          command: 'alerts',
          replace: true,
          ...(isSecond ? { style: 'primary' as const } : {}),
        }),
        button({
          label: isSecond ? 'Yes, mute everything' : 'Mute everything…',
          command: next,
          replace: true,
          style: 'danger',
        }),
      ),
    ],
  };
}

/** The mute again, for an hour. */
const again = ({ when, about, to, incident, reason }: Mute): string | undefined => {
  const what = incident === undefined ? conditionsText(when) || 'everything' : `incident:${incident}`;
  if (about !== undefined && incident === undefined) return undefined;
  return `alerts mute ${what}${to === undefined || incident !== undefined ? '' : ` to:${to}`} for:1h reason:${quoted(reason)}`;
};

function whyEnded({ incident, ended }: Mute): string {
  switch (ended?.how) {
    case 'taken':
      return 'was ended';
    case 'fixed':
      // An incident may have been closed by hand, and a state has nothing that succeeds.
      return incident === undefined ? 'is over, since it succeeded' : 'is over, since its incident is over';
    default:
      return 'is over';
  }
}

/** Told when a mute ends. `held` is how many it held back; `isMore` where there were more than that. */
export function muteEnded(mute: Mute, held: number, isMore: boolean): Message {
  const { by, at = mute.until } = mute.ended ?? {};
  const ended = `${whyEnded(mute)}${by === undefined ? '' : ` by <@${by}>`}`;
  const heldTold =
    held === 0 ? 'It held back nothing.' : `It held back ${isMore ? 'more than ' : ''}${count(held, 'alert')}.`;
  const mutesAgain = again(mute);
  const buttons = [
    ...(held === 0 ? [] : [button({ label: 'What it held back', command: `alerts held ${mute.id}` })]),
    ...(mutesAgain === undefined
      ? []
      : [button({ label: 'Mute again for 1 h', command: mutesAgain, says: 'Mute the same again for an hour' })]),
  ];
  return {
    text: `The mute of ${mute.about ?? (conditionsText(mute.when) || 'everything')} ${whyEnded(mute)}. ${heldTold}`,
    blocks: [
      section(`:bell: The mute of ${whatTold(mute)} ${ended}. *${heldTold}*`),
      context(
        dotted([
          `set by <@${mute.by.id}>: ${reasonTold(mute.reason)}`,
          `lasted ${duration(Math.max(0, at - mute.at))}`,
        ]),
      ),
      ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    ],
  };
}
