/** The audit in plain words: one entry a line, newest first, and an operation whole. */
import type { AuditEntry, AuditResult } from '../history/records/audit';
import { actions, button, code, context, cut, dotted, escaped, header, type Message, section } from './kit';
import { roleWords, subjectWords } from './roles';
import { ago, moment } from './time';
import { count, number } from './words';

const MOST_WORDS = 80;
const MOST_REASON = 120;

const KNOWING: Readonly<Record<NonNullable<AuditEntry['knowing']>, string>> = {
  grown: ', only those shown, though more matched',
  retried: ', though others had retried some meanwhile',
};

/** How the work on jobs that a verb asks for is told: what it is to do, while it is on its way, and when it is done. */
const VERBS: Readonly<Record<string, { to: string; being: string; past: string }>> = {
  cancel: { to: 'cancel', being: 'cancelling', past: 'cancelled' },
  queue: { to: 'cancel', being: 'cancelling', past: 'cancelled' },
  retry: { to: 'retry', being: 'retrying', past: 'retried' },
  timeout: { to: 'time out', being: 'timing out', past: 'timed out' },
};

const OUTCOMES: Readonly<Record<string, string>> = {
  stopped: 'stopped',
  ended: 'had ended',
  stopping: 'were being stopped already',
  gone: 'Batch had forgotten',
  started: 'had started and were left alone',
  moved: 'were in another state and left alone',
  partly: 'stopped but for children in other states',
  failed: 'failed',
  submitted: 'submitted again',
  retried: 'were retried by others meanwhile',
};

/** `212 stopped, 1 had ended, 1 failed`. */
function outcomeWords({ outcomes = {}, count: all = 0 }: AuditEntry): string {
  const told = Object.entries(outcomes).filter(([, n]) => n > 0);
  const left = all - told.reduce((sum, [, n]) => sum + n, 0);
  return [
    ...told.map(([outcome, n]) => `${number(n)} ${escaped(OUTCOMES[outcome] ?? outcome)}`),
    ...(left > 0 ? [`${number(left)} left alone`] : []),
  ].join(', ');
}

function place(channel: string): string {
  if (/^[CG]/.test(channel)) return ` in <#${channel}>`;
  if (channel.startsWith('D')) return ' in a direct message';
  return channel === '' ? '' : ' in the App Home';
}

