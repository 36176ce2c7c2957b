/** An obstacle to a job's start in words: a plain sentence, what bears it out, and what helps. */
import { environmentHealth } from '../jobs/capacity';
import { isLost, type Job } from '../jobs/job';
import { startingMs, waitMs } from '../jobs/lifecycle';
import type { Environment, Obstacle, WaitingFacts } from '../jobs/waiting';
import type { Awaited } from '../jobs/waitingFor';
import { titled } from './explanation';
import { resources } from './jobCard';
import { childrenWords, nameOf } from './jobLine';
import { code, cut, escaped } from './kit';
import { stateWord } from './status';
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
  nextStep?: string;
  /** Other commands that help: their label and what follows `/batch`. */
  links?: { label: string; command: string }[];
}

/** Batch looks at a new job within seconds; after so long something is odd. */
const LONG_SUBMITTED_MS = 5 * 60_000;
/** An instance boots and joins its cluster within some minutes; after so long the usual suspects are worth a look. */
const LONG_PLACING_MS = 10 * 60_000;
const LONG_STARTING_MS = 10 * 60_000;

const list = (names: readonly string[], most = 3): string => some(names, most);

function awaitedLine({ id, kind, job }: Awaited): string {
  const name = job === undefined ? code(id) : escaped(titled(job));
  const how = kind === 'N_TO_N' ? ' (its own index)' : kind === 'SEQUENTIAL' ? ' (the child before it)' : '';
  if (job === undefined) return `${name}${how}: Batch knows it no more`;
  const state = isLost(job) ? 'lost' : stateWord(job);
  return `${name}${how}: ${state}${job.name === undefined ? '' : `, ${code(id)}`}`;
}

function dependencyWords({ waiting, failed, unknown, done }: Extract<Obstacle, { kind: 'dependencies' }>): Words {
  const [broken] = failed;
  const all = waiting.length + failed.length + unknown.length + done;
  const [first] = waiting;
  const sentence =
    broken !== undefined
      ? `${nameOf(broken.job ?? broken)}, which it depends on, failed: Batch will fail it too.`
      : all === 1 && first !== undefined
        ? `Waits for ${titled(first.job ?? first)}, which is ${first.job === undefined ? 'unknown' : stateWord(first.job)}.`
        : `Waits for ${count(waiting.length + unknown.length, 'job')} that it depends on${done > 0 ? `; ${number(done)} of ${number(all)} are done` : ''}.`;
  const lines = [...failed, ...waiting, ...unknown].map(awaitedLine);
  const look = broken ?? first;
  return {
    sentence,
    evidence: [...lines.slice(0, 8), ...(lines.length > 8 ? [`and ${count(lines.length - 8, 'more job')}`] : [])],
    nextStep:
      broken !== undefined
        ? 'Mend and rerun that job, then submit this one again.'
        : 'Nothing, as long as those go on; it starts by itself when all of them have succeeded.',
    links: look === undefined ? [] : [{ label: `Why ${cut(titled(look.job ?? look), 60)}`, command: `why ${look.id}` }],
  };
}

const environmentLine = (environment: Environment): string => {
  const health = environmentHealth(environment);
  const reason = health.reason === undefined ? '' : `: ${code(cut(health.reason, 300))}`;
  return `${escaped(environment.name)} is ${health.word}${reason}`;
};

const LACKS = {
  vcpus: 'has the vCPUs',
  memory: 'has the memory',
  gpus: 'has the GPUs',
  all: 'has the vCPUs, memory and GPUs together',
} as const;

export const asks = (job: Job): string =>
  `It asks for ${resources(job) ?? 'resources that are not known'}${job.nodes === undefined ? '' : ` on each of ${count(job.nodes, 'node')}`}.`;

