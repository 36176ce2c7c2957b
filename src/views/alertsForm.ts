/** The forms behind "Add a rule" and "Mute": conditions as fields, and back into the words that somebody would type. */
import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types';
import { quoted, splitWords } from '../jobs/words';
import type { Form } from '../slack/receive';

/** Written out, since the front loads no occasion; a test holds this list to theirs. */
export const OCCASION_NAMES = [
  'failed',
  'retried',
  'timed-out',
  'timeout-near',
  'spot-reclaimed',
  'queue-blocked',
  'stuck-runnable',
  'stuck-starting',
  'stuck-terminated',
  'runs-long',
  'queue-trouble',
  'failure-rate',
  'quiet-queue',
  'timeout-garbage',
] as const;

const SPANS: readonly (readonly [string, string])[] = [
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['today', 'until the end of today'],
  ['fixed', 'until it succeeds'],
  ['1d', '1 day'],
  ['7d', '7 days'],
];
/** How much of an incident is muted. */
const SCOPES: readonly (readonly [string, string])[] = [
  ['incident', 'this incident'],
  ['definition', 'its definition, whatever the cause'],
  ['queue', 'its queue'],
  ['cause', 'its cause, in all queues'],
];
/** Of a card that takes in what many groups failed of. */
const WIDE_SCOPES: readonly (readonly [string, string])[] = [
  ['cause-here', 'all that fails of its cause, where its card is'],
  ['failures-here', 'all failures, where its card is'],
];

const MOST_TEXT = 200;
const MOST_REASON = 300;

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = ([value, label]: readonly [string, string]): PlainTextOption => ({ text: plain(label), value });

function text(id: string, label: string, hint: string, value = '', isRequired = false, most = MOST_TEXT): InputBlock {
  return {
    type: 'input',
    block_id: id,
    optional: !isRequired,
    label: plain(label),
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: most,
      placeholder: plain(hint),
      ...(value === '' ? {} : { initial_value: value.slice(0, most) }),
    },
  };
}

function select(id: string, label: string, options: PlainTextOption[], value: string): InputBlock {
  const initial = options.find((one) => one.value === value) ?? options[0];
  return {
    type: 'input',
    block_id: id,
    label: plain(label),
    element: {
      type: 'static_select',
      action_id: id,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  };
}

/** The filters that both forms have fields for, as they are typed. */
const CONDITIONS = ['queue', 'def', 'name', 'tag', 'user', 'cause'] as const;
const KEYS = new Set([...CONDITIONS, 'occasion', 'severity', 'incident', 'to', 'for', 'reason', 'scope']);

/** What stands in the command that opened the form. */
function fieldsOf(command: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const token of splitWords(command, KEYS)) if (token.kind === 'filter') found[token.key] = token.value;
  return found;
}

function conditionFields(known: Record<string, string>): InputBlock[] {
  return [
    text('queue', 'Queue', 'a name, * allowed: spot-*', known.queue),
    text('def', 'Job definition', 'align, align:7 or align*', known.def),
    text('name', 'Job name', 'nightly-*', known.name),
    text('user', 'Submitted by', 'a name, or me', known.user),
    text('tag', 'Tag', 'key or key=value', known.tag),
    text('cause', 'Cause', 'outOfMemory, timeout, spotInterrupted…', known.cause),
  ];
}

const occasionField = (known: Record<string, string>): InputBlock => {
  const options = OCCASION_NAMES.map((name) => option([name, name]));
  const chosen = (known.occasion ?? '').split(',');
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  return {
    type: 'input',
    block_id: 'occasion',
    optional: true,
    label: plain('Occasions'),
    element: {
      type: 'multi_static_select',
      action_id: 'occasion',
      placeholder: plain('All'),
      options,
      ...(initial.length === 0 ? {} : { initial_options: initial }),
    },
  };
};

function routeFields(known: Record<string, string>): KnownBlock[] {
  const ways = [
    ['places', 'the channels and people below'],
    ['submitter', 'whoever submitted the job, by direct message'],
    ['nowhere', 'nowhere'],
  ] as const;
  return [
    occasionField(known),
    ...conditionFields(known),
    select('way', 'Send to', ways.map(option), 'places'),
    {
      type: 'input',
      block_id: 'places',
      optional: true,
      label: plain('Channels'),
      element: {
        type: 'multi_conversations_select',
        action_id: 'places',
        max_selected_items: 5,
        default_to_current_conversation: true,
        filter: { include: ['public', 'private'], exclude_bot_users: true },
        placeholder: plain('Choose'),
      },
    },
    {
      type: 'input',
      block_id: 'people',
      optional: true,
      label: plain('People, by direct message'),
      element: { type: 'multi_users_select', action_id: 'people', max_selected_items: 5, placeholder: plain('Choose') },
    },
    select(
      'also',
      'Where other rules fit too',
      [
        ['instead', 'the more specific rule decides'],
        ['also', 'send these beside what other rules say'],
      ].map(([value = '', label = '']) => option([value, label])),
      'instead',
    ),
  ];
}

/** A card that took in many groups has no definition or queue of its own. */
function scopesOf(scope: string | undefined): readonly (readonly [string, string])[] {
  if (scope === 'cause-here') return [...WIDE_SCOPES, ...SCOPES.filter(([name]) => name === 'cause')];
  return scope === 'failures-here' ? WIDE_SCOPES.filter(([name]) => name === scope) : SCOPES;
}

const muteFields = (known: Record<string, string>): KnownBlock[] => [
  ...(known.incident === undefined
    ? conditionFields(known)
    : [select('scope', 'Mute', scopesOf(known.scope).map(option), known.scope ?? 'incident')]),
  select('for', 'For how long', SPANS.map(option), known.for ?? '1h'),
  text('reason', 'Why', 'known bug, fix on its way', known.reason, true, MOST_REASON),
];

const filterText = (key: string, value: string | undefined): string[] => {
  const typed = value?.trim() ?? '';
  return typed === '' ? [] : [`${key}:${quoted(typed)}`];
};

const isMute = (command: string): boolean => /^alerts\s+mute\b/.test(command);

export const alertsForm: Form = {
  open: (command) =>
    isMute(command)
      ? {
          title: plain('Mute alerts'),
          submit: plain('Mute'),
          close: plain('Back'),
          blocks: muteFields(fieldsOf(command)),
        }
      : {
          title: plain('Route alerts'),
          submit: plain('Look at it'),
          close: plain('Back'),
          blocks: routeFields(fieldsOf(command)),
        },
  asks(command) {
    const { incident, scope = 'incident' } = fieldsOf(command);
    // Without a reason it mutes nothing.
    return isMute(command) && incident !== undefined ? `alerts mute incident:${incident} scope:${scope}` : undefined;
  },
  read(values, command) {
    const { incident } = fieldsOf(command);
    const conditions = CONDITIONS.flatMap((key) => filterText(key, values[key]));
    if (isMute(command)) {
      const what =
        incident === undefined ? conditions : [`incident:${incident}`, `scope:${values.scope ?? 'incident'}`];
      return ['alerts mute', ...what, `for:${values.for ?? '1h'}`, ...filterText('reason', values.reason)].join(' ');
    }
    const places = `${values.places ?? ''},${values.people ?? ''}`.split(',').filter((place) => place !== '');
    const to = values.way === 'nowhere' || values.way === 'submitter' ? [values.way] : places;
    return [
      'alerts route',
      ...filterText('occasion', values.occasion),
      ...conditions,
      ...(to.length === 0 ? [] : ['to', ...to]),
      ...(values.also === 'also' ? ['also'] : []),
    ].join(' ');
  },
};
