/** An obstacle to a job's start in words: a plain sentence, what bears it out, and what helps. */
import { environmentHealth } from '../jobs/capacity';
import type { Job } from '../jobs/job';
import { startingMs, waitMs } from '../jobs/lifecycle';
import { type Obstacle, obstaclesOf, type WaitingFacts } from '../jobs/waiting';
import { childWords, dependencyWords } from './awaited';
import { titled } from './explanation';
import { code, cut, escaped } from './kit';
import { asks, environmentLine, noTypeByBatch, noTypeWords, tooBigWords } from './neverFits';
import { duration, moment } from './time';
import { count, number, some } from './words';

export interface WhyWaitingProps {
  job: Job;
  facts: WaitingFacts;
  missing: readonly string[];
  now: number;
  region: string;
  /** The verbs that this bot has. */
  verbs: readonly string[];
  mayAct: boolean;
  /** When those ahead in the line were created, as far as is known. */
  aheadCreatedAt?: readonly number[];
  /** Of a job beyond those that Batch lists: how many that wait were submitted before it. */
  submittedBefore?: number | undefined;
  /** Of a job in a fair-share queue. */
  share?: string | undefined;
  /** A queue on demand that could take it. */
  other?: string | undefined;
  /** Of an array whose children wait: one of them. */
  child?: string | undefined;
}

/** An obstacle as people are told it. */
export interface Words {
  sentence: string;
  evidence?: string[];
  /** What is told of it beside a more decisive one, in place of the sentence and its evidence. */
  beside?: string[];
  nextStep?: string;
  /** Other commands that help: their label and what follows `/batch`. */
  links?: { label: string; command: string }[];
}

/** Batch looks at a new job within seconds; after so long something is odd. */
const LONG_SUBMITTED_MS = 5 * 60_000;
/** An instance boots and joins its cluster within some minutes; after so long the usual suspects are worth a look. */
const LONG_PLACING_MS = 10 * 60_000;
const LONG_STARTING_MS = 10 * 60_000;

export const list = (names: readonly string[], most = 3): string => some(names, most);

function aheadLine({ aheadCreatedAt = [], now }: WhyWaitingProps): string[] {
  if (aheadCreatedAt.length === 0) return [];
  const waits = aheadCreatedAt.map((at) => now - at);
  const [least, most] = [duration(Math.min(...waits)), duration(Math.max(...waits))];
  return [`Those ahead have waited ${least === most ? most : `${least} to ${most}`}.`];
}

/** The decisive thing that holds up the job which is waited for. */
function beyondWords(
  { beyond }: Extract<Obstacle, { kind: 'dependencies' }>,
  props: WhyWaitingProps,
): Words | undefined {
  if (beyond === undefined) return undefined;
  const [main] = obstaclesOf(beyond);
  const { mayAct, missing, now, region, verbs } = props;
  return main && wordsOf(main, { job: beyond.job, facts: beyond, mayAct, missing, now, region, verbs });
}

