/** What an operation would do, before it is confirmed: its facts, a page of its jobs, the inputs, and the buttons. */
import type { InputBlock, KnownBlock } from '@slack/types';
import type { Facts, Operation } from '../history/records/operation';
import type { JobRow } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, cut, dotted, escaped, LIMITS, type Message, section } from './kit';
import type { OperationWords } from './operation';
import { type Page, rangeOf, turning } from './pages';
import { stateWord } from './status';
import { ago, duration } from './time';
import { count, number, some } from './words';

/** `14 jobs`, `1 array of 2,000 children`, `3 jobs and 2 arrays of 40 children`: everything that is meant by these. */
export function whatWords(jobs: readonly JobRow[]): string {
  const parents = jobs.filter(({ arraySize }) => arraySize !== undefined);
  const singles = jobs.length - parents.length;
  const children = parents.reduce((sum, { arraySize }) => sum + (arraySize ?? 0), 0);
  const parts = [
    ...(singles > 0 ? [count(singles, 'job')] : []),
    ...(parents.length > 0 ? [`${count(parents.length, 'array')} of ${count(children, 'child', 'children')}`] : []),
  ];
  return parts.join(' and ');
}

/** How many jobs that is, each array counted by its children. */
export const sizeOfJobs = (jobs: readonly JobRow[]): number =>
  jobs.reduce((sum, { arraySize }) => sum + (arraySize ?? 1), 0);

/** `spot-p1 (201), ondemand (13)`, most first. */
function tally(values: readonly string[], most: number): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return some(
    sorted.map(([value, n]) => `${value} (${number(n)})`),
    most,
  );
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
    states: tally(jobs.map(stateWord), 7),
    queues: tally(
      jobs.map((job) => job.queue ?? 'no queue known'),
      4,
    ),
    owners: tally(jobs.map(owner), 4),
    ...(oldest === undefined ? {} : { oldest }),
    ...(newest === undefined ? {} : { newest }),
  };
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
    command: `${words.verb} --confirm${more} ${op}`,
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
    ...turning(`${words.verb} --page ${op}`, page),
    button({ label: `Keep ${thoseOf(operation)}`, command: `${words.verb} --keep ${op}`, replace: true }),
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
          command: `${words.verb} ${operation.words}`,
          replace: true,
          style: 'primary',
        }),
        button({ label: `Keep ${thoseOf(operation)}`, command: `${words.verb} --keep ${operation.op}`, replace: true }),
        confirmButton({ operation, words }, ' --shown'),
      ),
    ],
  };
}
