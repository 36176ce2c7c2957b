/** Job definitions: the newest revision of each, what it runs and asks for, and when it was last used. */
import type { Definition, ExitRule } from '../jobs/definition';
import { bold, button, code, context, cutMiddle, dotted, escaped, linkButton, type Message, section } from './kit';
import { batchLink } from './links';
import { foot, menu, type Page, type Shown } from './pages';
import { ago, duration } from './time';
import { timeoutFacts } from './timeoutLines';
import { count, memory, number, some } from './words';

/** The active revisions of one name, newest first; never empty. */
export interface DefinitionFamily {
  name: string;
  newest: Definition;
  revisions: readonly Definition[];
}

/** How often a definition's jobs are in history, and the newest of them (ms). */
export interface DefinitionUse {
  jobs: number;
  /** There may be more than were counted. */
  isAtLeast: boolean;
  lastAt: number | undefined;
}

/** An image without its registry's host, which is the same for all. */
const shortImage = (image: string): string => image.replace(/^\d{12}\.dkr\.ecr\.[^/]+\//, '');

/** `2 vCPU, 8 GiB, 1 GPU`. */
function resourceWords({ runs }: Definition): string | undefined {
  const parts = [
    runs.vcpus === undefined ? undefined : `${number(runs.vcpus)} vCPU`,
    runs.memoryMiB === undefined ? undefined : memory(runs.memoryMiB),
    runs.gpus === undefined ? undefined : count(runs.gpus, 'GPU'),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function limitWords({ runs, attempts }: Definition, timeoutVariable: string): string[] {
  return [
    runs.timeoutSeconds === undefined
      ? 'no timeout'
      : `times out after ${duration(runs.timeoutSeconds * 1000)} an attempt`,
    ...timeoutFacts({ ...runs, timeoutSeconds: undefined }, timeoutVariable),
    attempts === 1 ? 'no retries' : `${attempts} attempts`,
  ];
}

const kindWords = ({ type, platforms, runs, containers }: Definition): string[] => [
  ...(platforms.length === 0 ? [] : [platforms.map((name) => (name === 'FARGATE' ? 'Fargate' : name)).join(' or ')]),
  ...(type === 'multinode' ? [runs.nodes === undefined ? 'several nodes' : count(runs.nodes, 'node')] : []),
  ...(containers > 1 ? [count(containers, 'container')] : []),
];

/** @param window for how long back was looked, in words: ` in 30 days`, or nothing for ever */
function usedWords(use: DefinitionUse | undefined, now: number, window: string): string {
  if (use === undefined || use.jobs === 0) return `not used${window === '' ? ' as far as I know' : window}`;
  const last = use.lastAt === undefined ? '' : `, last ${ago(use.lastAt, now)}`;
  return `${number(use.jobs)}${use.isAtLeast ? '+' : ''} ${use.jobs === 1 ? 'job' : 'jobs'}${window}${last}`;
}

const revisionWords = ({ newest, revisions }: DefinitionFamily): string =>
  revisions.length === 1
    ? `revision ${newest.revision}`
    : `revision ${newest.revision}, ${number(revisions.length)} active`;

export interface DefinitionsProps extends Shown {
  page: Page<DefinitionFamily>;
  all: readonly DefinitionFamily[];
  uses: ReadonlyMap<string, DefinitionUse>;
  window: string;
  /** How they are sorted, in words. */
  order: string;
  notes: readonly string[];
  now: number;
  region: string;
  /** The environment variable that holds a timeout. */
  timeoutVariable: string;
}

export function definitions(props: DefinitionsProps): Message {
  const { all, page, uses, window, now, region } = props;
  const revisions = all.reduce((sum, family) => sum + family.revisions.length, 0);
  const title = `${count(all.length, 'definition')}, ${count(revisions, 'active revision')}`;
  return {
    text: `${title}.`,
    blocks: [
      section(dotted([`*${title}*`, props.order])),
      ...page.items.map((family) => {
        const { name, newest } = family;
        const resources = resourceWords(newest);
        const facts = [
          ...(newest.runs.image === undefined ? [] : [escaped(cutMiddle(shortImage(newest.runs.image), 90))]),
          ...(resources === undefined ? [] : [resources]),
        ];
        return section(
          [
            dotted([bold(name), revisionWords(family), ...kindWords(newest)]),
            dotted(facts),
            dotted([usedWords(uses.get(name), now, window), ...limitWords(newest, props.timeoutVariable)]),
          ].join('\n'),
          menu([
            { label: 'Definition', command: `defs ${name}` },
            { label: 'Jobs', command: `search def:${name}` },
            { label: 'Failed jobs', command: `search def:${name} status:failed` },
            ...(newest.arn === undefined
              ? []
              : [{ label: 'Open in AWS', command: '-', url: batchLink(newest.arn, region) }]),
          ]),
        );
      }),
      ...foot(props, {
        page,
        notes: props.notes,
        controls: [
          button({ label: 'Recently used', command: 'defs sort:used' }),
          button({ label: 'Queues', command: 'queues' }),
        ],
      }),
    ],
  };
}

const ruleWords = ({ action, on }: ExitRule): string =>
  `${action === 'RETRY' ? 'retry' : 'give up'}${on.map(([what, value], n) => `${n === 0 ? ' on' : ' and'} ${what} “${value}”`).join('')}`;

export interface DefinitionCardProps extends Shown {
  family: DefinitionFamily;
  /** The revision to show. */
  chosen: Definition;
  use: DefinitionUse;
  failed: number;
  /** By revision, of those that are shown. */
  lastUses: ReadonlyMap<number, DefinitionUse>;
  now: number;
  region: string;
  /** The environment variable that holds a timeout. */
  timeoutVariable: string;
}

/** Environment variables, parameters and tags are listed up to so many. */
const MOST_LISTED = 12;

export function definitionCard(props: DefinitionCardProps): Message {
  const { family, chosen, use, failed, lastUses, now, region } = props;
  const { runs } = chosen;
  const { name } = family;
  const isNewest = chosen.revision === family.newest.revision;
  const resources = resourceWords(chosen);
  const facts: (readonly [string, string | undefined])[] = [
    ['Image', runs.image === undefined ? undefined : code(runs.image)],
    ['Command', runs.command === undefined ? undefined : code(cutMiddle(runs.command.join(' '), 400))],
    ['Asks for', resources],
    ['Limits', dotted(limitWords(chosen, props.timeoutVariable))],
    ['After an attempt', chosen.rules.length === 0 ? undefined : escaped(chosen.rules.map(ruleWords).join('; '))],
    [
      'Roles',
      [chosen.jobRole, chosen.executionRole && `${chosen.executionRole} (execution)`]
        .filter((role) => role)
        .map((role) => escaped(role ?? ''))
        .join(', ') || undefined,
    ],
    [
      'Log',
      runs.logDriver === undefined
        ? undefined
        : escaped([runs.logDriver, runs.logGroup].filter((part) => part).join(' ')),
    ],
    ['Priority', chosen.priority === undefined ? undefined : String(chosen.priority)],
    ['Variables', chosen.variables.length === 0 ? undefined : escaped(some(chosen.variables, MOST_LISTED))],
    [
      'Parameters',
      Object.keys(chosen.parameters).length === 0
        ? undefined
        : escaped(
            some(
              Object.entries(chosen.parameters).map(([key, value]) => `${key}=${cutMiddle(value, 60)}`),
              MOST_LISTED,
            ),
          ),
    ],
  ];
  const tags = Object.entries(chosen.tags).map(([key, value]) => escaped(`${key}=${value}`));
  const shown = family.revisions.filter(({ revision }) => lastUses.has(revision));
  const rest = family.revisions.length - shown.length;
  const revisions = shown.map(({ revision }) => `${revision}: ${usedWords(lastUses.get(revision), now, '')}`);
  return {
    text: `Definition ${name}:${chosen.revision}${resources === undefined ? '' : `, ${resources}`}, ${usedWords(use, now, '')}.`,
    blocks: [
      section(
        [
          dotted([
            bold(`${name}:${chosen.revision}`),
            isNewest ? 'newest revision' : `the newest is ${family.newest.revision}`,
            ...kindWords(chosen),
          ]),
          dotted([usedWords(use, now, ''), ...(failed === 0 ? [] : [`${count(failed, 'job')} failed in 7 days`])]),
        ].join('\n'),
      ),
      section(facts.flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${value}`])).join('\n')),
      section(
        [
          `*${count(family.revisions.length, 'active revision')}*`,
          ...revisions,
          ...(rest > 0 ? [`and ${number(rest)} older`] : []),
        ].join('\n'),
      ),
      ...(tags.length === 0 ? [] : [context(dotted(tags))]),
      ...foot(props, {
        controls: [
          button({ label: 'Jobs', command: `search def:${name}`, says: 'Its jobs, of any revision' }),
          ...(failed === 0 ? [] : [button({ label: 'Failed', command: `search def:${name} status:failed since:7d` })]),
          button({ label: 'Running', command: `search def:${name} status:active` }),
          ...(isNewest ? [] : [button({ label: 'Newest revision', command: `defs ${name}`, replace: true })]),
          ...(chosen.arn === undefined ? [] : [linkButton('Open in AWS', batchLink(chosen.arn, region))]),
        ],
      }),
    ],
  };
}
