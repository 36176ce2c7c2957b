/** A rule before it is saved, with the rules that it contradicts, and after. */
import type { Route } from '../history/records/routes';
import { conditionsTold, placeTold, routeText, routeTold, targetsTold } from './alertRule';
import { actions, button, code, context, type Message, prose, section } from './kit';
import { count } from './words';

type Rule = Pick<Route, 'when' | 'to' | 'also'>;

export interface Contradiction {
  rule: Route;
  /** Whether the new rule is the one that wins where both fit. */
  isBeaten: boolean;
}

export interface RoutePreviewProps {
  rule: Rule & { id: string };
  /** What the same conditions said until now. */
  before: Route | undefined;
  contradictions: readonly Contradiction[];
  notes: readonly string[];
}

/** So many are told one by one. */
const MOST_CONTRADICTIONS = 5;

const contradictionLine = ({ rule, isBeaten }: Contradiction, mine: string): string =>
  isBeaten
    ? `• ${code(rule.id)} ${routeTold(rule)}: *${mine}* is more specific and wins where both fit.`
    : `• ${code(rule.id)} ${routeTold(rule)}: that one is more specific and wins where both fit.`;

function contradictionLines(contradictions: readonly Contradiction[], mine: string): string[] {
  if (contradictions.length === 0) return [];
  const shown = contradictions.slice(0, MOST_CONTRADICTIONS).map((one) => contradictionLine(one, mine));
  const rest = contradictions.length - shown.length;
  return [
    `It contradicts ${count(contradictions.length, 'rule')}:`,
    ...shown,
    ...(rest > 0 ? [`• and ${count(rest, 'more rule')}`] : []),
  ];
}

/** A mute of everything by another name, and one without an end: it is asked twice as well. */
const SILENCE = {
  warning:
    ':warning: This silences everything without an end: only what another rule sends somewhere is told. A mute of everything ends by itself, and reminds you.',
  confirm: {
    title: 'Tell nobody of anything?',
    text: 'Whatever no other rule sends somewhere is told to nobody, until somebody removes this rule.',
    confirm: 'Silence everything',
    deny: 'Leave it on',
  },
} as const;
const silencesAll = ({ when, to }: Rule): boolean => to.length === 0 && Object.keys(when).length === 0;

export function routePreview({ rule, before, contradictions, notes }: RoutePreviewProps): Message {
  const text = routeText(rule);
  const lines = contradictionLines(contradictions, 'this one');
  return {
    text: `Save this rule? ${text}`,
    blocks: [
      section(`*Save this rule?*\n${routeTold(rule)}`),
      ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
      ...(before === undefined
        ? []
        : [context(`So far these go ${targetsTold(before.to)}${before.also ? ', beside all others' : ''}.`)]),
      ...(notes.length === 0 ? [] : [context(...notes.map(prose))]),
      ...(silencesAll(rule) ? [section(SILENCE.warning)] : []),
      actions(
        button({ label: 'Don’t save', command: 'alerts', replace: true }),
        button({
          label: 'What would have come?',
          command: `alerts dry-run ${text}`,
          says: 'Which alerts of the last 7 days would this have sent, and where to?',
        }),
        button({
          label: 'Save the rule',
          command: `alerts route ${text} sure:yes`,
          replace: true,
          ...(silencesAll(rule) ? { style: 'danger', confirm: SILENCE.confirm } : { style: 'primary' }),
        }),
      ),
    ],
  };
}

export function routeSaved(rule: Rule & { id: string }, before: Route | undefined): Message {
  const undo = before === undefined ? `alerts unroute ${rule.id}` : `alerts route ${routeText(before)} sure:yes`;
  return {
    text: `Rule ${rule.id} is saved: ${routeText(rule)}`,
    blocks: [
      section(`Rule ${code(rule.id)} is saved: ${routeTold(rule)}`),
      actions(
        button({ label: before === undefined ? 'Take it back' : 'As it was', command: undo, replace: true }),
        button({ label: 'Alerts here', command: 'alerts' }),
      ),
    ],
  };
}

export function routeRemoved(rule: Route): Message {
  return {
    text: `Rule ${rule.id} is removed: ${routeText(rule)}`,
    blocks: [
      section(`Rule ${code(rule.id)} is removed: ${routeTold(rule)}`),
      actions(
        button({ label: 'Put it back', command: `alerts route ${routeText(rule)} sure:yes`, replace: true }),
        button({ label: 'Alerts here', command: 'alerts' }),
      ),
    ],
  };
}

/** What a channel or person reads that alerts come to from now on. */
export const nowHere = (by: string, { id, when, also }: Rule & { id: string }): string =>
  `<@${by}> had alerts of ${conditionsTold(when)} sent here${also ? ' too' : ''} from now on (rule ${code(id)}).`;

/** What those read to whom they came until now. */
export const nowElsewhere = (by: string, { id, when, to }: Rule & { id: string }): string =>
  to.length === 0
    ? `<@${by}> had alerts of ${conditionsTold(when)} sent nowhere from now on; they came here before (rule ${code(id)}).`
    : `<@${by}> had alerts of ${conditionsTold(when)} sent to ${targetsTold(to)} from now on, in place of here (rule ${code(id)}).`;

/** What is read where a rule was removed. */
export const noLongerHere = (by: string, { id, when }: Rule & { id: string }): string =>
  `<@${by}> removed rule ${code(id)}, by which alerts of ${conditionsTold(when)} came here.`;

/** What the default channel reads when a rule that sent things away is gone. */
export const hereAgain = (by: string, { id, when, to }: Rule & { id: string }): string =>
  `<@${by}> removed rule ${code(id)}, by which alerts of ${conditionsTold(when)} went ${to.length === 0 ? 'nowhere' : `to ${to.map((target) => (target.kind === 'submitter' ? 'whoever submitted the job' : placeTold(target.id))).join(' and ')}`}.`;
