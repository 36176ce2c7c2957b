/** What all cards of incidents share: how it ended, whose it is, when it began, and the buttons under it. */
import type { Button, StaticSelect } from '@slack/types';
import type { Incident } from '../history/records/incident';
import type { OpenIncident } from '../history/records/incidents';
import { meantForLine } from './delivery';
import { bold, button, code, cutMiddle, dotted, escaped, menu } from './kit';
import { duration, moment } from './time';
import { count, some } from './words';

/** A mute that is on it. */
export interface MutedUntil {
  by: string;
  until: number;
  untilFixed: boolean;
  reason: string;
}

/** A definition in a queue, and what became of it since it last failed there. */
export interface DefinitionStanding {
  definition: string;
  queue?: string | undefined;
  /** When a job of it ended well that had started after its last failure; undefined while none has. */
  succeededAt: number | undefined;
}

/** What is known of an incident beside its jobs. */
export interface IncidentProps {
  incident: Incident;
  /** When the first and the last of what is in it happened. */
  firstAt: number;
  lastAt: number;
  definitions: readonly DefinitionStanding[];
  /** What was so is so no more. */
  settled: Incident['settled'];
  mute: MutedUntil | undefined;
  /** The names of jobs that never ran since they depend on one that failed here. */
  dependents: readonly string[];
  /** Attempts that failed and were tried again. */
  retried: number;
  /** Where some of it was to go, if that took nothing then. */
  meantFor: readonly { to: string; code: string }[];
  region: string;
}

const MOST_DEFINITIONS = 4;

/** All of its definitions succeed again, or what was so is no more. */
export const isRecovered = ({ definitions, settled }: Pick<IncidentProps, 'definitions' | 'settled'>): boolean =>
  settled !== undefined ||
  (definitions.length > 0 && definitions.every(({ succeededAt }) => succeededAt !== undefined));

export const mark = (props: IncidentProps, open = '✖'): string => (isRecovered(props) ? '✔' : open);

/** With its queue where one definition failed in several. */
function namesOf(definitions: readonly DefinitionStanding[], { definitions: all }: IncidentProps): string {
  const isTwice = (name: string) => all.filter(({ definition }) => definition === name).length > 1;
  return some(
    definitions.map(({ definition, queue }) =>
      isTwice(definition) ? `${definition} in ${queue ?? 'an unknown queue'}` : definition,
    ),
    MOST_DEFINITIONS,
  );
}

/** `✔ align succeeded again at 11:02 (2 h 5 min). Taken by …`; empty while nothing of it is over. */
function ending(props: IncidentProps): string[] {
  const { incident, definitions, settled, firstAt } = props;
  const taken = incident.owner === undefined ? '' : ` Taken by <@${incident.owner.id}>.`;
  if (settled?.by !== undefined)
    return [
      `✔ Closed by <@${settled.by}> ${moment(settled.at)}${settled.word === '' ? '.' : `: ${escaped(settled.word)}.`}${taken}`,
    ];
  if (settled !== undefined) return [`✔ ${escaped(settled.word)} ${moment(settled.at)}.${taken}`];
  const again = definitions.filter(({ succeededAt }) => succeededAt !== undefined);
  if (again.length === 0) return [];
  const at = Math.max(...again.map(({ succeededAt }) => succeededAt ?? 0));
  const words = `✔ ${escaped(namesOf(again, props))} succeeded again at ${moment(at)}`;
  if (isRecovered(props)) return [`${words} (${duration(at - firstAt)}).${taken}`];
  const rest = definitions.filter(({ succeededAt }) => succeededAt === undefined);
  return [`${words}; ${escaped(namesOf(rest, props))} ${rest.length === 1 ? 'has' : 'have'} not yet.`];
}

function ownerLine(props: IncidentProps): string[] {
  const { owner } = props.incident;
  // The word of its end names the owner.
  return owner === undefined || isRecovered(props) ? [] : [`Taken by <@${owner.id}> ${moment(owner.at)}.`];
}

function muteLine({ mute }: IncidentProps): string[] {
  if (mute === undefined) return [];
  const end = mute.untilFixed
    ? `until it succeeds, at the latest ${moment(mute.until)}`
    : `until ${moment(mute.until)}`;
  return [`Muted by <@${mute.by}> ${end}${mute.reason === '' ? '' : `: ${escaped(mute.reason)}`}`];
}

