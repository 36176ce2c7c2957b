/** A job that no compute environment of its queue can ever take, in words: what it asks for, and what is the most. */
import { environmentHealth } from '../jobs/capacity';
import { mostOf } from '../jobs/instanceSizes';
import type { Job } from '../jobs/job';
import type { Environment, Obstacle, WaitingFacts } from '../jobs/waiting';
import { resources } from './jobCard';
import { code, cut, escaped } from './kit';
import { list, type WhyWaitingProps, type Words } from './obstacle';
import { count, number } from './words';

export const environmentLine = (environment: Environment): string => {
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

/** `ce-1 is enabled, 4 of 16 vCPU in use`, a line an environment. */
function environmentLines({ queue }: WaitingFacts): string[] {
  if (queue === undefined || queue === 'gone') return [];
  return queue.environments.map((environment) => {
    const { desiredvCpus: used, maxvCpus: most } = environment;
    const room =
      most === undefined
        ? ''
        : `, ${used === undefined ? '' : `${number(used)} of `}${number(most)} vCPU${used === undefined ? ' at most' : ' in use'}`;
    return `${environmentLine(environment)}${room}`;
  });
}

/** `64 vCPU`, `1 TiB`, `4 GPU`: what it asks for of what none has. */
function askedFor(lacks: keyof typeof LACKS, job: Job): string | undefined {
  const { vcpus, memoryMiB, gpus } = job;
  return resources(
    lacks === 'memory'
      ? { memoryMiB }
      : lacks === 'vcpus'
        ? { vcpus }
        : lacks === 'gpus'
          ? { gpus }
          : { vcpus, memoryMiB, gpus },
  );
}

/** The most that the types have of it, where their names tell. */
function mostWords(lacks: keyof typeof LACKS, types: readonly string[]): string {
  if (lacks === 'all') return '';
  const key = lacks === 'memory' ? 'memoryMiB' : lacks;
  const most = Math.max(...types.map((type) => mostOf(type)[key]));
  if (!Number.isFinite(most)) return '';
  return most === 0 ? '; they have none' : `; the most is ${resources({ [key]: most } as Pick<Job, typeof key>)}`;
}

type Of<K extends Obstacle['kind']> = Extract<Obstacle, { kind: K }>;

export function tooBigWords(obstacle: Of<'tooBig'>, { facts }: WhyWaitingProps): Words {
  return {
    sentence: `It asks for ${number(obstacle.asked)} vCPU, more than ${list(obstacle.environments)} may ever have: ${number(obstacle.most)}.`,
    evidence: environmentLines(facts),
    nextStep: 'It will never start so. Raise maxvCpus, or cancel it and ask for less.',
  };
}

const ALLOW_BIGGER = 'It will never start so. Allow bigger instance types, or cancel it and ask for less.';

export function noTypeWords({ environments, lacks, types }: Of<'noType'>, { job, facts }: WhyWaitingProps): Words {
  return {
    sentence: `No instance type of ${list(environments)} ${LACKS[lacks]} that it asks for: ${askedFor(lacks, job) ?? 'more than they have'}${mostWords(lacks, types)}.`,
    evidence: [
      asks(job),
      ...environmentLines(facts),
      `Allowed: ${escaped(list(types, 8))}.`,
      ...(lacks === 'memory' ? ['ECS and the system keep some of an instance’s memory for themselves.'] : []),
    ],
    nextStep: ALLOW_BIGGER,
  };
}

/** Batch says so, of types whose sizes their names do not tell. */
export function noTypeByBatch({ job, facts }: WhyWaitingProps, evidence: readonly string[]): Words {
  const { queue } = facts;
  const types = queue === undefined || queue === 'gone' ? [] : queue.environments.flatMap((one) => one.instanceTypes);
  return {
    sentence: `No instance type of ${job.queue ?? 'its queue'} has the vCPUs, memory and GPUs that it asks for: ${resources(job) ?? 'it is not known what'}.`,
    evidence: [
      ...evidence,
      ...environmentLines(facts),
      ...(types.length === 0 ? [] : [`Allowed: ${escaped(list([...new Set(types)], 8))}.`]),
    ],
    nextStep: ALLOW_BIGGER,
  };
}
