/** A change of the time limits: what it would do, and what was done; and more time for one job. */
import type { Job } from '../jobs/job';
import type { Timed } from '../jobs/timeoutCheck';
import { ruleText, type TimeoutRule } from '../jobs/timeoutRule';
import { type RunningLimit, SHORTEST_WARNED_SECONDS } from '../jobs/timeouts';
import { jobTitle } from './jobCard';
import { nameOf } from './jobLine';
import { actions, bold, button, code, context, cutMiddle, escaped, type Message, prose, section } from './kit';
import { duration, moment } from './time';
import { deadlineWords, limitWords, yieldWords } from './timeoutWords';
import { count, number } from './words';

export interface ChangeProps {
  /** `Set this rule?`, and what a press does: `Set it`. */
  title: string;
  verb: string;
  /** Plain sentences; what is to be read as typed stands between backticks. */
  notes: readonly string[];
  effects: {
    stops: readonly Timed[];
    fits?: number;
    overruledBy?: readonly { rule: TimeoutRule; jobs: number }[];
  };
  /** The rule that it sets. */
  rule?: TimeoutRule;
  now: number;
  variable: string;
  by: string;
  byName: string;
}

const MOST_SHOWN = 5;

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `nightly-align-3, 58 min over (rule 2, 6 h from submission)`. */
function stopLine({ row, limit }: Timed, variable: string, now: number): string {
  const array = row.arraySize === undefined ? '' : ` [${number(row.arraySize)}]`;
  return `• ${bold(cutMiddle(nameOf(row), 60))}${array}  ·  ${escaped(row.queue ?? '')}  ·  ${duration(now - limit.at)} over (${escaped(limitWords(limit, variable))})`;
}

function stopLines({ effects: { stops }, variable, now }: ChangeProps): string[] {
  if (stops.length === 0) return [];
  const rest = stops.length - MOST_SHOWN;
  return [
    `⚠ *${count(stops.length, 'job')} that ${stops.length === 1 ? 'has' : 'have'} taken longer already ${stops.length === 1 ? 'is' : 'are'} stopped within a minute:*`,
    ...stops.slice(0, MOST_SHOWN).map((one) => stopLine(one, variable, now)),
    ...(rest > 0 ? [`… and ${count(rest, 'other')}`] : []),
  ];
}

/** Of a rule whose limit is over before a look at it is sure to come. */
function unwarned({ totalSeconds, runningSeconds }: TimeoutRule): string[] {
  const shortest = Math.min(totalSeconds ?? Number.POSITIVE_INFINITY, runningSeconds ?? Number.POSITIVE_INFINITY);
  if (shortest >= SHORTEST_WARNED_SECONDS) return [];
  return [
    `Limits are looked at once a minute: one below ${duration(SHORTEST_WARNED_SECONDS * 1_000)} may stop a job before anybody is warned.`,
  ];
}

function reach({ rule, effects: { fits, overruledBy = [] } }: ChangeProps): string[] {
  if (fits === undefined || rule === undefined) return [];
  return [
    fits === 0
      ? 'No job that lives now fits it.'
      : `It fits ${count(fits, 'job')} that ${fits === 1 ? 'lives' : 'live'} now.`,
    ...unwarned(rule),
    ...overruledBy.map(({ rule: other, jobs }) => `${capital(yieldWords(rule, other, jobs))}: \`${ruleText(other)}\`.`),
  ];
}

export interface PreviewProps extends ChangeProps {
  op: string;
  /** What a press on the confirm button stands for. */
  confirm: string;
  expiresInMs: number;
}

export function timeoutPreview(props: PreviewProps): Message {
  const { title, verb, notes, effects, op } = props;
  const { stops } = effects;
  const told = [...notes, ...reach(props)].map(prose);
  const stopping = stopLines(props);
  return {
    text: `${title} ${stops.length === 0 ? '' : `${count(stops.length, 'job')} would be stopped at once.`}`.trim(),
    blocks: [
      section([bold(title), ...told].join('\n')),
      ...(stopping.length === 0 ? [] : [section(stopping.join('\n'))]),
      context(`Operation ${op}. The button works for ${duration(props.expiresInMs)}.`),
      actions(
        button({ label: 'Leave it', command: 'timeout', replace: true, says: 'Leave the time limits as they are' }),
        button({
          label: stops.length === 0 ? verb : `${verb}, stop ${count(stops.length, 'job')}`,
          command: props.confirm,
          style: stops.length === 0 ? 'primary' : 'danger',
          confirm: {
            title,
            text:
              stops.length === 0
                ? 'It counts at once.'
                : `It counts at once, and ${count(stops.length, 'job')} of now will be stopped within a minute.`,
            confirm: verb,
            deny: 'Leave it',
          },
        }),
      ),
    ],
  };
}

/** @param props with what was done, in words that follow a name, what is to be read as typed between backticks */
export function timeoutChanged(props: ChangeProps & { told: string }): Message {
  const { by, byName, told, effects } = props;
  const after = [
    ...reach(props),
    ...(effects.stops.length === 0
      ? []
      : [
          `${count(effects.stops.length, 'job')} ${effects.stops.length === 1 ? 'is' : 'are'} stopped within a minute.`,
        ]),
  ];
  return {
    text: `${byName} ${told.replaceAll('`', '')}. ${after.join(' ')}`.trim(),
    blocks: [
      section([`<@${by}> ${prose(told)}`, ...after.map(prose)].join('\n')),
      actions(button({ label: 'Time limits', command: 'timeout', says: 'Show all time limits' })),
    ],
  };
}

export interface ExtendedProps {
  job: Job;
  rule: number | undefined;
  until: number;
  /** What ends it first now, by whatever limit. */
  first: RunningLimit | undefined;
  variable: string;
  by: string;
  byName: string;
  now: number;
}

export function extended({ job, rule, until, first, variable, by, byName, now }: ExtendedProps): Message {
  const whole = job.arraySize === undefined ? '' : ` with its ${count(job.arraySize, 'child', 'children')}`;
  const told = `gave ${jobTitle(job)}${whole} more time: rule ${rule} stops it in ${duration(until - now)} at the earliest`;
  const other = first !== undefined && first.at < until ? first : undefined;
  return {
    text: `${byName} ${told}.`,
    blocks: [
      section(
        [
          `<@${by}> gave ${bold(jobTitle(job))}${whole} more time: rule ${rule} stops it ${moment(until)} at the earliest.`,
          ...(other === undefined ? [] : [`But before that: ${deadlineWords(other, variable, now)}.`]),
        ].join('\n'),
      ),
      context(`id ${code(job.id)}`),
      actions(
        button({ label: 'Job', command: `job ${job.id}` }),
        button({ label: 'Time limits', command: 'timeout', says: 'Show all time limits' }),
      ),
    ],
  };
}
