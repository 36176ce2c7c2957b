/** What is told in a channel and why: rules, what is switched off, thresholds, mutes and open incidents, each with what changes it. */
import type { KnownBlock } from '@slack/types';
import type { OpenIncident } from '../history/records/incidents';
import type { Mute } from '../history/records/mutes';
import type { Route } from '../history/records/routes';
import { muteLine, unmuteButton } from './alertMute';
import { routeTold } from './alertRule';
import { type AlertsHeadingProps, alertsHeading } from './alertsHeading';
import { openIncidentTitle } from './incidentParts';
import { actions, button, code, context, dotted, escaped, type Message, section } from './kit';
import { type Page, rangeOf, turning } from './pages';
import { ago } from './time';
import { count, some } from './words';

export interface RuleRow {
  rule: Route;
  /** Rules that contradict it and win where both fit. */
  beatenBy: readonly Route[];
}

export interface SwitchedOff {
  name: string;
  /** Why it is off: `by default`, `everywhere`, `here`. */
  why: 'by default' | 'everywhere' | 'here';
  by?: string;
}

export interface AlertsHereProps extends AlertsHeadingProps {
  rules: Page<RuleRow>;
  /** Rules by which what would come here goes elsewhere or nowhere. */
  away: readonly Route[];
  off: readonly SwitchedOff[];
  /** `runnable 2 h for spot-*`. */
  thresholds: readonly string[];
  mutes: readonly { mute: Mute; held: number }[];
  incidents: readonly OpenIncident[];
  mayChange: boolean;
  /** The command that gave this, without its page. */
  asked: string;
  now: number;
  slash: string;
}

const MOST_MUTES = 5;
const MOST_INCIDENTS = 5;
const MOST_AWAY = 5;
const MOST_BEATEN = 3;
/** A rule may have 800 characters, and a message of all rules 12,000: what is longer is shown whole before it is changed. */
const MOST_CONDITIONS = 150;

function ruleBlock({ rule, beatenBy }: RuleRow, { mayChange, now }: AlertsHereProps): KnownBlock {
  const given = `${escaped(rule.by.name)}, ${ago(rule.at, now)}`;
  const but =
    beatenBy.length === 0
      ? ''
      : `\n      except where a more specific one fits: ${beatenBy
          .slice(0, MOST_BEATEN)
          .map((other) => `${code(other.id)} ${routeTold(other, MOST_CONDITIONS)}`)
          .join('; ')}${beatenBy.length > MOST_BEATEN ? ` and ${beatenBy.length - MOST_BEATEN} more` : ''}`;
  return section(
    `${dotted([code(rule.id), routeTold(rule, MOST_CONDITIONS), given])}${but}`,
    mayChange
      ? button({
          label: 'Remove',
          command: `alerts unroute ${rule.id}`,
          says: `Remove rule ${rule.id}`,
          confirm: {
            title: `Remove rule ${rule.id}?`,
            text: 'Its alerts go where the other rules say, at once.',
            confirm: 'Remove it',
            deny: 'Leave it',
          },
        })
      : undefined,
  );
}

function awayBlocks({ away }: AlertsHereProps): KnownBlock[] {
  if (away.length === 0) return [];
  const lines = away.slice(0, MOST_AWAY).map((rule) => `• ${code(rule.id)} ${routeTold(rule, MOST_CONDITIONS)}`);
  const rest = away.length - MOST_AWAY;
  return [
    section(
      ['*Not here, since a rule says so*', ...lines, ...(rest > 0 ? [`• and ${count(rest, 'more rule')}`] : [])].join(
        '\n',
      ),
    ),
  ];
}

const offTold = ({ name, why, by }: SwitchedOff): string =>
  `${code(name)} ${why}${by === undefined ? '' : ` by ${escaped(by)}`}`;

function settingBlocks({ off, thresholds, slash }: AlertsHereProps): KnownBlock[] {
  const lines = [
    ...(off.length === 0 ? [] : [`*Switched off*  ${off.map(offTold).join(', ')}`]),
    ...(thresholds.length === 0 ? [] : [`*Thresholds*  ${some(thresholds, 8)}`]),
  ];
  return [
    ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
    context(
      dotted([
        code(`${slash} alerts help`),
        code(`${slash} alerts route queue:spot-* def:align to here`),
        code(`${slash} alerts on retried here`),
        code(`${slash} alerts set runnable:2h`),
      ]),
    ),
  ];
}

function muteBlocks({ mutes, mayChange }: AlertsHereProps): KnownBlock[] {
  const rows = mutes
    .slice(0, MOST_MUTES)
    .map(({ mute, held }) => section(`:no_bell: ${muteLine(mute, held)}`, mayChange ? unmuteButton(mute) : undefined));
  const rest = mutes.length - MOST_MUTES;
  return rest > 0 ? [...rows, context(`and ${count(rest, 'more mute')}`)] : rows;
}

const incidentLine = (incident: OpenIncident, now: number): string =>
  dotted([openIncidentTitle(incident), `opened ${ago(incident.openedAt, now)}`]);

function incidentBlocks({ incidents, now }: AlertsHereProps): KnownBlock[] {
  if (incidents.length === 0) return [];
  const newest = [...incidents].sort((a, b) => b.openedAt - a.openedAt);
  const rows = newest
    .slice(0, MOST_INCIDENTS)
    .map((incident) =>
      section(
        incidentLine(incident, now),
        button({ label: 'Show', command: `alerts show ${incident.id}`, says: `Show incident ${incident.id}` }),
      ),
    );
  const rest = incidents.length - MOST_INCIDENTS;
  return [
    section(`*${count(incidents.length, 'incident')} open*`),
    ...rows,
    ...(rest > 0 ? [context(`and ${count(rest, 'more incident')}`)] : []),
  ];
}

export function alertsHere(props: AlertsHereProps): Message {
  const { here, rules, mayChange, asked } = props;
  const range = rangeOf(rules);
  const buttons = [
    ...turning(asked, rules),
    ...(mayChange
      ? [
          button({ label: 'Add a rule…', command: 'alerts route', form: true }),
          button({ label: 'Mute…', command: 'alerts mute', form: true }),
        ]
      : []),
    ...(here === undefined
      ? [button({ label: 'Alerts here', command: 'alerts' })]
      : [
          button({
            label: 'What came lately?',
            command: 'alerts dry-run',
            says: 'Which failures of the last 7 days came here',
          }),
          button({ label: 'All rules', command: 'alerts all' }),
        ]),
  ];
  return {
    text: here === undefined ? 'All rules of who is told of what.' : 'What is told here, and why.',
    blocks: [
      section(alertsHeading(props, rules.total)),
      ...rules.items.map((row) => ruleBlock(row, props)),
      ...(range === undefined ? [] : [context(range)]),
      ...awayBlocks(props),
      ...muteBlocks(props),
      ...incidentBlocks(props),
      ...settingBlocks(props),
      actions(...buttons),
    ],
  };
}
