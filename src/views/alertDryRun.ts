/** What a rule would have sent in the last days, card by card, and where these went without it. */
import type { Route } from '../history/records/routes';
import { placeTold, routeText, routeTold } from './alertRule';
import { actions, bold, button, context, dotted, escaped, type Message, section } from './kit';
import { type Page, rangeOf, turning } from './pages';
import { ago, duration, moment } from './time';
import { count } from './words';

export interface PastCardLine {
  to: string;
  subject: string;
  headline: string;
  queue: string | undefined;
  members: number;
  lastAt: number;
}

export interface DryRunProps {
  /** Undefined for what is so now, in this channel. */
  rule: Pick<Route, 'when' | 'to' | 'also'> | undefined;
  cards: Page<PastCardLine>;
  /** Failed jobs on all of the cards. */
  members: number;
  /** Failed jobs on which the rule decides. */
  decided: number;
  /** How many cards came to whom without the rule. */
  before: ReadonlyMap<string, number>;
  /** None of what it is about is kept in the history. */
  isBlind: boolean;
  now: number;
  /** ms; how far back was asked for, and how far was looked. */
  asked: number;
  since: number;
  /** The command that gave this, without its page. */
  command: string;
  mayChange: boolean;
}

const toTold = (to: string): string =>
  to.startsWith('submitter ') ? `${escaped(to.slice(10))} by direct message` : placeTold(to);

const cardLine = (
  { to, subject, headline, queue, members, lastAt }: PastCardLine,
  now: number,
  isOneTo: boolean,
): string =>
  dotted([
    `${bold(subject)} ${escaped(headline)}`,
    ...(queue === undefined ? [] : [escaped(queue)]),
    count(members, 'job'),
    ago(lastAt, now),
    ...(isOneTo ? [] : [`to ${toTold(to)}`]),
  ]);

function beforeTold(before: ReadonlyMap<string, number>, rule: Pick<Route, 'to' | 'also'>): string {
  const places = [...before].map(
    ([to, cards]) => `${count(cards, 'card')} ${to.startsWith('submitter ') ? 'to' : 'in'} ${toTold(to)}`,
  );
  const shown = places.slice(0, 5).join(', ');
  const rest = places.length > 5 ? ` and ${count(places.length - 5, 'more place')}` : '';
  if (places.length === 0) return 'Without the rule nobody was told of these.';
  return rule.also ? `Beside these, as before: ${shown}${rest}.` : `Without the rule they were ${shown}${rest}.`;
}

function title({ rule, cards, members, decided, isBlind, asked, now }: DryRunProps): string {
  const span = `the last ${duration(now - asked)}`;
  const much = `${count(cards.total, 'card')} about ${count(members, 'failed job')}`;
  if (rule === undefined)
    return cards.total === 0
      ? `No failure of ${span} was to be told here.`
      : `In ${span} ${much} came here, by the rules as they are now.`;
  if (isBlind) return 'The history keeps jobs, and tells nothing of the occasions in this rule.';
  if (decided === 0) return `In ${span} this rule would have decided on nothing.`;
  if (rule.to.length === 0)
    return `In ${span} this rule would have kept ${count(decided, 'failed job')} from everybody.`;
  return `In ${span} this rule would have sent ${much}.`;
}

export function dryRunTold(props: DryRunProps): Message {
  const { rule, cards, before, decided, now, asked, since, command, mayChange } = props;
  const said = title(props);
  const isOneTo = new Set(cards.items.map(({ to }) => to)).size <= 1;
  const lines = cards.items.map((card) => cardLine(card, now, isOneTo));
  const notes = [
    ...[rangeOf(cards)].filter((range) => range !== undefined),
    ...(since > asked ? [`these are the newest: I looked back to ${moment(since)}`] : []),
    'grouped as cards are; stuck jobs, blocked queues and other states are not kept, and mutes do not count',
  ];
  const buttons = [
    ...turning(command, cards),
    ...(rule !== undefined && mayChange
      ? [button({ label: 'Save the rule…', command: `alerts route ${routeText(rule)}`, style: 'primary' as const })]
      : []),
  ];
  return {
    text: said,
    blocks: [
      section([...(rule === undefined ? [] : [routeTold(rule)]), `*${said}*`].join('\n')),
      ...(rule === undefined || decided === 0 ? [] : [section(beforeTold(before, rule))]),
      ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
      context(dotted(notes)),
      ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    ],
  };
}
