/** Why a job failed: the cause in a sentence, what bears it out, how often it struck, and what helps. */
import type { LogLine } from '../aws/logs';
import type { Operation } from '../history/records/operation';
import { type Cause, causeOf, exitToldOf, LOG_TELLS } from '../jobs/causes';
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

/** How often a cause struck a definition, this job with it, an array counted once. */
export interface Repeats {
  /** Jobs of the job's own revision. */
  ofRevision: number;
  /** Jobs of any revision. */
  ofAll: number;
  /** Not all of that time could be looked at. */
  isAtLeast?: true;
  days: number;
  /** The command that lists them. */
  search: string;
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
      : [`Exit code ${escaped(exitToldOf({ ...job, exitCode: exit }))}`]),
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

function repeatLine({ definition }: Job, repeats: Repeats | undefined): string[] {
  if (repeats === undefined || definition === undefined) return [];
  const { ofRevision, ofAll, isAtLeast, days } = repeats;
  const time = `in the last ${days} days`;
  const least = isAtLeast ? 'at least ' : '';
  const name = definition.replace(/:\d+$/, '');
  if (ofAll === 1 && !isAtLeast) return [`The only job of ${escaped(name)} that failed so ${time}.`];
  const others = ofAll > ofRevision ? `, ${least}${number(ofAll)} of any revision` : '';
  return [
    `This cause struck ${least}${count(ofRevision, 'job')} of ${escaped(definition)}${others} ${time}; an array counts as one.`,
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

/** Where its log alone knows more: nothing where its end stands above, and what there is where it can't be shown. */
function logStep(job: Job, isShown: boolean): string {
  if (isShown) return '';
  if (job.platform === 'EKS') return 'The log of its pod tells more, where the cluster’s pods log to.';
  if (job.logDriver !== undefined && job.logDriver !== 'awslogs')
    return `The end of its log tells more: it went to ${job.logDriver}.`;
  return 'Its log has no lines that could tell more: the command itself has to say what went wrong.';
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
  const ownStep = cause.nextStep === LOG_TELLS ? logStep(job, text !== '' || props.missing.length > 0) : cause.nextStep;
  const childStep =
    ofChildren === LOG_TELLS ? `The end of the log of child ${common?.arrayIndex ?? 0} tells more.` : ofChildren;
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
    nextStep: [hint?.nextStep ?? childStep ?? ownStep, other === undefined ? '' : `${other} is on demand.`]
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
      ...(props.repeats === undefined || props.repeats.ofAll < 2
        ? []
        : [button({ label: 'Its failures this week', command: props.repeats.search })]),
      linkButton('Open in AWS', jobLink(job, region)),
    ],
  });
}
