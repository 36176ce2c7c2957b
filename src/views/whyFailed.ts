/** Why a job failed: the cause in a sentence, what bears it out, how often it struck, and what helps. */
import type { LogLine } from '../aws/logs';
import type { Operation } from '../history/operation';
import { type Cause, causeOf, exitMeaning } from '../jobs/causes';
import { hintIn } from '../jobs/causes/logHints';
import type { Attempt, Job, JobRow } from '../jobs/job';
import { runMs } from '../jobs/lifecycle';
import { explanation, remedyButtons, titled } from './explanation';
import { causeLines, failedByCause } from './failedChildren';
import { attemptWords } from './jobCard';
import { button, code, cut, escaped, linkButton, type Message } from './kit';
import { jobLink } from './links';
import { logBox } from './logs';
import { ago, duration, moment } from './time';
import { count, number } from './words';

/** How often a cause struck a definition. */
export interface Repeats {
  same: number;
  failed: number;
  /** All failures of that time were compared, not the newest ones only. */
  isAll: boolean;
  days: number;
}

export interface HostFacts {
  id: string;
  type?: string | undefined;
  zone?: string | undefined;
  /** Undefined where EC2 does not know it any more. */
  isSpot?: boolean | undefined;
  state?: string | undefined;
  reason?: string | undefined;
  /** Other jobs whose reasons name it. */
  lostWithIt: number;
}

export interface WhyFailedProps {
  job: Job;
  cause: Cause;
  lines: readonly LogLine[];
  host: HostFacts | undefined;
  /** Those that failed. */
  dependencies: readonly Job[];
  /** Those that failed. */
  children: readonly JobRow[];
  repeats: Repeats | undefined;
  operation: Operation | undefined;
  /** A queue on demand that could take it. */
  other: string | undefined;
  missing: readonly string[];
  now: number;
  region: string;
  verbs: readonly string[];
  mayAct: boolean;
}

const MOST_BOX = 2_500;

function reasonLines(job: Job, cause: Cause): string[] {
  const exit = job.exitCode;
  return [
    ...(job.statusReason === undefined ? [] : [`Batch says: ${code(cut(job.statusReason, 700))}`]),
    ...(job.containerReason === undefined || job.containerReason === job.statusReason
      ? []
      : [`The container says: ${code(cut(job.containerReason, 700))}`]),
    ...(exit === undefined || new RegExp(`exit (?:code )?${exit}\\b`).test(cause.sentence)
      ? []
      : [`Exit code ${exit}: ${escaped(exitMeaning(exit))}`]),
    ...(job.statusReason === undefined && job.containerReason === undefined && exit === undefined
      ? ['AWS gives neither a reason nor an exit code.']
      : []),
  ];
}

function hostLines(host: HostFacts | undefined): string[] {
  if (host === undefined) return [];
  const what = [host.type, host.zone, host.isSpot === undefined ? undefined : host.isSpot ? 'Spot' : 'on demand'];
  const facts = what.filter((fact) => fact !== undefined);
  return [
    `Instance ${code(host.id)}${facts.length === 0 ? ': EC2 knows it no more' : ` (${escaped(facts.join(', '))})${host.state === undefined ? '' : `, ${escaped(host.state)}`}`}${host.reason === undefined ? '' : `: ${escaped(cut(host.reason, 300))}`}`,
    ...(host.isSpot === false
      ? ['It was on demand, so that it was no Spot reclaim: somebody or something ended it.']
      : []),
    ...(host.lostWithIt > 0
      ? [`${count(host.lostWithIt, 'other job')} ${host.lostWithIt === 1 ? 'was' : 'were'} lost with it.`]
      : []),
  ];
}

/** The week of its definition, or nothing where that tells nothing. */
function repeatLine(job: Job, repeats: Repeats | undefined): string[] {
  if (repeats === undefined || repeats.failed === 0 || job.definition === undefined) return [];
  const { same, failed, isAll, days } = repeats;
  const time = `in the last ${days} days`;
  const definition = escaped(job.definition);
  const failures = `${isAll ? '' : 'newest '}${count(failed, 'failure')} of ${definition} ${time}`;
  if (failed === 1) return [`The only failure of ${definition} ${time}.`];
  if (same === failed) return [`All ${failures} had this cause.`];
  return [
    same === 1
      ? `The only one of the ${failures} with this cause.`
      : `${number(same)} of the ${failures} had this cause.`,
  ];
}

/** A few words on how an attempt ended. */
export const attemptCause = (attempt: Attempt): string =>
  causeOf({ status: 'FAILED', ...attempt })?.headline ?? 'failed';

