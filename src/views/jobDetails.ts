/** All that is known of a job, in chapters: attempts, times, setup, dependencies, containers, tags, variables, command. */
import { exitMeaning } from '../jobs/causes';
import { type Attempt, BATCH_STATUSES, type ContainerRun, isDone, type Job, userOf } from '../jobs/job';
import { attemptNumber, leftNoTrace } from '../jobs/lifecycle';
import { DEFAULT_LOG_GROUP } from '../jobs/logPlace';
import type { Part, Properties, RetryRule, Shows } from '../jobs/properties';
import { propertiesOf, type Surroundings } from '../jobs/surroundings';
import { type Chapter, pagesOf } from './chapters';
import { headline, jobTitle, resources } from './jobCard';
import { dependencyWords, nodeLines, positionWords, runOfContainer } from './jobParts';
import {
  actions,
  bold,
  button,
  code,
  context,
  cut,
  dotted,
  escaped,
  link,
  linkButton,
  type Message,
  printable,
  section,
} from './kit';
import { batchLink, jobLink, logLink, regionOf } from './links';
import { sign } from './status';
import { duration, moment } from './time';
import { number } from './words';

export interface JobDetailsProps {
  job: Job;
  around: Surroundings;
  now: number;
  region: string;
  /** Which variables are shown with their value; what was kept while others were allowed is not. */
  shows: Shows;
  /** Counted from 1; one that is not there is the nearest that is. */
  page: number;
}

const present = (facts: readonly (string | undefined)[]): string[] => facts.filter((fact) => fact !== undefined);
const fact = <T>(value: T | undefined, words: (value: T) => string): string | undefined =>
  value === undefined ? undefined : words(value);

