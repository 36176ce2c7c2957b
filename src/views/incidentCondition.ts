/** The card of something that is so for a while, rather than of jobs that failed: a queue that is blocked, a job that is stuck. */
import { type IncidentProps, incidentButtons, incidentLine, isRecovered, mark, standingLines } from './incidentParts';
import { actions, bold, button, context, cut, cutMiddle, escaped, type Message, prose, section } from './kit';
import { nearButtons } from './timeoutNear';
import { count } from './words';

export interface Struck {
  name: string;
  told: string | undefined;
  /** Where it is a job. */
  jobId: string | undefined;
}

export interface IncidentConditionProps extends IncidentProps {
  /** In a few words: `jobs of a queue wait RUNNABLE for too long`. */
  headline: string;
  /** The newest first. */
  struck: readonly Struck[];
}

const MOST_STRUCK = 5;
/** Of those of whom the same is told. */
const MOST_NAMED = 4;

/** Where more is told of what is in trouble. */
function subjectLink({ kind, name }: IncidentProps['incident']['subject']): { label: string; command: string }[] {
  switch (kind) {
    case 'queue':
      return [{ label: 'Queue', command: `queues ${name}` }];
    case 'environment':
      return [{ label: 'Environment', command: `envs ${name}` }];
    case 'definition':
      return [{ label: 'Its jobs', command: `search def:${name}` }];
    case 'array':
      return [{ label: 'Array', command: `job ${name}` }];
    case 'workflow':
    case 'job':
      return [];
  }
}

/** What is told of each, and once of those of whom the same is told. */
function struckLines(struck: readonly Struck[], title: string): string[] {
  const namesOf = new Map<string, string[]>();
  for (const { name, told = '' } of struck) {
    const words = told === '' ? '' : prose(cut(told, 500));
    namesOf.set(words, [...(namesOf.get(words) ?? []), name]);
  }
  const told = [...namesOf].slice(0, MOST_STRUCK);
  const lines = told.map(([words, names]) => {
    if (words !== '' && names.every((name) => name === title)) return words;
    const named = names.slice(0, MOST_NAMED).map((name) => bold(cutMiddle(name, 60)));
    const more = names.length > named.length ? ` and ${count(names.length - named.length, 'other')}` : '';
    return `${named.join(', ')}${more}${words === '' ? '' : `: ${words}`}`;
  });
  const rest = struck.length - told.reduce((sum, [, { length }]) => sum + length, 0);
  return [...lines, ...(rest > 0 ? [`… and ${count(rest, 'other')}`] : [])];
}

export function incidentCondition(props: IncidentConditionProps): Message {
  const { incident, headline, struck } = props;
  const { subject, queue } = incident;
  const [first, ...others] = struck;
  const name = cutMiddle(first !== undefined && others.length === 0 ? first.name : subject.name, 128);
  const only = first?.told === undefined ? [] : [prose(cut(first.told, 500))];
  const lines = others.length === 0 ? only : struckLines(struck, name);
  return {
    text: `${name}: ${headline}${first?.told === undefined ? '' : `. ${cut(first.told, 300)}`}`,
    blocks: [
      section(
        `${mark(props, '⚠')} ${bold(name)}: ${escaped(headline)}${queue === undefined || queue === name ? '' : `  ·  ${escaped(queue)}`}`,
      ),
      ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
      ...standingLines(props).map((line) => section(line)),
      context(incidentLine(props)),
      actions(
        ...(first?.jobId === undefined
          ? []
          : [
              button({ label: 'Why', command: `why ${first.jobId}`, style: 'primary' as const }),
              button({ label: 'Job', command: `job ${first.jobId}` }),
              ...(isRecovered(props) || others.length > 0 ? [] : nearButtons(incident, first.jobId)),
            ]),
        ...subjectLink(incident.subject).map((link) => button(link)),
        ...(isRecovered(props) ? [] : incidentButtons(props)),
      ),
    ],
  };
}
