/** The card of a single failure: what failed, why, the last lines, and the way on. */
import type { LogLine } from '../aws/logs';
import { causeOf, LOG_TELLS } from '../jobs/causes';
import { type Job, userOf } from '../jobs/job';
import { neverStarted, runMs } from '../jobs/lifecycle';
import { type IncidentProps, incidentButtons, incidentLine, mark, standingLines } from './incidentParts';
import { bothReasons, logEnd } from './incidentReasons';
import { attemptWords } from './jobCard';
import { nameOf } from './jobLine';
import {
  actions,
  bold,
  button,
  code,
  context,
  cutMiddle,
  dotted,
  escaped,
  linkButton,
  type Message,
  prose,
  section,
} from './kit';
import { jobLink } from './links';
import { duration } from './time';
import { number } from './words';

function facts(job: Job, now: number): string {
  const ran = runMs(job, now);
  return dotted(
    [
      job.queue,
      job.definition,
      attemptWords(job),
      ran !== undefined ? `ran ${duration(ran)}` : neverStarted(job) ? 'never started' : undefined,
      userOf(job) === undefined ? undefined : `submitted by ${userOf(job)}`,
    ]
      .filter((fact) => fact !== undefined)
      .map(escaped),
  );
}

export interface IncidentOneProps extends IncidentProps {
  job: Job;
  lines: readonly LogLine[];
}

/** A single job whose final attempt failed, or that timed out. */
export function incidentOne(props: IncidentOneProps): Message {
  const { job, lines, region } = props;
  const cause = causeOf(job);
  const name = cutMiddle(nameOf(job), 128);
  const headline = cause?.headline ?? 'failed';
  // The end of its log stands below, or there is none.
  const sentence = [cause?.sentence, cause?.nextStep]
    .filter((part) => part !== undefined && part !== '' && part !== LOG_TELLS)
    .join(' ');
  const remedy = cause?.remedy;
  const [job_, logs] = [
    { label: 'Job', command: `job ${job.id}` },
    { label: 'Logs', command: `logs ${job.id}` },
  ];
  return {
    text: `Job ${name} failed in ${job.queue ?? 'its queue'}: ${headline}. ${sentence}`.trim(),
    blocks: [
      section(`${mark(props)} ${bold(name)} failed: ${escaped(headline)}\n${prose(sentence)}`),
      section([facts(job, job.seenAt), ...bothReasons(job)].join('\n')),
      ...standingLines(props).map((line) => section(line)),
      ...logEnd(lines),
      context(dotted([incidentLine(props), `id ${code(job.id)}`])),
      actions(
        // Where nothing ran there is no log to read first.
        ...(neverStarted(job)
          ? [button({ ...job_, style: 'primary' }), button(logs)]
          : [button({ ...logs, style: 'primary' }), button(job_)]),
        button({ label: 'Why', command: `why ${job.id}` }),
        ...(remedy?.verb === 'retry'
          ? [button({ label: remedy.label, command: `retry ${job.id} ${remedy.words}`.trim() })]
          : [button({ label: 'Retry…', command: `retry ${job.id}` })]),
        ...(props.dependents.length === 0
          ? []
          : [
              button({
                label: `Retry all ${number(props.dependents.length + 1)}…`,
                command: `retry incident:${props.incident.id}`,
              }),
            ]),
        ...incidentButtons(props),
        linkButton('Open in AWS', jobLink(job, region)),
      ),
    ],
  };
}
