/** The card of an incident of several jobs: how many and how fast, of what, which they are, the latest of them, and the way on. */
import type { LogLine } from '../aws/logs';
import { causeOf, LOG_TELLS } from '../jobs/causes';
import type { Job } from '../jobs/job';
import { quoted } from '../jobs/words';
import { type IncidentProps, incidentButtons, incidentLine, isRecovered, mark, standingLines } from './incidentParts';
import { bothReasons, logEnd } from './incidentReasons';
import { actions, bold, button, code, context, cutMiddle, dotted, escaped, type Message, prose, section } from './kit';
import { bars, trend } from './trend';
import { count, number, some } from './words';

/** How many there are of something, the commonest first. */
export interface Counted {
  name: string;
  count: number;
}

export interface IncidentManyProps extends IncidentProps {
  /** When each of its jobs failed. */
  times: readonly number[];
  causes: readonly Counted[];
  /** Definitions, with their revision where only one failed. */
  definitionNames: readonly Counted[];
  queues: readonly Counted[];
  /** The names of its jobs but children of arrays, the newest first. */
  names: readonly string[];
  /** Its arrays, and how many children of each failed. */
  arrays: readonly Counted[];
  /** So many jobs would be submitted again: with those that fell with others. */
  retriable: number;
  /** The latest, whole, if the history still has it. */
  example: Job | undefined;
  lines: readonly LogLine[];
  /** Only attempts failed, and the jobs are tried again. */
  isRetried: boolean;
}

const MOST_NAMES = 5;
const MOST_CAUSES = 12;
const MOST_NAME = 60;

const countedWords = (all: readonly Counted[], most: number): string => {
  const words = all.map(({ name, count: n }) => `${cutMiddle(name, MOST_NAME)} (${number(n)})`);
  return some(words, most);
};

/** What it is about, and what is wrong with it. */
function titleOf({ incident, definitionNames, queues, causes, times, isRetried }: IncidentManyProps): {
  name: string;
  words: string;
} {
  const { breadth, cause, subject } = incident;
  const headline =
    (breadth === 'cause' ? cause?.headline : undefined) ?? causes[0]?.name ?? cause?.headline ?? 'failed';
  const [only] = definitionNames;
  const where = `in ${count(definitionNames.length, 'definition')}${queues.length > 1 ? ` and ${count(queues.length, 'queue')}` : ''}`;
  if (breadth === 'gathering') return { name: 'Many different failures', words: where };
  if (breadth === 'cause') return { name: `Many at once: ${headline}`, words: where };
  if (definitionNames.length > 1) return { name: headline.charAt(0).toUpperCase() + headline.slice(1), words: where };
  const does = isRetried ? 'is tried again' : times.length === 1 ? 'failed' : 'keeps failing';
  return { name: only?.name ?? subject.name, words: `${does}: ${headline}` };
}

/** `Retry 17 with 16 GiB`, where that is what all of them need; `Retry 17 jobs of 3 definitions…`. */
function retryButton({ incident, retriable, causes, example, definitionNames }: IncidentManyProps) {
  const remedy = example === undefined || causes.length > 1 ? undefined : causeOf(example)?.remedy;
  const isForAll = remedy?.verb === 'retry' && definitionNames.length < 2;
  const words = isForAll ? remedy.words : '';
  const label = (isForAll ? remedy.label : 'Retry').replace('Retry', `Retry ${number(retriable)}`);
  const of = definitionNames.length < 2 ? '' : ` jobs of ${count(definitionNames.length, 'definition')}`;
  return button({
    label: words === '' ? `${label}${of}…` : label,
    command: `retry incident:${incident.id} ${words}`.trim(),
    says: 'Submit its failed jobs again, after a preview',
  });
}

