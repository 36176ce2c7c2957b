/** The chapters of a job's details on how it was set up: queue, definition, roles, containers, dependencies, variables. */
import { userOf } from '../jobs/job';
import type { Part, Properties, RetryRule, Shows } from '../jobs/properties';
import { type Chapter, fact, present } from './chapters';
import type { Look } from './jobAttempts';
import { resources } from './jobCard';
import { dependencyWords, nodeLines, positionWords } from './jobParts';
import { code, cut, dotted, escaped, link } from './kit';
import { batchLink, regionOf } from './links';
import { timeoutFacts } from './timeoutLines';
import { number } from './words';

/** `arn:aws:iam::123456789012:role/team/align` → `team/align` */
const roleName = (arn: string): string => arn.replace(/^arn:[^:]*:iam::[^:]*:role\//, '');

const ruleWords = ({ action, onStatusReason, onReason, onExitCode }: RetryRule): string =>
  `${action === 'RETRY' ? 'retry' : 'exit'} if ${present([
    fact(onStatusReason, (glob) => `status reason ${code(glob)}`),
    fact(onReason, (glob) => `reason ${code(glob)}`),
    fact(onExitCode, (glob) => `exit code ${code(glob)}`),
  ]).join(' and ')}`;

export function setup({ job, around, properties, region }: Look, shows: Shows): Chapter {
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
      ...timeoutFacts(job, shows.timeoutVariable),
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

export function parts(look: Look): Chapter[] {
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

export function dependencies({ job, around, properties }: Look): Chapter {
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
export const pairs = (values: Readonly<Record<string, string>>): string[] =>
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

function variableLines(
  { variables = [], shownVariables = {}, secrets = [] }: Properties | Part,
  shows: Shows,
): string[] {
  const shown = Object.fromEntries(Object.entries(shownVariables).filter(([name]) => shows(name)));
  const hidden = variables.filter((name) => !Object.hasOwn(shown, name));
  return [
    ...pairs(shown),
    ...(hidden.length === 0 ? [] : [`values hidden (${number(hidden.length)}):`, ...rows(hidden)]),
    ...(secrets.length === 0 ? [] : ['from secrets:', ...rows(secrets)]),
  ];
}

/** Of several containers or ranges of nodes each has its own. */
export function environment({ properties }: Look, shows: Shows): Chapter {
  const partLines = (parts: readonly Part[] | undefined, what: string): string[] =>
    (parts ?? []).flatMap((part) => {
      const lines = variableLines(part, shows);
      return lines.length === 0 ? [] : [`_${what}_ ${code(part.name ?? '?')}`, ...lines];
    });
  return {
    title: 'Environment',
    lines: [
      ...variableLines(properties, shows),
      ...partLines(properties.containers, 'container'),
      ...partLines(properties.nodeRanges, 'nodes'),
    ],
  };
}
