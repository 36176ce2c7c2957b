/** All that is known of a job, in chapters: attempts, times, setup, dependencies, containers, tags, variables, command. */
import type { Job } from '../jobs/job';
import type { Shows } from '../jobs/properties';
import { propertiesOf, type Surroundings } from '../jobs/surroundings';
import { type Chapter, pagesOf } from './chapters';
import { attempts, type Look, times } from './jobAttempts';
import { cancelButton, lookButtons } from './jobButtons';
import { headline, type JobCardProps, jobTitle, missingNote } from './jobCard';
import { dependencies, environment, pairs, parts, setup } from './jobSetup';
import { actions, bold, button, code, context, dotted, linkButton, type Message, printable, section } from './kit';
import { jobLink } from './links';
import { sign } from './status';

export interface JobDetailsProps {
  job: Job;
  around: Surroundings;
  now: number;
  region: string;
  /** Which variables are shown with their value; what was kept while others were allowed is not. */
  shows: Shows;
  /** Counted from 1; one that is not there is the nearest that is. */
  page: number;
  mayAct: boolean;
  verbs: JobCardProps['verbs'];
}

/** As a shell would have to be told it. */
const shellWords = (command: readonly string[]): string =>
  command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

export function jobDetails(props: JobDetailsProps): Message {
  const { job, around, now, region, shows, page } = props;
  const look: Look = { job, around, properties: propertiesOf(job, around), now, region };
  const title = jobTitle(job);
  const chapters: Chapter[] = [
    attempts(look),
    ...parts(look),
    dependencies(look),
    setup(look, shows),
    times(look),
    { title: 'Tags', lines: pairs(job.tags?.values ?? {}) },
    { title: 'Parameters', lines: pairs(look.properties.parameters ?? {}) },
    environment(look, shows),
    ...(job.command === undefined || job.command.length === 0
      ? []
      : [{ title: 'Command', box: printable(shellWords(job.command), true) }]),
  ];
  const pages = pagesOf(chapters);
  const shown = Math.min(Math.max(1, page), pages.length);
  const which = pages.length > 1 ? `, page ${shown} of ${pages.length}` : '';
  const turn = (label: string, to: number) =>
    button({ label, command: `job ${job.id} details:${to}`, replace: true, says: `${label} page of the details` });
  return {
    text: `All details of ${title}, ${headline(job, now)}${which}.`,
    blocks: [
      section(dotted([`${sign(job)}\u00a0${bold(title)}`, headline(job, now), `all details${which}`])),
      ...(pages[shown - 1] ?? []),
      ...missingNote(around),
      context(`id ${code(job.id)}`),
      actions(
        button({ label: 'Summary', command: `job ${job.id}`, replace: true, style: 'primary' }),
        ...(shown > 1 ? [turn('Previous', shown - 1)] : []),
        ...(shown < pages.length ? [turn('Next', shown + 1)] : []),
        ...lookButtons(props, false),
        linkButton('Open in AWS', jobLink(job, region)),
        ...cancelButton(props),
      ),
    ],
  };
}