function attemptLine(job: Job): string[] {
  const { attempts } = job;
  if (attempts.length < 2) return [];
  const causes = attempts.map(attemptCause);
  const [first] = causes;
  if (causes.every((cause) => cause === first)) return [`All ${number(attempts.length)} attempts ended so.`];
  return [`Attempts: ${causes.map((cause, n) => `${n + 1} ${escaped(cause)}`).join(', ')}.`];
}

function operationLines(operation: Operation | undefined): string[] {
  if (operation === undefined) return [];
  const by = operation.startedBy?.id ?? operation.askedBy.id;
  return [
    `<@${by}> confirmed operation ${code(operation.op)}${operation.startedAt === undefined ? '' : ` at ${moment(operation.startedAt)}`}: ${escaped(operation.what)}${operation.named === '' ? '' : ` (${escaped(cut(operation.named, 200))})`}`,
    ...(operation.reason === undefined ? [] : [`Reason: ${escaped(operation.reason)}`]),
  ];
}

export function whyFailed(props: WhyFailedProps): Message {
  const { job, cause, lines, now, region, verbs, dependencies, children, other } = props;
  const { text, leftOut } = logBox(lines, MOST_BOX);
  const hint = hintIn(
    cause.key,
    lines.map((line) => line.text),
    job,
  );
  const ran = runMs(job, now);
  const [broken] = dependencies;
  const groups = failedByCause(children);
  const [example] = children.toSorted((a, b) => (a.arrayIndex ?? 0) - (b.arrayIndex ?? 0));
  const remedies = [
    hint?.remedy ?? cause.remedy,
    ...(other === undefined ? [] : [{ verb: 'retry', label: `Retry in ${other}`, words: `queue:${other}` }]),
  ];
  const offered = remedyButtons(job, remedies, verbs);
  const common = children.find(({ arrayIndex }) => arrayIndex === groups[0]?.indexes[0]);
  const ofChildren = common === undefined ? undefined : causeOf(common)?.nextStep;
  const isStopped = cause.key === 'terminated' || cause.key === 'cancelledFromSlack';
  return explanation({
    job,
    standing: `failed${job.stoppedAt === undefined ? '' : ` ${ago(job.stoppedAt, now)}`}: ${cause.headline}`,
    sentence: cause.sentence,
    evidence: [
      ...reasonLines(job, cause),
      ...(hint === undefined ? [] : [`Its log says that ${escaped(hint.told)}: ${code(cut(hint.line.trim(), 200))}`]),
      ...operationLines(props.operation),
      ...dependencies
        .map((one) => `${escaped(titled(one))} failed: ${escaped(causeOf(one)?.sentence ?? '')}`)
        .slice(0, 5),
      ...causeLines(groups),
      ...hostLines(props.host),
      ...attemptLine(job),
      ...(ran === undefined
        ? []
        : [`It ran ${duration(ran)}${attemptWords(job) === undefined ? '' : ` in ${attemptWords(job)}`}.`]),
      ...repeatLine(job, props.repeats),
      ...(job.nodes === undefined
        ? []
        : ['The main node’s end is the job’s; a failure of another node alone does not fail it.']),
    ],
    box: text,
    nextStep: [hint?.nextStep ?? ofChildren ?? cause.nextStep, other === undefined ? '' : `${other} is on demand.`]
      .filter((part) => part !== '')
      .join(' '),
    missing: props.missing,
    notes: text === '' ? [] : [`last ${count(lines.length - leftOut, 'line')} of its log, times in UTC`],
    buttons: [
      ...offered,
      ...(broken === undefined
        ? []
        : [button({ label: `Why ${cut(titled(broken), 60)}`, command: `why ${broken.id}`, style: 'primary' })]),
      ...(example === undefined
        ? []
        : [
            button({
              label: `Why child ${example.arrayIndex ?? 0} failed`,
              command: `why ${example.id}`,
              style: 'primary',
            }),
            button({ label: 'Failed children', command: `search array:${job.id} status:failed` }),
          ]),
      ...(cause.evidence.includes('log') || lines.length > 0
        ? [
            button({
              label: 'Logs',
              command: `logs ${job.id}`,
              ...(offered.length > 0 ? {} : { style: 'primary' as const }),
            }),
          ]
        : []),
      button({ label: 'Job', command: `job ${job.id}` }),
      ...(job.definition === undefined || isStopped || (props.repeats?.failed ?? 0) < 2
        ? []
        : [
            button({ label: 'Its failures this week', command: `search status:failed def:${job.definition} since:7d` }),
          ]),
      linkButton('Open in AWS', jobLink(job, region)),
    ],
  });
}
