/** Help: one screen for all verbs, and a page with an example for one. */
import { actions, button, code, context, escaped, header, type Message, section } from './kit';

export interface HelpEntry {
  name: string;
  summary: string;
  group: 'asks' | 'acts' | 'tells';
  usage: string;
  example: string;
  filters: { name: string; meaning: string }[];
  flags: readonly string[];
  searches: boolean;
  changes: boolean;
}

const GROUPS = { asks: 'Ask', acts: 'Act (asks to confirm)', tells: 'Be told' } as const;

/** What a search takes, for the page of every verb that searches. */
export const SEARCH_FILTERS: readonly (readonly [string, string])[] = [
  [
    'status:',
    'submitted, pending, runnable, starting, running, succeeded, failed; or active, done, cancelled, terminated, timedout, lost',
  ],
  ['queue:', 'a queue, * allowed'],
  ['def:', 'a job definition, with or without :revision'],
  ['user:', 'who submitted it (tag submitter or user), or me'],
  ['image: reason: tag:', 'part of the image or reason; tag:key or tag:key=value'],
  ['exit:', '137, !0, 1-127'],
  ['since: until:', '2h, 7d, yesterday, 2026-03-15'],
  ['array:', 'parents, children, or the id of an array'],
  ['name:', 'the exact name'],
  ['sort:', 'newest, oldest, duration, name'],
];

/** Those whose example has a job to work with. */
const runnable = (entries: readonly HelpEntry[]): HelpEntry[] =>
  entries.filter(({ example }) => !example.includes('<id>'));

/** @param entries in the order to show them, the most used first */
export function help(entries: readonly HelpEntry[], slash: string): Message {
  const groups = (Object.keys(GROUPS) as (keyof typeof GROUPS)[]).flatMap((group) => {
    const lines = entries
      .filter((entry) => entry.group === group)
      .map(
        (entry) =>
          `${code(`${slash} ${entry.name}${entry.usage === '' ? '' : ` ${entry.usage}`}`)}\n${escaped(entry.summary)}`,
      );
    return lines.length === 0 ? [] : [section(`*${GROUPS[group]}*\n${lines.join('\n')}`)];
  });
  return {
    text: `batchbot finds, watches and stops AWS Batch jobs. ${entries.map(({ name }) => `${slash} ${name}`).join(', ')}.`,
    blocks: [
      section('*Find any AWS Batch job of any age, read its logs, and cancel many at once.*'),
      ...groups,
      context(
        `${code(`${slash} help search`)} shows the filters. Answers are private until you press Share. A job is named by its id, its first 8 characters or more, its ARN, a console link, or parent:index.`,
      ),
      actions(
        ...runnable(entries.slice(0, 4)).map((entry) =>
          button({
            label: `${slash} ${entry.name} ${entry.example}`.trim().slice(0, 75),
            command: `${entry.name} ${entry.example}`.trim(),
          }),
        ),
      ),
    ],
  };
}

export function helpFor(entry: HelpEntry, slash: string): Message {
  const own = [
    ...entry.filters.map(({ name, meaning }) => [`${name}:`, meaning] as const),
    ...entry.flags.map((flag) => [`--${flag}`, FLAGS[flag] ?? ''] as const),
  ];
  const taken = own.some(([name]) => name === 'reason:');
  const searched = SEARCH_FILTERS.map(([name, meaning]) =>
    taken
      ? ([name.replace('reason: ', ''), meaning.replace('image or reason', 'image')] as const)
      : ([name, meaning] as const),
  );
  const rows = [...own, ...(entry.searches ? searched : [])].map(
    ([name, meaning]) => `${code(name)}  ${escaped(meaning)}`,
  );
  const example = `${entry.name} ${entry.example}`.trim();
  return {
    text: `${slash} ${entry.name} ${entry.usage}: ${entry.summary} For example: ${slash} ${example}`,
    blocks: [
      header(`${slash} ${entry.name}`),
      section(
        `${escaped(entry.summary)}${entry.changes ? ' Needs the operator role and asks to confirm.' : ''}\n${code(`${slash} ${entry.name} ${entry.usage}`.trim())}`,
      ),
      ...(rows.length === 0 ? [] : [section(rows.join('\n'))]),
      ...(entry.searches
        ? [
            context(
              'Words must all match somewhere in name, queue, definition, image, reason, user, tags or command; case never matters. "Quotes keep words together." Filters combine; several values go with commas.',
            ),
          ]
        : []),
      runnable([entry]).length === 0
        ? context(`For example ${code(`${slash} ${example}`)}; no job fits just now.`)
        : actions(
            button({
              label: `${slash} ${example}`.slice(0, 75),
              command: example,
              says: `Run the example ${slash} ${example}`.slice(0, 75),
              style: 'primary',
            }),
          ),
    ],
  };
}

const FLAGS: Readonly<Record<string, string>> = {
  here: 'tell it in this channel',
  me: 'tell it to me alone, in a direct message',
  all: 'those of everybody, for operators',
  'whole-words': 'only jobs that have the words by themselves, not inside longer ones',
  share: 'show the answer to the whole channel',
  follow: 'one message that shows new lines as they are written, for 15 minutes',
  file: 'the whole log as a file; of all jobs that a search finds as one zip',
};
