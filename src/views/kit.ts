/** Every Slack limit, the escaping of foreign text, and the few blocks that batchbot's messages are made of. */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  Overflow,
  PlainTextElement,
  RichTextBlock,
  SectionBlock,
  StaticSelect,
} from '@slack/types';

export interface Message {
  /** What notifications and screen readers get: a full sentence. */
  text: string;
  blocks: KnownBlock[];
}

/**
 * Slack's documented limits, in characters unless it says otherwise
 * (https://docs.slack.dev/reference/block-kit/blocks, and the comments of @slack/types 3.2).
 */
export const LIMITS = {
  blocksPerMessage: 50,
  blocksPerView: 100,
  /** `msg_blocks_too_long` was seen at about 13,200 characters over all blocks together (slackapi/bolt-js#2509). */
  allBlocks: 12_000,
  /** Slack cuts `text` at 40,000 and recommends 4,000. */
  fallbackText: 4_000,
  sectionText: 3_000,
  headerText: 150,
  contextElements: 10,
  actionsElements: 25,
  overflowOptions: 5,
  buttonText: 75,
  buttonValue: 2_000,
  /** Of a menu. */
  placeholder: 150,
  optionText: 75,
  /** @slack/types says 75, Slack's page of the option object 150: the smaller passes everywhere. */
  optionValue: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  viewTitle: 24,
  viewButton: 24,
  privateMetadata: 3_000,
  url: 3_000,
} as const;

/** Cuts to `limit` UTF-16 units without splitting a character, with an ellipsis in place of what is left out. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = Math.max(0, limit - 1);
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end--;
  return `${text.slice(0, end)}…`;
}

/** Cuts in the middle, for names whose beginning and end both tell them apart. */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 2);
  return `${[...text.slice(0, limit - 1 - tail)].join('')}…${text.slice(text.length - tail)}`;
}

/** Makes control and direction-changing characters harmless; keeps newlines and tabs only where asked. */
export function printable(text: string, keepLines = false): string {
  const lines = keepLines ? text.replace(/\r\n?/g, '\n') : text.replace(/[\r\n\t\u2028\u2029]+/g, ' ');
  return (
    lines
      // ANSI escape sequences: colours, cursor movements, titles of terminals.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '·')
      .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
      .toWellFormed()
  );
}

/**
 * Foreign text inside mrkdwn: pings nobody, links nowhere, formats nothing. `&`, `<` and `>` are the three characters that
 * Slack wants escaped (https://docs.slack.dev/messaging/formatting-message-text); it has no escape for the marks of its
 * formatting, so that those become characters that look alike: `*` and `~` anywhere, `_` at the edge of a word.
 */
export const escaped = (text: string): string =>
  inCode(text)
    .replace(/\*/g, '∗')
    .replace(/~/g, '∼')
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, 'ˍ');

