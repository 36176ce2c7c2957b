/** Which log somebody means: of which job or node, of which attempt and container, and where CloudWatch has it, or why nowhere. */
import { UserError } from '../errors';
import { ingest } from '../history/ingest';
import { isDone, type Job } from '../jobs/job';
import { neverStarted } from '../jobs/lifecycle';
import { containersOf, type LogPlace, logPlaceOf, newestAttempt } from '../jobs/logPlace';
import { nearest } from '../jobs/nearest';
import { nodeIndexOf } from '../jobs/surroundings';
import { nameOf } from '../views/jobLine';
import type { LogOf } from '../views/logs';
import { count, some } from '../views/words';
import type { Room } from './command';
import { findJob } from './find';
import { wholeOf } from './notFound';

export interface WhichLog extends LogOf {
  place: LogPlace | undefined;
  /** Why there is no place, in a sentence. */
  whyNone: string;
}

export interface LogChoice {
  attempt?: number | undefined;
  container?: string | undefined;
  node?: number | undefined;
}

/** Names of containers that an error lists. */
const MOST_NAMES = 10;

/** Why there is no stream to read, in a sentence. */
export function whyNoLog(job: Job, attempt: number): string {
  if (job.arraySize !== undefined)
    return `This is an array of ${count(job.arraySize, 'child', 'children')}: each child has a log of its own.`;
  if (job.nodes !== undefined) {
    return `This is a job of ${count(job.nodes, 'node')}: each has a log of its own, node:0 to node:${job.nodes - 1}.`;
  }
  if (job.platform === 'EKS')
    return "This job runs on EKS, where Batch writes no log of its own: look where the cluster's pods log to.";
  if (job.logDriver !== undefined && job.logDriver !== 'awslogs')
    return `This job logs with the driver ${job.logDriver}, not to CloudWatch.`;
  if (neverStarted(job)) return 'The container never started, so there is no log.';
  if (isDone(job) || job.attempts[attempt - 1] !== undefined) return 'Batch names no log stream for this attempt.';
  return `The job is ${job.status.toLowerCase()}: its log begins when it runs.`;
}

/** @throws UserError that names the nodes there are */
async function nodeOf(job: Job, node: number, room: Room): Promise<Job> {
  if (job.nodes === undefined) {
    throw new UserError(`${nameOf(job)} is no multi-node job: it has no node ${node}.`, `logs ${job.id}`);
  }
  if (node >= job.nodes) {
    throw new UserError(
      `${nameOf(job)} has ${count(job.nodes, 'node')}: choose node:0 to node:${job.nodes - 1}.`,
      `logs ${job.id} node:${job.nodes - 1}`,
    );
  }
  return await findJob(`${job.id}#${node}`, 'logs', room);
}

/** Which node's log it is; a multi-node job's own attempts tell of its main node. */
async function nodeWhere(job: Job, room: Room): Promise<LogOf['node']> {
  const index = nodeIndexOf(job.id);
  const wholeId = wholeOf(job.id);
  const whole = index === undefined || wholeId === undefined ? job : (await room.history.jobs.get(wholeId))?.job;
  if (whole?.nodes === undefined) return undefined;
  const main = whole.properties?.mainNode ?? 0;
  return { index: index ?? main, of: whole.nodes, main };
}

/** @throws UserError that names the containers there are */
function containerOf(job: Job, attempt: number, asked: string, names: readonly string[]): string | undefined {
  const exact =
    names.find((name) => name === asked) ?? names.find((name) => name.toLowerCase() === asked.toLowerCase());
  if (exact !== undefined) return exact;
  const base = `logs ${job.id} attempt:${attempt}`;
  // ECS calls the container of a plain job `default`.
  if (names.length === 0) {
    if (asked.toLowerCase() === 'default') return undefined;
    throw new UserError(`${nameOf(job)} has one container only: leave out container:${asked}.`, base);
  }
  const meant = nearest(asked, names) ?? names[0] ?? '';
  throw new UserError(
    `${nameOf(job)} has no container "${asked}"; it has ${some(names, MOST_NAMES)}.`,
    `${base} container:${JSON.stringify(meant)}`,
  );
}

/**
 * @throws UserError for a job that nobody knows, and for an attempt, a container or a node that the job has not: the message
 * names those it has
 */
export async function whichLog(text: string, choice: LogChoice, room: Room): Promise<WhichLog> {
  const named = await findJob(text, 'logs', room);
  const job = choice.node === undefined ? named : await nodeOf(named, choice.node, room);
  const attempts = newestAttempt(job);
  const attempt = choice.attempt ?? attempts;
  if (attempt < 1 || attempt > attempts) {
    throw new UserError(
      `This job has had ${count(attempts, 'attempt')}: choose attempt:1${attempts > 1 ? ` to attempt:${attempts}` : ''}.`,
      `logs ${job.id} attempt:${attempts}`,
    );
  }
  const runs = containersOf(job, attempt);
  const containers = runs.flatMap(({ name }) => name ?? []);
  const usual = logPlaceOf(job, attempt)?.stream;
  const container =
    choice.container === undefined
      ? runs.find(({ logStream }) => logStream !== undefined && logStream === usual)?.name
      : containerOf(job, attempt, choice.container, containers);
  const place = logPlaceOf(job, attempt, container);
  return {
    job,
    attempt,
    attempts,
    container,
    containers,
    node: place === undefined && job.nodes !== undefined ? undefined : await nodeWhere(job, room),
    place,
    whyNone: whyNoLog(job, attempt),
  };
}

/**
 * The same log where the job's definition says that it logs, if nothing that is known of the job says where; what is found
 * is kept with the job for ever. Undefined when the definition tells nothing else (any more: Batch keeps a deregistered
 * one for 180 days).
 */
export async function byDefinition(which: WhichLog, room: Room): Promise<WhichLog | undefined> {
  const { job, attempt, container } = which;
  if (job.logGroup !== undefined || job.logDriver !== undefined || job.definition === undefined) return undefined;
  const definition = await room.batch.definition(job.definition);
  const log = (definition?.containerProperties ?? definition?.ecsProperties?.taskProperties?.[0]?.containers?.[0])
    ?.logConfiguration;
  if (log?.logDriver === undefined) return undefined;
  const news: Job = { ...job, logDriver: log.logDriver };
  if (log.options?.['awslogs-group'] !== undefined) news.logGroup = log.options['awslogs-group'];
  if (log.options?.['awslogs-region'] !== undefined) news.logRegion = log.options['awslogs-region'];
  const { after } = await ingest(room.history.jobs, news, room.now);
  const place = logPlaceOf(after, attempt, container);
  return { ...which, job: after, place, whyNone: whyNoLog(after, attempt) };
}