/** `arn:aws:ecs:…:container-instance/cluster/0123` → `0123` */
const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
/** `arn:aws:iam::123456789012:role/team/align` → `team/align` */
const roleName = (arn: string): string => arn.replace(/^arn:[^:]*:iam::[^:]*:role\//, '');

const MOST_REASON = 900;

interface Look {
  job: Job;
  around: Surroundings;
  properties: Properties;
  now: number;
  region: string;
}

function logWords(
  { job, region, properties }: Look,
  stream: string | undefined,
  container?: string,
): string | undefined {
  if (stream === undefined) return undefined;
  const own = properties.containers?.find(({ name }) => name !== undefined && name === container);
  const group = own?.logGroup ?? job.logGroup ?? DEFAULT_LOG_GROUP;
  return link(logLink(group, stream, own?.logRegion ?? job.logRegion ?? regionOf(job, region)), `log ${stream}`);
}

function whereItRan(look: Look, attempt: Attempt, n: number): string | undefined {
  const { placement } = look.job;
  const place = placement?.attempt === n ? [placement.instanceType, placement.availabilityZone] : [];
  const facts = present([
    fact(attempt.containerInstanceArn, (arn) => `container instance ${code(lastOf(arn))}`),
    ...place.map((words) => fact(words, escaped)),
    fact(attempt.pod, (pod) => `pod ${code(pod)}`),
    fact(attempt.podNode, (node) => `node ${code(node)}`),
    fact(attempt.taskArn, (arn) => `task ${code(lastOf(arn))}`),
    // Of several containers each tells of its own log.
    attempt.containers === undefined ? logWords(look, attempt.logStream) : undefined,
  ]);
  return facts.length === 0 ? undefined : dotted(facts);
}

function attemptLines(look: Look, attempt: Attempt, n: number, isPresent: boolean): string[] {
  const { job, now } = look;
  const { startedAt, stoppedAt, exitCode, statusReason, containerReason } = attempt;
  const most = Math.max(job.maxAttempts ?? 1, attemptNumber(job));
  const until = stoppedAt ?? (isPresent && job.status === 'RUNNING' ? now : undefined);
  const times = present([
    fact(startedAt, (at) => `started ${moment(at)}`),
    fact(stoppedAt, (at) => `stopped ${moment(at)}`),
    startedAt === undefined || until === undefined ? undefined : `ran ${duration(until - startedAt)}`,
    isPresent ? job.status.toLowerCase() : leftNoTrace(attempt) ? 'never started' : undefined,
  ]);
  return present([
    dotted([`_Attempt ${n} of ${most}_`, ...times]),
    fact(exitCode, (exit) => `exit ${exit}: ${escaped(exitMeaning(exit))}`),
    fact(statusReason, (reason) => `Batch says: ${code(cut(reason, MOST_REASON))}`),
    containerReason === statusReason
      ? undefined
      : fact(containerReason, (reason) => `Container says: ${code(cut(reason, MOST_REASON))}`),
    whereItRan(look, attempt, n),
    ...(attempt.containers ?? []).slice(0, 20).map((run) => containerLine(look, run, isPresent)),
  ]);
}

const containerLine = (look: Look, run: ContainerRun, isPresent: boolean): string =>
  dotted(
    present([
      `• ${runOfContainer(run, isPresent ? look.job : { status: run.exitCode === 0 ? 'SUCCEEDED' : 'FAILED' })}`,
      logWords(look, run.logStream, run.name),
    ]),
  );

/** The newest first; the present one is not in the list of those that ended. */
function attempts(look: Look): Chapter {
  const { job } = look;
  const ended = job.attempts.map((attempt, index) => attemptLines(look, attempt, index + 1, false));
  const hasPresent = !isDone(job) && (job.status === 'STARTING' || job.status === 'RUNNING');
  const now = hasPresent
    ? [attemptLines(look, { ...job, stoppedAt: undefined } as Attempt, attemptNumber(job), true)]
    : [];
  return { title: 'Attempts', lines: [...ended, ...now].reverse().flat() };
}

function times({ job }: Look): Chapter {
  const entered = Object.entries(job.entered)
    .map(([key, at]) => ({ attempt: Number(key.split('.')[0]), status: key.split('.')[1] ?? '', at }))
    .sort((a, b) => a.attempt - b.attempt || order(a.status) - order(b.status));
  const several = attemptNumber(job) > 1;
  return {
    title: 'Times',
    lines: present([
      fact(job.createdAt, (at) => `created ${moment(at)}`),
      ...entered.map(
        ({ attempt, status, at }) =>
          `${several ? `attempt ${attempt} ` : ''}${escaped(status.toLowerCase())} ${moment(at)}`,
      ),
      fact(job.startedAt, (at) => `started ${moment(at)}`),
      fact(job.stoppedAt, (at) => `stopped ${moment(at)}`),
      job.createdAt === undefined || job.stoppedAt === undefined
        ? undefined
        : `${duration(job.stoppedAt - job.createdAt)} from submission to end`,
      `last seen ${moment(job.seenAt)}`,
    ]),
  };
}
const order = (status: string): number => (BATCH_STATUSES as readonly string[]).indexOf(status);

const ruleWords = ({ action, onStatusReason, onReason, onExitCode }: RetryRule): string =>
  `${action === 'RETRY' ? 'retry' : 'exit'} if ${present([
    fact(onStatusReason, (glob) => `status reason ${code(glob)}`),
    fact(onReason, (glob) => `reason ${code(glob)}`),
    fact(onExitCode, (glob) => `exit code ${code(glob)}`),
  ]).join(' and ')}`;

function setup({ job, around, properties, region }: Look): Chapter {
  const { mounts = [], ulimits = [], retryRules = [] } = properties;
  const [partition, account] = [job.arn?.split(':')[1], job.arn?.split(':')[4]];
  const inConsole = (kind: string, name: string): string =>
    account === undefined
      ? code(name)
      : link(batchLink(`arn:${partition}:batch:${regionOf(job, region)}:${account}:${kind}/${name}`, region), name);
  const log = [job.logDriver, job.logGroup, job.logRegion].filter((part) => part !== undefined);
  return {
    title: 'Setup',
    lines: present([
      fact(job.queue, (queue) =>
        dotted(present([`queue ${inConsole('job-queue', queue)}`, positionWords(around.position)])),
      ),
      fact(job.definition, (definition) => `definition ${inConsole('job-definition', definition)}`),
      fact(job.platform, (platform) => `on ${platform === 'FARGATE' ? 'Fargate' : platform}`),
      fact(job.image, (image) => `image ${code(cut(image, 600))}`),
      fact(resources(job), (words) => `asks for ${words}`),
      fact(properties.cpuArchitecture, (architecture) => `CPU ${escaped(architecture)}`),
      fact(properties.ephemeralStorageGiB, (gib) => `ephemeral storage ${number(gib)} GiB`),
      fact(job.timeoutSeconds, (seconds) => `timeout ${duration(seconds * 1_000)} an attempt`),
      fact(job.environmentTimeoutSeconds, (seconds) => `PYBATCH_TIMEOUT ${duration(seconds * 1_000)} from submission`),
      fact(job.maxAttempts, (most) => `retry strategy: ${most === 1 ? 'one attempt' : `${most} attempts at most`}`),
      ...retryRules.map((rule) => `• ${ruleWords(rule)}`),
      fact(properties.jobRole, (role) => `job role ${code(roleName(role))}`),
      fact(properties.executionRole, (role) => `execution role ${code(roleName(role))}`),
      fact(properties.serviceAccount, (name) => `service account ${code(name)}`),
      fact(properties.containerUser, (user) => `user in the container ${code(user)}`),
      properties.privileged ? 'privileged' : undefined,
      properties.readonlyRoot ? 'read-only root file system' : undefined,
      fact(properties.shareIdentifier, (share) => `share ${code(share)}`),
      fact(properties.schedulingPriority, (priority) => `scheduling priority ${priority}`),
      log.length === 0 ? undefined : `logs to ${log.map(code).join(' ')}`,
      ...mounts.map(
        ({ path, source, readOnly }) =>
          `mount ${code(path)}${source === undefined ? '' : ` from ${code(source)}`}${readOnly ? ', read-only' : ''}`,
      ),
      ulimits.length === 0 ? undefined : `ulimits ${ulimits.map(code).join(', ')}`,
      fact(userOf(job), (user) => `submitted by ${escaped(user)}`),
      fact(job.arn, (arn) => `ARN ${code(arn)}`),
    ]),
  };
}

const partLine = (part: Part, what: string): string =>
  dotted(
    present([
      `${what} ${code(part.name ?? '?')}`,
      part.essential === false ? 'not essential' : undefined,
      resources(part),
      fact(part.instanceType, escaped),
      fact(part.image, (image) => code(cut(image, 300))),
      fact(part.command, (command) => code(cut(command.join(' '), 300))),
    ]),
  );

function parts(look: Look): Chapter[] {
  const { job, around, properties } = look;
  return [
    { title: 'Containers', lines: (properties.containers ?? []).map((part) => partLine(part, 'container')) },
    {
      title: 'Nodes',
      lines: [
        ...(properties.nodeRanges ?? []).map((range) => partLine(range, 'nodes')),
        ...(job.nodes === undefined ? [] : nodeLines(job, around)),
      ],
    },
  ];
}

function dependencies({ job, around, properties }: Look): Chapter {
  const nToN = new Set(properties.nToN ?? []);
  return {
    title: 'Depends on',
    lines: [
      ...(properties.sequential ? ['each child on the one before it (SEQUENTIAL)'] : []),
      ...around.dependencies.map((dependency) =>
        dotted([
          escaped(dependencyWords(dependency)),
          ...(dependency.job === undefined ? [] : [code(dependency.id)]),
          ...(nToN.has(dependency.id)
            ? [job.arrayIndex === undefined ? 'child by child (N_TO_N)' : `on its child ${job.arrayIndex} (N_TO_N)`]
            : []),
        ]),
      ),
    ],
  };
}

/** Pairs of foreign text, a line each. */
const pairs = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([key, value]) => `${code(cut(key, 200))} = ${code(cut(value, 1_000))}`);

