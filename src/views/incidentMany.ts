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
  /** The names of its jobs, the newest first. */
  names: readonly string[];
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
  const headline = causes[0]?.name ?? cause?.headline ?? 'failed';
  const [only] = definitionNames;
  if (breadth === 'gathering') return { name: 'Many different failures', words: '' };
  if (definitionNames.length > 1)
    return {
      name: headline.charAt(0).toUpperCase() + headline.slice(1),
      words: `in ${count(definitionNames.length, 'definition')}${queues.length > 1 ? ` and ${count(queues.length, 'queue')}` : ''}`,
    };
  const does = isRetried ? 'is tried again' : times.length === 1 ? 'failed' : 'keeps failing';
  return { name: only?.name ?? subject.name, words: `${does}: ${headline}` };
}

/** `Retry 17 with 16 GiB`, where that is what all of them need. */
function retryButton({ incident, times, causes, example, definitionNames }: IncidentManyProps) {
  const remedy = example === undefined || causes.length > 1 ? undefined : causeOf(example)?.remedy;
  const isForAll = remedy?.verb === 'retry' && definitionNames.length < 2;
  const words = isForAll ? remedy.words : '';
  const label = (isForAll ? remedy.label : 'Retry').replace('Retry', `Retry ${number(times.length)}`);
  return button({
    label: words === '' ? `${label}…` : label,
    command: `retry incident:${incident.id} ${words}`.trim(),
    says: 'Submit its failed jobs again, after a preview',
  });
}

/** What of the same definition and queue has not ended yet. */
function cancelButton(props: IncidentManyProps) {
  const { incident, definitionNames } = props;
  if (incident.subject.kind !== 'definition' || definitionNames.length > 1 || isRecovered(props)) return [];
  const queue = incident.queue === undefined ? '' : ` queue:${quoted(incident.queue)}`;
  return [
    button({
      label: 'Cancel the rest…',
      command: `cancel def:${quoted(incident.subject.name)}${queue}`,
      says: 'Cancel the jobs of this definition that have not ended, after a preview',
    }),
  ];
}

export function incidentMany(props: IncidentManyProps): Message {
  const { incident, times, causes, definitionNames, queues, names, example, lines, isRetried } = props;
  const title = titleOf(props);
  const cause = example === undefined ? undefined : causeOf(example);
  const sentence = [cause?.sentence, cause?.nextStep === LOG_TELLS ? '' : cause?.nextStep]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  const row = bars(times);
  const where = queues.length === 1 ? queues[0]?.name : countedWords(queues, MOST_NAMES);
  const jobs = isRetried ? count(times.length, 'attempt') : count(times.length, 'job');
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
          `Jobs: ${escaped(
            some(
              names.map((name) => cutMiddle(name, MOST_NAME)),
              MOST_NAMES,
            ),
          )}`,
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