const MOST_NAME = 60;

function dependentLine({ dependents }: IncidentProps): string[] {
  if (dependents.length === 0) return [];
  const names = some(
    dependents.map((name) => cutMiddle(name, MOST_NAME)),
    MOST_DEFINITIONS,
  );
  return [`${count(dependents.length, 'more job')} fell with it, never started: ${escaped(names)}`];
}

/** That the card takes in more than what it shows now, since many came at once. */
function breadthLine({ incident: { breadth, cause } }: IncidentProps): string[] {
  if (breadth === 'group') return [];
  const what =
    breadth === 'gathering'
      ? 'whatever else failed'
      : `whatever else failed of ${escaped(cause?.headline ?? 'no known cause')}`;
  return [`Many failed at once: this card takes in ${what} in those 10 minutes.`];
}

/** What it takes in, what fell with it, how it ended, whose it is, and whether it is muted: lines of mrkdwn. */
export const standingLines = (props: IncidentProps): string[] => [
  ...breadthLine(props),
  ...props.meantFor.map(({ to, code: refusal }) => meantForLine(to, refusal)),
  ...dependentLine(props),
  ...ending(props),
  ...ownerLine(props),
  ...muteLine(props),
];

/** The last line of a card: when, and under which id it can be named. */
export function incidentLine({ incident, firstAt, lastAt, retried }: IncidentProps): string {
  const when = lastAt - firstAt < 60_000 ? [moment(lastAt)] : [`first ${moment(firstAt)}`, `last ${moment(lastAt)}`];
  const again = retried === 0 ? [] : [`${count(retried, 'attempt')} ${retried === 1 ? 'was' : 'were'} tried again`];
  return dotted([...when, ...again, `incident ${code(incident.id)}`]);
}

/** How much a mute from a card means: as much as the card takes in. */
const MUTES = {
  group: { label: 'Mute', scope: '' },
  cause: { label: 'Mute this cause here', scope: ' scope:cause-here' },
  gathering: { label: 'Mute all failures here', scope: ' scope:failures-here' },
} as const;

/** Silence for a while, and whose it is. */
export function incidentButtons({ incident, mute }: IncidentProps): (Button | StaticSelect)[] {
  const { id, owner, breadth } = incident;
  const muting = `alerts mute incident:${id}${MUTES[breadth].scope}`;
  return [
    ...(mute === undefined
      ? [
          // The form asks why, and says how much is meant.
          menu(
            MUTES[breadth].label,
            [
              { label: 'For 1 hour…', command: `${muting} for:1h` },
              { label: 'For today…', command: `${muting} for:today` },
              {
                label: `Until ${breadth === 'group' ? 'it succeeds' : 'all succeed'}…`,
                command: `${muting} for:fixed`,
              },
            ],
            { form: true },
          ),
        ]
      : [button({ label: 'Unmute', command: `alerts unmute incident:${id}` })]),
    button({
      label: owner === undefined ? 'I’m on it' : 'Take over',
      command: `alerts take ${id}`,
      says: owner === undefined ? 'Put my name on this card' : 'Put my name on this card in place of another',
    }),
  ];
}

/** What it is about: a definition, an array by its name, a queue. */
export function incidentName({ subject, breadth, jobName }: Pick<Incident, 'subject' | 'breadth' | 'jobName'>): string {
  if (breadth === 'gathering') return 'Many different failures';
  if (breadth === 'cause') return 'Many at once';
  return subject.kind === 'array' ? (jobName ?? subject.name) : subject.name;
}

/** `*align*: out of memory  ·  spot-p3`, of one in a list. */
export function openIncidentTitle(incident: OpenIncident): string {
  const { cause, occasion, queue, breadth } = incident;
  const what = breadth === 'gathering' ? '' : `: ${escaped(cause?.headline ?? occasion.replaceAll('-', ' '))}`;
  const name = incidentName(incident);
  const where = queue === undefined || queue === name || breadth !== 'group' ? [] : [escaped(queue)];
  return dotted([`${bold(cutMiddle(name, 128))}${what}`, ...where]);
}
