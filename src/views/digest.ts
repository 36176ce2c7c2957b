/** A digest: one calm message on a day or a week, and what is answered to who sets one. */
import type { KnownBlock } from '@slack/types';
import type { Digest, DigestPlan } from '../history/records/digest';
import { scheduleTold, scheduleTyped } from '../jobs/schedule';
import { actions, button, code, context, cut, dotted, escaped, type Message, section } from './kit';
import { duration, minuteOf } from './time';
import { count, number } from './words';

const MOST_NAME = 80;

type Ended = Digest['before'];

const share = ({ succeeded, failed }: Ended): number | undefined =>
  succeeded + failed === 0 ? undefined : (succeeded / (succeeded + failed)) * 100;

/** `98.3 %`, and never 100 % where something failed. */
function percent(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return `${rounded === 100 && value < 100 ? '99.9' : rounded.toFixed(rounded === 100 ? 0 : 1)} %`;
}

/** `98.3 % succeeded, 1.2 points more than the week before`. */
function rateWords(runs: Ended, before: Ended): string | undefined {
  const [now, then] = [share(runs), share(before)];
  if (now === undefined) return undefined;
  if (then === undefined) return `${percent(now)} succeeded`;
  const points = Math.round((now - then) * 10) / 10;
  const change =
    points === 0
      ? 'as in the week before'
      : `${Math.abs(points).toFixed(1)} points ${points > 0 ? 'more' : 'less'} than in the week before`;
  return `${percent(now)} succeeded, ${change}`;
}

const titleOf = ({ period }: Pick<Digest, 'period'>): string => (period === 'daily' ? 'Daily digest' : 'Weekly digest');

function runLines({ runs, before, isAtLeast }: Digest): string[] {
  const ended = runs.succeeded + runs.failed;
  const most = isAtLeast ? 'at least ' : '';
  const hours = runs.vcpuHours < 1 ? [] : [`${number(Math.round(runs.vcpuHours))} vCPU-hours`];
  return [
    `${most}${dotted([`${count(ended, 'job')} ended`, `✔ ${number(runs.succeeded)}`, `✖ ${number(runs.failed)}`, ...hours])}`,
    ...[rateWords(runs, before)].filter((words) => words !== undefined),
  ];
}

function causeLines({ causes, failuresRead, runs }: Digest): string[] {
  const told = causes.reduce((sum, cause) => sum + cause.count, 0);
  const others = failuresRead - told;
  return [
    ...causes.map((cause) => `${escaped(cut(cause.headline, MOST_NAME))} ×${number(cause.count)}`),
    ...(others > 0 ? [`other causes ×${number(others)}`] : []),
    ...(failuresRead < runs.failed && failuresRead > 0 ? [`of the newest ${number(failuresRead)} failures`] : []),
  ];
}

const definitionLines = ({ definitions }: Digest): string[] =>
  definitions.map(
    ({ name, failed, succeeded }) => `${escaped(name)}: ${number(failed)} of ${number(failed + succeeded)} failed`,
  );

const waitLines = ({ waits }: Digest): string[] =>
  waits.map(
    ({ queue, p50Seconds, p90Seconds }) =>
      `${escaped(queue)}: half within ${duration(p50Seconds * 1_000)}, nine in ten within ${duration(p90Seconds * 1_000)}`,
  );

function incidentLines({ incidents, incidentCount, until }: Digest): string[] {
  const rest = incidentCount - incidents.length;
  return [
    ...incidents.map(({ headline, subject, openedAt, owner }) =>
      dotted([
        `${escaped(cut(subject, MOST_NAME))}: ${escaped(cut(headline, MOST_NAME))}`,
        `open for ${duration(until - openedAt)}`,
        ...(owner === undefined ? [] : [`${escaped(owner)} has it`]),
      ]),
    ),
    ...(rest > 0 ? [`and ${count(rest, 'more')}`] : []),
  ];
}

const muteLines = ({ mutes }: Digest): string[] =>
  mutes.map(({ about, reason, held }) =>
    dotted([
      escaped(cut(about === '' ? 'everything' : about, MOST_NAME)),
      `held ${number(held)} back`,
      `“${escaped(cut(reason, MOST_NAME))}”`,
    ]),
  );

const chapter = (title: string, lines: readonly string[]): KnownBlock[] =>
  lines.length === 0 ? [] : [section([`*${title}*`, ...lines].join('\n'))];

const iso = (at: number): string => new Date(at).toISOString().slice(0, 16).concat('Z');

function failedSearch({ from, filter }: Digest): string {
  return `search status:failed since:${iso(from)} ${filter}`.trim();
}

function missedWords({ missed }: Digest): string[] {
  const [first] = missed;
  if (first === undefined) return [];
  return missed.length === 1
    ? [`The one of ${minuteOf(first)} was not told: nothing ran for six hours then.`]
    : [`${count(missed.length, 'digest')} since ${minuteOf(first)} were not told: nothing ran in time for them.`];
}

