/** Why a job has not started: the decisive obstacle is the answer, the others are evidence. */
import type { Remedy } from '../jobs/causes';
import { attemptNumber, waitMs } from '../jobs/lifecycle';
import { type Obstacle, obstaclesOf, waitsForEver } from '../jobs/waiting';
import { explanation, remedyButtons } from './explanation';
import { button, code, escaped, linkButton, type Message } from './kit';
import { jobLink } from './links';
import { type WhyWaitingProps, type Words, wordsOf } from './obstacle';
import { stateWord } from './status';
import { duration } from './time';
import { type TimeLimits, timeoutLines } from './timeoutLines';
import { count, sentence as ended, number } from './words';

/** Remedies that only later verbs carry out; offered when they are there. */
function remediesOf([main]: readonly Obstacle[], { other }: WhyWaitingProps): (Remedy | undefined)[] {
  if (
    main === undefined ||
    other === undefined ||
    !['blocked', 'headBlocked', 'full', 'turn', 'first'].includes(main.kind)
  )
    return [];
  return [{ verb: 'retry', label: `Run it in ${other} instead`, words: `queue:${other}` }];
}

export function whyWaiting(props: WhyWaitingProps & { timeLimits: TimeLimits }): Message {
  const { job, facts, now, region, verbs, other } = props;
  const obstacles = obstaclesOf(facts);
  const [main = { sentence: 'It waits.' } as Words, ...rest] = obstacles.map((obstacle) => wordsOf(obstacle, props));
  const waited = waitMs(job, now);
  const front = facts.front;
  const shares =
    facts.queue !== undefined && facts.queue !== 'gone' && facts.queue.isFairShare
      ? [
          `A fair-share queue: the order follows each share’s recent use${props.share === undefined ? '' : `; its share is ${code(props.share)}${front?.ownShareVcpus === undefined ? '' : ` with ${number(front.ownShareVcpus)} vCPU in use`}`}${front?.activeShares === undefined ? '' : `, of ${count(front.activeShares, 'active share')}`}.`,
        ]
      : [];
  const isCapacity = obstacles.some((one) => 'cause' in one && one.cause.key === 'noCapacity');
  const elsewhere =
    other === undefined || !(isCapacity || obstacles[0]?.kind === 'full')
      ? ''
      : ` ${other} is on demand and could take it.`;
  const attempt = attemptNumber(job);
  const neverStarts = obstacles.some(waitsForEver);
  return explanation({
    job,
    standing: `${stateWord(job)}${waited === undefined ? '' : ` for ${duration(waited)}`}${job.queue === undefined ? '' : ` in ${job.queue}`}`,
    sentence: main.sentence,
    evidence: [
      ...(main.evidence ?? []),
      ...rest.flatMap(({ sentence, evidence = [], beside }) => beside ?? [escaped(sentence), ...evidence]),
      ...shares,
      ...(attempt > 1 ? [`It is waiting for attempt ${attempt}; attempt ${attempt - 1} failed.`] : []),
      ...(job.cancelled === true || job.terminated === true ? ['Somebody has asked Batch to cancel it.'] : []),
      ...timeoutLines(job, props.timeLimits, now),
    ].filter((line, at, all) => all.indexOf(line) === at),
    nextStep: ended(`${main.nextStep ?? ''}${elsewhere}`.trim()),
    missing: props.missing,
    buttons: [
      ...remedyButtons(job, remediesOf(obstacles, props), verbs),
      ...(main.links ?? rest.find(({ links }) => links !== undefined)?.links ?? []).map((link) => button(link)),
      button({ label: 'Refresh', command: `why ${job.id}`, replace: true }),
      button({ label: 'Job', command: `job ${job.id}` }),
      linkButton('Open in AWS', jobLink(job, region)),
      ...(props.mayAct && neverStarts
        ? [
            button({
              label: 'Cancel…',
              command: `cancel ${job.id}`,
              style: 'danger' as const,
              says: 'Cancel this job, after a preview',
            }),
          ]
        : []),
    ],
  });
}