/** The same between backticks, where Slack formats nothing: every mark stays as it is, to be copied. */
function inCode(text: string): string {
  return printable(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@(?=(?:here|channel|everyone)\b)/gi, '@\u200b')
    .replace(/`/g, 'ˋ');
}

/** Facts in a row. */
export const dotted = (facts: readonly string[]): string => facts.join('  ·  ');

export const code = (text: string): string => `\`${inCode(text)}\``;
/** A sentence in which what stands between backticks is code, and everything else foreign text. */
export const prose = (text: string): string =>
  text
    .split(/`([^`]+)`/)
    .map((part, n) => (n % 2 === 1 ? code(part) : escaped(part)))
    .join('');
export const bold = (text: string): string => `*${escaped(text)}*`;
/** A link whose label is foreign text. */
export const link = (url: string, label: string): string =>
  `<${url.replace(/[<>|]/g, encodeURIComponent)}|${escaped(label).replace(/\|/g, '¦')}>`;

const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text, emoji: true });

/** Text in which Slack's formatting works; `verbatim`, or Slack would turn `@here` and channel names of foreign text into mentions. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text, verbatim: true });

export const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: plain(cut(printable(text), LIMITS.headerText)),
});

export const section = (text: string, accessory?: Button | Overflow): SectionBlock => ({
  type: 'section',
  text: mrkdwn(cut(text, LIMITS.sectionText)),
  ...(accessory === undefined ? {} : { accessory }),
});

export const context = (...texts: string[]): ContextBlock => ({
  type: 'context',
  elements: texts.slice(0, LIMITS.contextElements).map((text) => mrkdwn(cut(text, LIMITS.sectionText))),
});

/** Lines in a fixed-width box; rich text is never parsed, so nothing in it can ping or format. */
export const preformatted = (text: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? ' ' : text }] }],
});

export interface ButtonSpec {
  label: string;
  /** The command that a press stands for, as somebody would type it after `/batch`. */
  command: string;
  /** Edit the message that holds the button in place of answering beside it. */
  replace?: boolean;
  /** Open the form of this command's verb, filled with the command, in place of running it. */
  form?: boolean;
  style?: 'primary' | 'danger';
  confirm?: { title: string; text: string; confirm: string; deny: string };
  /** Read out in place of a label that does not say enough. */
  says?: string;
}

/**
 * What a press does, as the first part of the control's `action_id`: answer beside the message, edit the message, open a
 * form, or nothing (a link).
 */
export const ACTION = { answer: 'answer', replace: 'replace', form: 'form', link: 'link' } as const;

function confirmDialog(spec: NonNullable<ButtonSpec['confirm']>, style: 'primary' | 'danger'): ConfirmationDialog {
  return {
    title: plain(cut(spec.title, LIMITS.confirmTitle)),
    text: plain(cut(spec.text, LIMITS.confirmText)),
    confirm: plain(cut(spec.confirm, LIMITS.confirmButton)),
    deny: plain(cut(spec.deny, LIMITS.confirmButton)),
    style,
  };
}

export function button(spec: ButtonSpec): Button {
  return {
    type: 'button',
    action_id: spec.form ? ACTION.form : spec.replace ? ACTION.replace : ACTION.answer,
    text: plain(cut(spec.label, LIMITS.buttonText)),
    value: spec.command,
    ...(spec.style === undefined ? {} : { style: spec.style }),
    ...(spec.confirm === undefined ? {} : { confirm: confirmDialog(spec.confirm, spec.style ?? 'primary') }),
    ...(spec.says === undefined ? {} : { accessibility_label: cut(spec.says, LIMITS.buttonText) }),
  };
}

export const linkButton = (label: string, url: string): Button => ({
  type: 'button',
  action_id: ACTION.link,
  text: plain(cut(label, LIMITS.buttonText)),
  url: cut(url, LIMITS.url),
});

/**
 * A row of controls; their ids are numbered, since Slack wants them unique inside a block. A button whose command is too
 * long for Slack is left out: what it offers can still be typed.
 */
export const actions = (...elements: (Button | Overflow | StaticSelect)[]): ActionsBlock => ({
  type: 'actions',
  elements: elements
    .filter((element) => element.type !== 'button' || (element.value?.length ?? 0) <= LIMITS.buttonValue)
    .slice(0, LIMITS.actionsElements)
    .map((element, index) => ({ ...element, action_id: `${element.action_id}:${index}` })),
});

/** The (⋯) menu of a row: each choice is a command, or a link when it has a `url`. Slack takes 5 at most. */
export function overflow(choices: { label: string; command: string; url?: string }[]): Overflow {
  return {
    type: 'overflow',
    action_id: ACTION.answer,
    options: choices.slice(0, LIMITS.overflowOptions).map(({ label, command, url }) => {
      if (command.length > LIMITS.optionValue) throw new RangeError(`"${command}" is too long for a menu`);
      const text = plain(cut(label, LIMITS.optionText));
      return url === undefined ? { text, value: command } : { text, value: command, url: cut(url, LIMITS.url) };
    }),
  };
}

/** A menu that tells what it is for; with `form`, a choice opens the form of its verb, filled with the command. */
export const menu = (
  label: string,
  choices: readonly { label: string; command: string }[],
  { form = false } = {},
): StaticSelect => ({
  type: 'static_select',
  action_id: form ? ACTION.form : ACTION.answer,
  placeholder: plain(cut(label, LIMITS.placeholder)),
  options: choices.map((choice) => {
    if (choice.command.length > LIMITS.optionValue) throw new RangeError(`"${choice.command}" is too long for a menu`);
    return { text: plain(cut(choice.label, LIMITS.optionText)), value: choice.command };
  }),
});