/** Mentions as they read: `<@U012AB3CD|ada>` is `@ada`. */
const readable = (words: string): string =>
  words
    .trim()
    .replace(/<([@#]|!subteam\^)([A-Z0-9]+)(?:\|@?([^>]*))?>/g, (_, kind: string, id: string, name?: string) => {
      const sign = kind === '#' ? '#' : '@';
      return `${sign}${name || id}`;
    });

/** What somebody did, to be read after their name. */
function deed(entry: AuditEntry): string {
  const { verb, what, words, count: jobs, grant, told } = entry;
  const asked = cut(readable(words), MOST_WORDS);
  const typed = asked === '' ? '' : ` “${escaped(asked)}”`;
  const whole = code(`${verb} ${asked}`.trim());
  const known = jobs === undefined ? undefined : VERBS[verb];
  const about = `${count(jobs ?? 0, 'job')}${typed}`;
  const being = known === undefined ? whole : `${known.being} ${about}`;
  switch (what) {
    case 'asked':
      return known === undefined ? `asked for ${whole}` : `asked to ${known.to} ${about}`;
    case 'confirmed':
      return `confirmed ${being}${entry.knowing === undefined ? '' : KNOWING[entry.knowing]}`;
    case 'kept':
      return `called off ${being}`;
    case 'halted':
      return `stopped ${being}`;
    case 'finished':
      return known === undefined ? `did ${whole}` : `${known.past} ${about}`;
    case 'refused':
      return `was refused ${whole}`;
    case 'done':
      if (grant === undefined) return told === undefined ? `did ${whole}` : escaped(told);
      return grant.taken
        ? `took ${roleWords(grant.role, grant.queues)} from ${subjectWords(grant.to)}`
        : `gave ${roleWords(grant.role, grant.queues)} to ${subjectWords(grant.to)}`;
  }
}

/** Who did what, where, and how it went. */
function said(entry: AuditEntry): string {
  const outcomes = entry.what === 'finished' ? `, ${outcomeWords(entry) || 'nothing'}` : '';
  const reason = entry.reason === undefined ? '' : `: ${escaped(cut(entry.reason, MOST_REASON))}`;
  return `*${escaped(entry.by.name)}* ${deed(entry)}${place(entry.channel)}${outcomes}${reason}`;
}

/** `ada cancelled 214 jobs “preregA user:me” in #ops, 212 stopped, 1 had ended, 1 failed · op K7F2 · 2 h ago`. */
export function auditLine(entry: AuditEntry, now: number): string {
  return dotted([said(entry), ...(entry.op === undefined ? [] : [`op ${escaped(entry.op)}`]), ago(entry.at, now)]);
}

export interface AuditPageProps {
  entries: readonly AuditEntry[];
  /** The command that gave this page, without its place. */
  asked: string;
  older?: string | undefined;
  newer?: string | undefined;
  notes: readonly string[];
  now: number;
}

export function auditPage({ entries, asked, older, newer, notes, now }: AuditPageProps): Message {
  const lines = entries.map((entry) => auditLine(entry, now));
  const turns = [
    ...(newer === undefined ? [] : [button({ label: 'Previous', command: `${asked} after:${newer}`, replace: true })]),
    ...(older === undefined
      ? []
      : [
          button({
            label: entries.length === 0 ? 'Look further back' : 'Next',
            command: `${asked} before:${older}`,
            replace: true,
            style: 'primary',
          }),
        ]),
  ];
  const operations = [...new Set(entries.flatMap(({ op }) => op ?? []))].slice(0, 3);
  const opens = operations.map((op) => button({ label: `Op ${op}`, command: `audit op:${op}` }));
  const half = Math.ceil(lines.length / 2);
  return {
    text:
      entries.length === 0
        ? 'The audit has no such entry.'
        : `${count(entries.length, 'entry', 'entries')} of the audit, newest first.`,
    blocks: [
      // Two sections, since one takes 3,000 characters.
      ...(entries.length === 0
        ? [section('The audit has no such entry.')]
        : [lines.slice(0, half), lines.slice(half)]
            .filter((some) => some.length > 0)
            .map((some) => section(some.join('\n')))),
      ...(notes.length === 0 ? [] : [context(...notes)]),
      ...(turns.length + opens.length === 0 ? [] : [actions(...turns, ...opens)]),
    ],
  };
}

export interface AuditOperationProps {
  op: string;
  /** Oldest first. */
  entries: readonly AuditEntry[];
  /** The jobs of one outcome, or of those that failed. */
  results: readonly AuditResult[];
  outcome: string;
  /** There are more after these. */
  more: boolean;
}

const MOST_REFUSALS = 5;

const resultLine = ({ id, why, newId }: AuditResult): string =>
  [code(id), ...(newId === undefined ? [] : [`→ ${code(newId)}`]), ...(why === undefined ? [] : [escaped(why)])].join(
    '  ',
  );

/** An operation from the asking to the end, with what failed, or the jobs of another outcome. */
export function auditOperation({ op, entries, results, outcome, more }: AuditOperationProps): Message {
  const finished = entries.find(({ what }) => what === 'finished');
  const refusals = entries.filter(({ what }) => what === 'refused');
  const shown = entries.filter((entry) => !refusals.slice(MOST_REFUSALS).includes(entry));
  const outcomes = Object.entries(finished?.outcomes ?? {}).filter(([, n]) => n > 0);
  const total = finished?.outcomes?.[outcome] ?? results.length;
  const others = outcomes
    .filter(([other]) => other !== outcome || results.length === 0)
    .map(([other, n]) =>
      button({
        label: `${number(n)} ${OUTCOMES[other] ?? other}`,
        command: `audit op:${op} outcome:${other}`,
        replace: true,
      }),
    );
  const last = results.at(-1);
  const next =
    more && last !== undefined
      ? [
          button({
            label: 'Next',
            command: `audit op:${op} outcome:${outcome} after:${last.id}`,
            replace: true,
            style: 'primary',
          }),
        ]
      : [];
  return {
    text: `Operation ${op}: ${finished === undefined ? 'not finished' : outcomeWords(finished)}.`,
    blocks: [
      header(`Operation ${op}`),
      section(shown.map((entry) => `${moment(entry.at)}  ${said(entry)}`).join('\n')),
      ...(shown.length < entries.length
        ? [context(`${count(refusals.length - MOST_REFUSALS, 'more refusal')} is in ${code('audit what:refused')}`)]
        : []),
      ...(results.length === 0
        ? []
        : [
            section(
              `*${number(total)} ${escaped(OUTCOMES[outcome] ?? outcome)}*\n${results.map(resultLine).join('\n')}`,
            ),
          ]),
      ...(next.length + others.length === 0 ? [] : [actions(...next, ...others)]),
    ],
  };
}
