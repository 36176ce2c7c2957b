/** The form behind Narrow: a search as fields, and back again. */
import type { InputBlock, PlainTextOption } from '@slack/types';
import type { StatusWord } from '../jobs/query';
import { quoted, splitWords } from '../jobs/words';
import type { Form } from '../slack/receive';

/** The usual first. Written out: jobs/job brings zod, which would be 16 ms more of the front's start. */
const STATES: readonly StatusWord[] = [
  'active',
  'failed',
  'succeeded',
  'running',
  'runnable',
  'timedout',
  'cancelled',
  'terminated',
  'submitted',
  'pending',
  'starting',
];
const SPANS: readonly (readonly [string, string])[] = [
  ['1h', 'last hour'],
  ['24h', 'last 24 hours'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
];

const ANY = 'any';
const option = (value: string, label = value): PlainTextOption => ({
  text: { type: 'plain_text', text: label },
  value,
});

function text(id: string, label: string, hint: string, value: string | undefined): InputBlock {
  return {
    type: 'input',
    block_id: id,
    optional: true,
    label: { type: 'plain_text', text: label },
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: 300,
      placeholder: { type: 'plain_text', text: hint },
      ...(value === undefined || value === '' ? {} : { initial_value: value.slice(0, 300) }),
    },
  };
}

function select(id: string, label: string, options: PlainTextOption[], value: string | undefined): InputBlock {
  const initial = options.find((candidate) => candidate.value === value);
  return {
    type: 'input',
    block_id: id,
    optional: true,
    label: { type: 'plain_text', text: label },
    element: {
      type: 'static_select',
      action_id: id,
      placeholder: { type: 'plain_text', text: 'Any' },
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  };
}

/** The filters that the form has fields for; every other one is kept as it is. */
const FIELDS = new Set(['status', 'queue', 'user', 'since']);

function parts(command: string): { words: string[]; fields: Record<string, string>; others: string[] } {
  const found: ReturnType<typeof parts> = { words: [], fields: {}, others: [] };
  for (const token of splitWords(
    command.replace(/^search\b/, ''),
    new Set([
      ...FIELDS,
      'def',
      'image',
      'reason',
      'exit',
      'until',
      'array',
      'tag',
      'name',
      'incident',
      'sort',
      'after',
      'before',
    ]),
  )) {
    if (token.kind === 'word') found.words.push(/\s/.test(token.value) ? quoted(token.value) : token.value);
    else if (token.kind === 'filter' && FIELDS.has(token.key)) found.fields[token.key] = token.value;
    else if (token.kind === 'filter' && token.key !== 'after' && token.key !== 'before')
      found.others.push(`${token.key}:${quoted(token.value)}`);
  }
  return found;
}

export const searchForm: Form = {
  open(command) {
    const { words, fields } = parts(command);
    // Slack has no way to empty a select once something is chosen.
    const spans = [option(ANY, 'any time'), ...SPANS.map(([value, label]) => option(value, label))];
    const since = fields.since;
    if (since !== undefined && !SPANS.some(([value]) => value === since))
      spans.unshift(option(since.slice(0, 75), `since ${since}`.slice(0, 75)));
    const states = [option(ANY, 'any state'), ...STATES.map((state) => option(state))];
    const status = fields.status;
    if (status !== undefined && !STATES.some((state) => state === status)) states.unshift(option(status.slice(0, 75)));
    return {
      title: { type: 'plain_text', text: 'Search jobs' },
      submit: { type: 'plain_text', text: 'Search' },
      close: { type: 'plain_text', text: 'Back' },
      blocks: [
        text('words', 'Words', 'all must match: name, queue, image, reason, tags…', words.join(' ')),
        select('status', 'State', states, status),
        text('queue', 'Queue', 'a name, * allowed', fields.queue),
        text('user', 'Submitted by', 'a name, or me', fields.user),
        select('since', 'Created', spans, since),
      ],
    };
  },
  read(values, command) {
    const filters = ['status', 'queue', 'user', 'since'].flatMap((key) => {
      const value = values[key]?.trim();
      return value === undefined || value === '' || value === ANY
        ? []
        : [`${key}:${/\s/.test(value) ? quoted(value) : value}`];
    });
    return ['search', values.words?.trim() ?? '', ...filters, ...parts(command).others]
      .filter((part) => part !== '')
      .join(' ');
  },
};