/** What of the same definition and queue has not ended yet. */
function cancelButton(props: IncidentManyProps) {
  const { incident, definitionNames } = props;
  const isOne = incident.breadth === 'group' && incident.subject.kind === 'definition' && definitionNames.length < 2;
  if (!isOne || isRecovered(props)) return [];
  const queue = incident.queue === undefined ? '' : ` queue:${quoted(incident.queue)}`;
  return [
    button({
      label: 'Cancel the rest…',
      command: `cancel def:${quoted(incident.subject.name)}${queue}`,
      says: 'Cancel the jobs of this definition that have not ended, after a preview',
    }),
  ];
}

/** `align-1, nightly (120 children of an array)`. */
function jobsWords({ names, arrays }: IncidentManyProps): string {
  const all = [
    ...arrays.map(
      ({ name, count: n }) => `${cutMiddle(name, MOST_NAME)} (${count(n, 'child', 'children')} of the array)`,
    ),
    ...names.map((name) => cutMiddle(name, MOST_NAME)),
  ];
  return some(all, MOST_NAMES);
}

/** `221 jobs, 187 of them children of 2 arrays`. */
function jobsCounted({ times, arrays, isRetried }: IncidentManyProps): string {
  const jobs = count(times.length, isRetried ? 'attempt' : 'job');
  const children = arrays.reduce((sum, { count: n }) => sum + n, 0);
  if (children === 0) return jobs;
  const of = arrays.length === 1 ? 'an array' : `${number(arrays.length)} arrays`;
  const all = children === times.length;
  return all ? `${jobs}, all of them children of ${of}` : `${jobs}, ${number(children)} of them children of ${of}`;
}

export function incidentMany(props: IncidentManyProps): Message {
  const { incident, times, causes, definitionNames, queues, example, lines, isRetried } = props;
  const title = titleOf(props);
  const cause = example === undefined ? undefined : causeOf(example);
  const sentence = [cause?.sentence, cause?.nextStep === LOG_TELLS ? '' : cause?.nextStep]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  const row = bars(times);
  const where = queues.length === 1 ? queues[0]?.name : countedWords(queues, MOST_NAMES);
  const jobs = jobsCounted(props);
  return {
    text: `${title.name} ${title.words}: ${jobs} failed${where === undefined || where === '' ? '' : ` in ${where}`}. ${sentence}`,
    blocks: [
      section(
        [
          `${mark(props)} ${bold(cutMiddle(title.name, 128))} ${escaped(title.words)}`.trim(),
          dotted([
            ...(where === undefined || where === '' ? [] : [escaped(where)]),
            times.length === 1 ? jobs : trend(times, jobs),
            ...(row === '' ? [] : [row]),
          ]),
        ].join('\n'),
      ),
      ...standingLines(props).map((line) => section(line)),
      ...(causes.length < 2 ? [] : [section(`Causes: ${escaped(countedWords(causes, MOST_CAUSES))}`)]),
      ...(definitionNames.length < 2
        ? []
        : [section(`Definitions: ${escaped(countedWords(definitionNames, MOST_NAMES))}`)]),
      section(
        [
          `Jobs: ${escaped(jobsWords(props))}`,
          ...(example === undefined
            ? []
            : [
                `Latest: ${bold(cutMiddle(example.name || example.id, MOST_NAME))}. ${prose(sentence)}`,
                ...bothReasons(example),
              ]),
        ].join('\n'),
      ),
      ...logEnd(lines, 4),
      context(dotted([incidentLine(props), ...(example === undefined ? [] : [`latest ${code(example.id)}`])])),
      actions(
        ...(example === undefined
          ? []
          : [
              button({ label: 'Logs', command: `logs ${example.id}`, style: 'primary' as const }),
              button({ label: 'Job', command: `job ${example.id}` }),
              button({ label: 'Why', command: `why ${example.id}` }),
            ]),
        button({ label: 'Jobs', command: `search incident:${incident.id}` }),
        // What is tried again has not failed for good.
        ...(isRetried ? [] : [retryButton(props)]),
        ...cancelButton(props),
        ...incidentButtons(props),
      ),
    ],
  };
}
