/** Rules and mutes as text: as somebody would type them again, and as a message shows them. */
import type { Conditions, Route, Target } from '../history/records/routes';
import { joinList, quoted } from '../jobs/words';
import { code, cut, escaped } from './kit';

const word = (value: string): string => (/^[\p{L}\p{N}_.@*:/=,+-]+$/u.test(value) ? value : quoted(value));
const filter = (key: string, values: readonly string[] | undefined): string[] =>
  values === undefined || values.length === 0 ? [] : [`${key}:${word(joinList(values))}`];

/** A cause as it is typed and shown: `outOfMemory` → `out-of-memory`. */
export const hyphened = (cause: string): string => cause.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `queue:spot-* tag:project=atlas`: read back as it is; empty for everything. What only an incident has is left out. */
export const conditionsText = (when: Conditions): string =>
  [
    ...filter('occasion', when.occasions),
    ...filter('queue', when.queues),
    ...filter('def', when.definitions),
    ...filter('name', when.names),
    ...(when.tags ?? []).map(({ key, value }) => `tag:${word(value === undefined ? key : `${key}=${value}`)}`),
    ...filter('user', when.users),
    ...filter('cause', when.causes?.map(hyphened)),
    ...filter('severity', when.severities),
  ].join(' ');

/** The same in a message. */
export const conditionsTold = (when: Conditions, about?: string, most = Number.POSITIVE_INFINITY): string => {
  if (about !== undefined) return escaped(about);
  const text = conditionsText(when);
  return text === '' ? 'everything' : code(cut(text, most));
};

/** As Slack would send it, so that the name travels with a press. */
const mention = (sign: '@' | '#', id: string, name = ''): string => `<${sign}${id}|${name.replace(/[<>|\s]/g, '')}>`;

export const targetText = (target: Target): string => {
  if (target.kind === 'submitter') return 'submitter';
  return target.name === undefined ? target.id : mention(target.kind === 'user' ? '@' : '#', target.id, target.name);
};

/** `#ops`, as Slack shows it. */
export const placeTold = (id: string): string => (/^[UW]/.test(id) ? `<@${id}>` : `<#${id}>`);

export const targetTold = (target: Target): string =>
  target.kind === 'submitter' ? 'whoever submitted the job' : placeTold(target.id);

export const targetsTold = (to: readonly Target[]): string =>
  to.length === 0 ? 'nowhere' : to.map(targetTold).join(' and ');

/** `def:align to <#C1|ops> also`, to be typed again. */
export const routeText = ({ when, to, also }: Pick<Route, 'when' | 'to' | 'also'>): string =>
  [
    conditionsText(when) || 'everything',
    'to',
    ...(to.length === 0 ? ['nowhere'] : to.map(targetText)),
    ...(also ? ['also'] : []),
  ].join(' ');

/** `` `def:align`  →  #ops ``, and whether it only adds; of its conditions so many characters at most. */
export const routeTold = ({ when, to, also }: Pick<Route, 'when' | 'to' | 'also'>, most?: number): string =>
  `${conditionsTold(when, undefined, most)}  →  ${targetsTold(to)}${also ? ', beside all others' : ''}`;
