/** What an operation would do, before it is confirmed: its facts, a page of its jobs, the inputs, and the buttons. */
import type { InputBlock, KnownBlock } from '@slack/types';
import type { Facts, Operation } from '../history/records/operation';
import { arrayParentOf, type JobRow } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, cut, dotted, escaped, LIMITS, type Message, section } from './kit';
import type { OperationWords } from './operation';
import { type Page, rangeOf, turning } from './pages';
import { stateWord } from './status';
import { ago, duration } from './time';
import { count, number, some } from './words';

/**
 * `14 jobs`, `1 array of 2,000 children`, `3 children of an array`, `3 jobs and 2 arrays of 40 children`: everything that is
 * meant by these, each as what it is.
 */
export function whatWords(jobs: readonly JobRow[]): string {
  const parents = jobs.filter(({ arraySize }) => arraySize !== undefined);
  const inside = parents.reduce((sum, { arraySize }) => sum + (arraySize ?? 0), 0);
  const children = jobs.flatMap(({ id }) => arrayParentOf(id) ?? []);
  const arrays = new Set(children).size;
  const singles = jobs.length - parents.length - children.length;
  const parts = [
    ...(singles > 0 ? [count(singles, 'job')] : []),
    ...(children.length > 0
      ? [`${count(children.length, 'child', 'children')} of ${arrays === 1 ? 'an array' : count(arrays, 'array')}`]
      : []),
    ...(parents.length > 0 ? [`${count(parents.length, 'array')} of ${count(inside, 'child', 'children')}`] : []),
  ];
  return parts.length < 3 ? parts.join(' and ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** How many jobs that is, each array counted by its children. */
export const sizeOfJobs = (jobs: readonly JobRow[]): number =>
  jobs.reduce((sum, { arraySize }) => sum + (arraySize ?? 1), 0);

/** `spot-p1 (201), ondemand (13)`, most first, of values each with how many jobs it is of. */
function tally(values: readonly (readonly [value: string, jobs: number])[], most: number): string {
  const counts = new Map<string, number>();
  for (const [value, n] of values) counts.set(value, (counts.get(value) ?? 0) + n);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return some(
    sorted.map(([value, n]) => `${value} (${number(n)})`),
    most,
  );
}

/** The states of a job, or of an array's children: it is PENDING itself while they run. */
function statesIn(job: JobRow): [string, number][] {
  const known = Object.entries(job.children?.counts ?? {}).filter(([, n]) => n > 0);
  return job.arraySize === undefined || known.length === 0
    ? [[stateWord(job), job.arraySize ?? 1]]
    : known.map(([status, n]) => [status.toLowerCase(), n]);
}

/** @param asker the name of the person who asks, who is `you` among the owners */
export function factsOf(
  jobs: readonly JobRow[],
  userOf: (job: JobRow) => string | undefined,
  asker: string,
): Omit<Facts, 'notes' | 'instead'> {
  const owner = (job: JobRow): string => {
    const user = userOf(job);
    return user?.toLowerCase() === asker.toLowerCase() ? 'you' : (user ?? 'no submitter tag');
  };
  let [oldest, newest]: (number | undefined)[] = [];
  for (const { createdAt } of jobs) {
    if (createdAt === undefined) continue;
    oldest = Math.min(oldest ?? createdAt, createdAt);
    newest = Math.max(newest ?? createdAt, createdAt);
  }
  return {
    states: tally(jobs.flatMap(statesIn), 7),
    queues: tally(
      jobs.map((job) => [job.queue ?? 'no queue known', job.arraySize ?? 1]),
      4,
    ),
    owners: tally(
      jobs.map((job) => [owner(job), job.arraySize ?? 1]),
      4,
    ),
    ...(oldest === undefined ? {} : { oldest }),
    ...(newest === undefined ? {} : { newest }),
  };
}

/**
 * How arrays are meant among the jobs of a preview, in whole sentences.
 * @param covered children that go with an array
 * @param gathered arrays in place of all of their children
 * @param mixed arrays that go on, since they have children in other states
 */
export function arraysTogether({
  covered,
  gathered,
  mixed,
}: Record<'covered' | 'gathered' | 'mixed', readonly JobRow[]>): string[] {
  const inPlace = new Set(gathered.map(({ id }) => id));
  const along = covered.filter(({ id }) => !inPlace.has(arrayParentOf(id) ?? '')).length;
  const children = (n: number) => count(n, 'child', 'children');
  return [
    ...(along === 0
      ? []
      : [`${children(along)} that the search found too ${along === 1 ? 'goes' : 'go'} with the array.`]),
    ...(gathered.length === 0
      ? []
      : [
          `${children(covered.length - along)} that the search found ${gathered.length === 1 ? 'are all of an array' : `are all of ${count(gathered.length, 'array')}`} that have not ended: ${gathered.length === 1 ? 'it is' : 'they are'} cancelled as a whole.`,
        ]),
    ...(mixed.length === 0
      ? []
      : [
          `${count(mixed.length, 'array')} with children in other states ${mixed.length === 1 ? 'goes' : 'go'} on; of ${mixed.length === 1 ? 'it' : 'them'} only the children in these states are cancelled.`,
        ]),
  ];
}

const MINUTE_MS = 60_000;

function input(id: string, label: string, placeholder: string, optional: boolean, typed = ''): InputBlock {
  return {
    type: 'input',
    block_id: id,
    optional,
    label: { type: 'plain_text', text: label },
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: 300,
      placeholder: { type: 'plain_text', text: placeholder },
      ...(typed === '' ? {} : { initial_value: typed.slice(0, 300) }),
    },
  };
}

export interface ConfirmProps {
  operation: Operation;
  words: OperationWords;
  /** How many jobs it is about where that has to be typed. */
  typeNumber: number | undefined;
  /** What stands in the inputs already. */
  typed: Readonly<Record<string, string>>;
}

/** What somebody fills in before the button that does it. */
export const confirmInputs = ({ typeNumber, typed }: Omit<ConfirmProps, 'operation' | 'words'>): KnownBlock[] => [
  input('reason', 'Reason', 'Kept by Batch with each job', true, typed.reason),
  ...(typeNumber === undefined
    ? []
    : [
        // Optional for Slack, which would hold up the other buttons of the message too.
        input('number', `Type ${typeNumber} to confirm`, 'The number of jobs', true, typed.number),
      ]),
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const thoseOf = ({ count: n }: Operation): string => (n === 1 ? 'it' : 'them');

/** The red button, with Slack's own dialog. */
export function confirmButton({ operation, words }: Omit<ConfirmProps, 'typeNumber' | 'typed'>, more = '') {
  const { op, what, facts } = operation;
  const label = capital(`${words.verb} ${what}`);
  const about = facts === undefined ? what : `${facts.states}; in ${facts.queues}.`;
  return button({
    label,
    command: `${words.command} --confirm${more} ${op}`,
    replace: true,
    style: 'danger',
    confirm: {
      title: `${label}?`,
      text: `${cut(about, 260)} This can't be undone.`,
      confirm: label.length <= LIMITS.confirmButton ? label : capital(`${words.verb} ${thoseOf(operation)}`),
      deny: `Keep ${thoseOf(operation)}`,
    },
  });
}

export interface PreviewProps extends ConfirmProps {
  page: Page<JobRow>;
  now: number;
}

export function operationPreview(props: PreviewProps): Message {
  const { operation, words, page, typed, typeNumber, now } = props;
  const { op, what, facts, expiresAtMs } = operation;
  const title = capital(`${words.verb} ${what}?`);
  const { oldest, newest } = facts ?? {};
  const ages = oldest === undefined || newest === undefined ? undefined : [ago(oldest, now), ago(newest, now)];
  const lines = [
    `*${title}*`,
    ...(facts === undefined
      ? []
      : [
          `States: ${escaped(facts.states)}`,
          `Queues: ${escaped(facts.queues)}`,
          `Owners: ${escaped(facts.owners)}`,
          ...(ages === undefined
            ? []
            : [page.total === 1 ? `Submitted ${ages[0]}` : `Oldest ${ages[0]}, newest ${ages[1]}`]),
          ...facts.notes.map(escaped),
        ]),
  ];
  const range = rangeOf(page);
  const list = page.items.map((job) => shortLine(job, now)).join('\n');
  const buttons = [
    ...turning(`${words.command} --page ${op}`, page),
    button({ label: `Keep ${thoseOf(operation)}`, command: `${words.command} --keep ${op}`, replace: true }),
    ...(facts?.instead === undefined ? [] : [button({ ...facts.instead, replace: true })]),
    confirmButton(props),
  ];
  return {
    text: facts === undefined ? title : `${title} ${facts.states}; in ${facts.queues}.`,
    blocks: [
      section(lines.join('\n')),
      context(list),
      ...confirmInputs({ typeNumber, typed }),
      context(
        dotted([
          ...(range === undefined ? [] : [range]),
          `Operation ${op}. Exactly these jobs, looked at again when you confirm; those that end before are left alone. The button works for ${duration(Math.ceil((expiresAtMs - now) / MINUTE_MS) * MINUTE_MS)}.`,
        ]),
      ),
      actions(...buttons),
    ],
  };
}

/** The search finds more by now than was shown. */
export function operationGrown(props: ConfirmProps, more: readonly JobRow[], now: number): Message {
  const { operation, words } = props;
  const n = more.length;
  const text = `Nothing was ${words.did} yet: ${count(n, 'more job')} ${n === 1 ? 'matches' : 'match'} now than you were shown.`;
  return {
    text,
    blocks: [
      section(`${text} Look at all of them, or ${words.verb} only the ones that you were shown.`),
      context(
        [...more.slice(0, 5).map((job) => shortLine(job, now)), ...(n > 5 ? [`and ${count(n - 5, 'more')}`] : [])].join(
          '\n',
        ),
      ),
      ...confirmInputs(props),
      actions(
        button({
          label: 'Show a fresh preview',
          command: `${words.command} ${operation.words}`,
          replace: true,
          style: 'primary',
        }),
        button({
          label: `Keep ${thoseOf(operation)}`,
          command: `${words.command} --keep ${operation.op}`,
          replace: true,
        }),
        confirmButton({ operation, words }, ' --shown'),
      ),
    ],
  };
}