export function wordsOf(obstacle: Obstacle, props: WhyWaitingProps): Words {
  const { job, now } = props;
  const queue = job.queue ?? 'its queue';
  const waited = now - (job.createdAt ?? now);
  switch (obstacle.kind) {
    case 'submitted':
      return {
        sentence: 'Batch has taken it and not looked at it yet.',
        nextStep:
          waited > LONG_SUBMITTED_MS
            ? 'That takes seconds as a rule: look whether its queue and compute environments are valid.'
            : 'Nothing needs to be done: that takes seconds.',
        links: waited > LONG_SUBMITTED_MS ? [{ label: 'Queue', command: `queues ${queue}` }] : [],
      };
    case 'children':
      return childWords(job, props.child);
    case 'dependencies':
      return dependencyWords(obstacle, beyondWords(obstacle, props));
    case 'dependenciesMet':
      return {
        sentence: `All ${count(obstacle.done, 'job')} that it depends on are done; Batch moves it on within a minute or so.`,
      };
    case 'queueGone':
      return {
        sentence: `Its queue ${queue} does not exist any more.`,
        nextStep: 'Batch fails jobs of a deleted queue; submit it to another one.',
      };
    case 'queueInvalid':
      return {
        sentence: `Its queue ${queue} is ${(obstacle.queue.status ?? 'unknown').toLowerCase()}, so nothing in it starts.`,
        evidence:
          obstacle.queue.statusReason === undefined
            ? []
            : [`Batch says: ${code(cut(obstacle.queue.statusReason, 400))}`],
        nextStep: 'Mend what the reason names, or its compute environments.',
        links: [{ label: 'Queue', command: `queues ${queue}` }],
      };
    case 'environments': {
      const ill = obstacle.queue.environments;
      return {
        sentence: `No compute environment of ${queue} can start jobs: ${list(ill.map((one) => `${one.name} is ${environmentHealth(one).word}`))}.`,
        evidence: ill.map(environmentLine),
        nextStep: ill.flatMap((one) => environmentHealth(one).nextStep ?? [])[0] ?? 'Mend what its reason names.',
        links: [{ label: 'Queue', command: `queues ${queue}` }],
      };
    }
    case 'tooBig':
      return tooBigWords(obstacle, props);
    case 'noType':
      return noTypeWords(obstacle, props);
    case 'blocked': {
      const limit = obstacle.limitSeconds;
      const evidence = [
        `Batch says: ${code(cut(job.statusReason ?? '', 500))}`,
        ...(limit === undefined ? [] : [`The queue cancels a job that is blocked so for ${duration(limit * 1_000)}.`]),
      ];
      if (obstacle.cause.key !== 'resourceRequirement')
        return { sentence: obstacle.cause.sentence, evidence, beside: evidence, nextStep: obstacle.cause.nextStep };
      return { ...noTypeByBatch(props, evidence), beside: evidence };
    }
    case 'headBlocked':
      return {
        sentence: `The head of ${queue} is blocked, and it waits behind: ${titled(obstacle.head)} — ${obstacle.cause.headline}.`,
        evidence: [
          escaped(obstacle.cause.sentence),
          ...(obstacle.head.statusReason === undefined
            ? []
            : [`Batch says of it: ${code(cut(obstacle.head.statusReason, 400))}`]),
          ...(obstacle.since === undefined ? [] : [`At the head since ${moment(obstacle.since)}`]),
        ],
        beside: [
          `The head of its queue, ${escaped(titled(obstacle.head))}, is blocked: ${escaped(obstacle.cause.headline)}.`,
        ],
        nextStep: `${obstacle.cause.nextStep} Or cancel that job, and the next one takes its turn.`,
        links: [
          { label: 'Why the head is blocked', command: `why ${obstacle.head.id}` },
          ...(props.mayAct ? [{ label: 'Cancel the head…', command: `cancel ${obstacle.head.id}` }] : []),
        ],
      };
    case 'full': {
      const told = obstacle.environments.map(
        ({ name, used, most }) => `${name} ${number(used)} of ${number(most)} vCPU`,
      );
      return {
        sentence: `Waits for room: its compute environment${obstacle.environments.length > 1 ? 's are' : ' is'} at the maximum (${list(told)}).`,
        evidence: [`It asks for ${number(obstacle.asked)} vCPU.`],
        beside: [escaped(`Its compute environment is at the maximum: ${list(told)}.`)],
        nextStep: 'It starts when others end. Raise maxvCpus to have more at once.',
        links: [{ label: 'What runs there', command: `search status:running queue:${queue}` }],
      };
    }
    case 'turn': {
      const since =
        obstacle.headSince === undefined ? '' : `; the first has been there since ${moment(obstacle.headSince)}`;
      const evidence = [`Position ${number(obstacle.ahead + 1)} in the line${since}`, ...aheadLine(props)];
      return {
        sentence: `Waits for ${count(obstacle.ahead, 'job')} ahead of it in ${queue}.`,
        evidence,
        beside: evidence,
        nextStep: 'Nothing needs to be done: its turn comes when those ahead have started.',
        links: [{ label: 'Those waiting', command: `search status:runnable queue:${queue} sort:oldest` }],
      };
    }
    case 'behind':
      return {
        sentence: `Waits in ${queue} behind the first ${number(obstacle.least)} jobs, which are all that Batch lists.`,
        evidence: [
          // Fewer than Batch lists: the history has not heard of all of them.
          ...(props.submittedBefore === undefined || props.submittedBefore < obstacle.least
            ? []
            : [`About ${count(props.submittedBefore, 'job')} that wait there were submitted before it.`]),
          ...aheadLine(props),
        ],
        nextStep: 'Nothing needs to be done: its turn comes when those ahead have started.',
        links: [{ label: 'Those waiting', command: `search status:runnable queue:${queue} sort:oldest` }],
      };
    case 'first':
    case 'placing': {
      const since = obstacle.kind === 'first' ? obstacle.since : undefined;
      const long = (waitMs(job, now) ?? 0) > LONG_PLACING_MS;
      return {
        sentence:
          obstacle.kind === 'first'
            ? `It is the first in ${queue}: Batch is finding an instance for it.`
            : `Batch is finding a place for it in ${queue}.`,
        evidence: [...(since === undefined ? [] : [`At the head since ${moment(since)}`]), asks(job)],
        beside: since === undefined ? [] : [`The first in the line, since ${moment(since)}`],
        // User guide, "Jobs stuck in a RUNNABLE status": the common causes where Batch names none.
        nextStep: long
          ? 'An instance takes some minutes. After so long, look whether instances start and join the cluster: EC2 quota, a route to ECS, the instance role, the ECS agent and awslogs on a custom AMI.'
          : 'Nothing needs to be done: an instance takes some minutes to boot.',
        links: long ? [{ label: 'Queue', command: `queues ${queue}` }] : [],
      };
    }
    case 'queueDisabled':
      return {
        sentence: `Its queue ${queue} is disabled: it takes no new jobs; those in it can go on.`,
        nextStep: 'Enable the queue if new jobs should come.',
      };
    case 'starting':
      return startingWords(props);
  }
}

function startingWords({ job, now }: WhyWaitingProps): Words {
  const spent = startingMs(job, now);
  const long = spent !== undefined && spent > LONG_STARTING_MS;
  const fargate = job.platform === 'FARGATE';
  return {
    sentence: fargate
      ? 'It has its place on Fargate: its network interface is attached and its image pulled now.'
      : job.platform === 'EKS'
        ? 'Its pod is scheduled: the node starts if need be, and its image is pulled now.'
        : 'It has its place: its instance boots if it is new, and its image is pulled now.',
    evidence: [
      ...(spent === undefined ? [] : [`Starting for ${duration(spent)}.`]),
      ...(job.image === undefined ? [] : [`Image ${code(cut(job.image, 200))}`]),
    ],
    nextStep: long
      ? 'A big image takes minutes, this is longer: look whether its subnet reaches the registry, and at the agent on its instance.'
      : 'Nothing needs to be done: a big image takes a few minutes.',
  };
}