function aheadLine({ aheadCreatedAt = [], now }: WhyWaitingProps): string[] {
  if (aheadCreatedAt.length === 0) return [];
  const waits = aheadCreatedAt.map((at) => now - at);
  const [least, most] = [duration(Math.min(...waits)), duration(Math.max(...waits))];
  return [`Those ahead have waited ${least === most ? most : `${least} to ${most}`}.`];
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
            : 'Nothing: that takes seconds.',
        links: waited > LONG_SUBMITTED_MS ? [{ label: 'Queue', command: `queues ${queue}` }] : [],
      };
    case 'children': {
      const waiting = (job.children?.counts.RUNNABLE ?? 0) + (job.children?.counts.PENDING ?? 0);
      const running = (job.children?.counts.RUNNING ?? 0) + (job.children?.counts.STARTING ?? 0);
      return {
        sentence: `An array is pending until its last child ends: ${number(running)} run, ${number(waiting)} wait.`,
        evidence: [
          ...(childrenWords(job) === undefined ? [] : [escaped(childrenWords(job) ?? '')]),
          ...(job.properties?.sequential === true ? ['Its children run one after the other (SEQUENTIAL).'] : []),
        ],
        nextStep: props.child === undefined ? '' : 'Ask why of one that waits.',
        links: [
          ...(props.child === undefined
            ? []
            : [{ label: `Why child ${props.child.split(':')[1] ?? ''} waits`, command: `why ${props.child}` }]),
          { label: 'Children', command: `search array:${job.id}` },
        ],
      };
    }
    case 'dependencies':
      return dependencyWords(obstacle);
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
      return {
        sentence: `It asks for ${number(obstacle.asked)} vCPU, more than ${list(obstacle.environments)} may ever have: ${number(obstacle.most)}.`,
        evidence: [asks(job)],
        nextStep: 'It will never start so. Raise maxvCpus, or cancel it and ask for less.',
      };
    case 'noType':
      return {
        sentence: `No instance type of ${list(obstacle.environments)} ${LACKS[obstacle.lacks]} that it asks for.`,
        evidence: [
          asks(job),
          `Allowed: ${escaped(list(obstacle.types, 8))}.`,
          ...(obstacle.lacks === 'memory'
            ? ['ECS and the system keep some of an instance’s memory for themselves.']
            : []),
        ],
        nextStep: 'It will never start so. Allow bigger instance types, or cancel it and ask for less.',
      };
    case 'blocked': {
      const limit = obstacle.limitSeconds;
      return {
        sentence: obstacle.cause.sentence,
        evidence: [
          `Batch says: ${code(cut(job.statusReason ?? '', 500))}`,
          ...(limit === undefined
            ? []
            : [`The queue cancels a job that is blocked so for ${duration(limit * 1_000)}.`]),
        ],
        nextStep: obstacle.cause.nextStep,
      };
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
        nextStep: 'It starts when others end. Raise maxvCpus to have more at once.',
        links: [{ label: 'What runs there', command: `search status:running queue:${queue}` }],
      };
    }
    case 'turn':
      return {
        sentence: `Waits for ${count(obstacle.ahead, 'job')} ahead of it in ${queue}.`,
        evidence: [
          `Position ${number(obstacle.ahead + 1)} in the line${obstacle.headSince === undefined ? '' : `; the first has been there since ${moment(obstacle.headSince)}`}`,
          ...aheadLine(props),
        ],
        nextStep: 'Nothing: its turn comes when those ahead have started.',
        links: [{ label: 'Those waiting', command: `search status:runnable queue:${queue} sort:oldest` }],
      };
    case 'behind':
      return {
        sentence: `Waits in ${queue} behind the first ${number(obstacle.least)} jobs, which are all that Batch lists.`,
        evidence: aheadLine(props),
        nextStep: 'Nothing: its turn comes when those ahead have started.',
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
        // User guide, "Jobs stuck in a RUNNABLE status": the common causes where Batch names none.
        nextStep: long
          ? 'An instance takes some minutes. After so long, look whether instances start and join the cluster: EC2 quota, a route to ECS, the instance role, the ECS agent and awslogs on a custom AMI.'
          : 'Nothing: an instance takes some minutes to boot.',
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
      : 'Nothing: a big image takes a few minutes.',
  };
}
