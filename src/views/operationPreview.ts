/** What an operation would do, before it is confirmed: its facts, a page of its jobs, the inputs, and the buttons. */
import type { JobRow } from '../jobs/job';
import { shortLine } from './jobLine';
import { actions, button, context, dotted, escaped, type Message, section } from './kit';
import { type ConfirmProps, capital, confirmButton, confirmInputs, leaveButton } from './operationConfirm';
import { type Page, rangeOf, turning } from './pages';
import { ago, duration } from './time';

const MINUTE_MS = 60_000;

export interface PreviewProps extends ConfirmProps {
  page: Page<JobRow>;
  now: number;
}

export function operationPreview(props: PreviewProps): Message {
  const { operation, words, page, now } = props;
  const { op, what, facts, expiresAtMs, state } = operation;
  const title = capital(`${words.verb} ${what}?`);
  const { oldest, newest } = facts ?? {};
  const ages = oldest === undefined || newest === undefined ? undefined : [ago(oldest, now), ago(newest, now)];
  const lines = [
    `*${title}*`,
    ...(facts === undefined
      ? []
      : [
          ...(facts.does === undefined ? [] : [escaped(facts.does)]),
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
  const isOpen = state === 'asked' && expiresAtMs > now;
  const standing = isOpen
    ? `Operation ${op}. ${words.preview.exactly} The button works for ${duration(Math.ceil((expiresAtMs - now) / MINUTE_MS) * MINUTE_MS)}.`
    : state === 'asked'
      ? `Operation ${op}. This preview is too old to act on.`
      : `Operation ${op} was ${state === 'kept' ? 'called off' : 'confirmed'} already.`;
  const turns = turning(`${words.command} --page ${op}`, page);
  const buttons = isOpen
    ? [
        ...turns,
        leaveButton(props),
        ...(facts?.instead === undefined ? [] : [button({ ...facts.instead, replace: true })]),
        confirmButton(props),
      ]
    : [
        ...turns,
        button({ label: 'Show a fresh preview', command: `${words.command} ${operation.words}`, replace: true }),
      ];
  return {
    text:
      facts === undefined
        ? title
        : [title, facts.does, `${facts.states}; in ${facts.queues}.`].filter(Boolean).join(' '),
    blocks: [
      section(lines.join('\n')),
      context(list),
      ...(isOpen ? confirmInputs(props) : []),
      context(dotted([...(range === undefined ? [] : [range]), standing])),
      actions(...buttons),
    ],
  };
}