/** Names in rows, so that 200 of them are no column of 200 lines. */
function rows(names: readonly string[]): string[] {
  const found: string[] = [];
  for (const name of names) {
    const last = found.at(-1);
    const text = code(cut(name, 200));
    if (last !== undefined && last.length + text.length < 600) found[found.length - 1] = `${last} ${text}`;
    else found.push(text);
  }
  return found;
}

function environment({ properties }: Look, shows: Shows): Chapter {
  const { variables = [], shownVariables = {}, secrets = [] } = properties;
  const shown = Object.fromEntries(Object.entries(shownVariables).filter(([name]) => shows(name)));
  const hidden = variables.filter((name) => !Object.hasOwn(shown, name));
  return {
    title: 'Environment',
    lines: [
      ...pairs(shown),
      ...(hidden.length === 0 ? [] : [`values hidden (${number(hidden.length)}):`, ...rows(hidden)]),
      ...(secrets.length === 0 ? [] : ['from secrets:', ...rows(secrets)]),
    ],
  };
}

/** As a shell would have to be told it. */
const shellWords = (command: readonly string[]): string =>
  command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

export function jobDetails({ job, around, now, region, shows, page }: JobDetailsProps): Message {
  const look: Look = { job, around, properties: propertiesOf(job, around), now, region };
  const title = jobTitle(job);
  const chapters: Chapter[] = [
    attempts(look),
    ...parts(look),
    dependencies(look),
    setup(look),
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
      context(`id ${code(job.id)}`),
      actions(
        button({ label: 'Summary', command: `job ${job.id}`, replace: true, style: 'primary' }),
        ...(shown > 1 ? [turn('Previous', shown - 1)] : []),
        ...(shown < pages.length ? [turn('Next', shown + 1)] : []),
        linkButton('Open in AWS', jobLink(job, region)),
      ),
    ],
  };
}
