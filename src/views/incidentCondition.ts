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

export function incidentCondition(props: IncidentConditionProps): Message {
  const { incident, headline, struck } = props;
  const { subject, queue } = incident;
  const [first, ...others] = struck;
  const name = cutMiddle(first !== undefined && others.length === 0 ? first.name : subject.name, 128);
  const told = struck.slice(0, MOST_STRUCK).map((one) => {
    const words = one.told === undefined ? '' : prose(cut(one.told, 500));
    if (others.length === 0 || one.name === name) return words;
    return `${bold(cutMiddle(one.name, 60))}${words === '' ? '' : `: ${words}`}`;
  });
  const rest = struck.length - MOST_STRUCK;
  const lines = [...told.filter((line) => line !== ''), ...(rest > 0 ? [`… and ${count(rest, 'other')}`] : [])];
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