const spanWords = ({ from, until }: Digest): string => `${minuteOf(from)} to ${minuteOf(until)}`;

/** @param isNow it is shown because somebody asked, and comes at no time of its own */
export function digestMessage(digest: Digest, slash: string, isNow = false): Message {
  const { runs, filter, schedule } = digest;
  const ended = runs.succeeded + runs.failed;
  const about = filter === '' ? '' : ` of ${code(filter)}`;
  const failed = chapter('Why they failed', causeLines(digest));
  const chapters = [
    ...(runs.failed === 0 ? [] : failed),
    ...chapter('Failed most', definitionLines(digest)),
    ...chapter('Waited longest', waitLines(digest)),
    ...chapter('Open incidents', incidentLines(digest)),
    ...chapter('Held back by mutes', muteLines(digest)),
  ];
  const foot = [
    ...(isNow ? [] : [`${scheduleTold(schedule)}; ${code(`${slash} alerts digest`)} changes that`]),
    ...missedWords(digest),
  ];
  const title = `*${titleOf(digest)}*${about}, ${spanWords(digest)}`;
  if (ended === 0 && chapters.length === 0)
    return {
      text: `${titleOf(digest)}: no job ended.`,
      blocks: [context(dotted([`${title}: no job ended, nothing is open.`, ...missedWords(digest)]))],
    };
  return {
    text: `${titleOf(digest)}: ${count(ended, 'job')} ended, ${number(runs.failed)} failed, ${count(digest.incidentCount, 'incident')} open.`,
    blocks: [
      section([title, ...runLines(digest)].join('\n')),
      ...chapters,
      ...(foot.length === 0 ? [] : [context(...foot)]),
      actions(
        ...(runs.failed === 0 ? [] : [button({ label: 'Failed jobs', command: failedSearch(digest) })]),
        ...(digest.incidentCount + digest.mutes.length === 0 ? [] : [button({ label: 'Alerts', command: 'alerts' })]),
        ...(digest.waits.length === 0 ? [] : [button({ label: 'Queues', command: 'queues' })]),
      ),
    ].filter((block) => block.type !== 'actions' || block.elements.length > 0),
  };
}

const planWords = ({ schedule, filter, skipsEmpty, period }: DigestPlan): string =>
  `A ${period} digest${filter === '' ? '' : ` of ${code(filter)}`} comes ${escaped(scheduleTold(schedule))}${skipsEmpty ? ', unless there was nothing' : ''}.`;

/** @param where after which a place is named: `in this channel` */
export function digestPlanned(plan: DigestPlan, where: string, nextAt: number, notes: readonly string[]): Message {
  return {
    text: `A ${plan.period} digest comes ${scheduleTold(plan.schedule)}.`,
    blocks: [
      section(`${planWords(plan)} It is told ${where}, first ${minuteOf(nextAt)}.`),
      ...(notes.length === 0 ? [] : [context(...notes.map(escaped))]),
      actions(
        button({ label: 'Show one now', command: `alerts digest now ${plan.period}` }),
        button({ label: 'Switch it off', command: `alerts digest off ${plan.period}`, replace: true }),
      ),
    ],
  };
}

export function digestsHere(plans: readonly DigestPlan[], where: string, slash: string): Message {
  const none = `*No digest comes ${where}.* ${code(`${slash} alerts digest daily 09:00`)} or ${code(`${slash} alerts digest weekly mon 09:00`)} sets one.`;
  return {
    text: plans.length === 0 ? 'No digest comes here.' : `${count(plans.length, 'digest')} come here.`,
    blocks: [
      section(
        plans.length === 0
          ? none
          : plans.map((plan) => `${planWords(plan)} Set by ${escaped(plan.by.name)}.`).join('\n'),
      ),
      actions(
        button({ label: 'Show one now', command: 'alerts digest now' }),
        ...plans.map(({ period }) =>
          button({ label: `Switch the ${period} one off`, command: `alerts digest off ${period}`, replace: true }),
        ),
      ),
    ],
  };
}

export const digestsOff = (plans: readonly DigestPlan[], where: string): Message => ({
  text: `No more ${plans.map(({ period }) => period).join(' and ')} digest comes here.`,
  blocks: [
    section(`No more ${plans.map(({ period }) => period).join(' and ')} digest comes ${where}.`),
    actions(
      ...plans.map(({ period, schedule, filter, skipsEmpty }) =>
        button({
          label: plans.length === 1 ? 'As it was' : `The ${period} one as it was`,
          command: ['alerts digest', period, scheduleTyped(schedule), filter, skipsEmpty ? 'skip-empty' : '']
            .filter((part) => part !== '')
            .join(' '),
          replace: true,
        }),
      ),
    ),
  ],
});
