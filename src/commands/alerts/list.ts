/** `/batch alerts`: what is told in this channel and why; `alerts all` shows the rules of all. */
import { UserError } from '../../errors';
import { isOpen } from '../../history/records/incidents';
import type { Route, Target } from '../../history/records/routes';
import { occasions } from '../../notices';
import { moreSpecificFirst } from '../../notices/routing/moreSpecific';
import { lasts } from '../../notices/routing/muted';
import { contradicts, sameConditions, targetKey } from '../../notices/routing/overlap';
import { type AlertSettings, settingsOf } from '../../notices/routing/settings';
import { THRESHOLDS } from '../../notices/routing/thresholds';
import { alertsHere, type RuleRow, type SwitchedOff } from '../../views/alertsHere';
import { code } from '../../views/kit';
import { pageOf } from '../../views/pages';
import { thresholdTold } from '../../views/thresholds';
import { hereOf, targetNamed } from './targets';
import type { AlertsAsking, AlertsVerb } from './verb';

const ALL = new Set(['all', 'everywhere', 'rules']);

/** Whether this is what to list, where the verb's own name is left out: `alerts all`, `alerts #ops`. */
export const isListed = (word: string): boolean => ALL.has(word.toLowerCase()) || /^(?:<[#@]|[#@])/.test(word);

/** Undefined for all. */
function placeOf(asking: AlertsAsking): string | undefined {
  const [word = 'here', extra] = asking.words;
  if (extra !== undefined)
    throw new UserError(`I show one channel at a time, and don't understand "${extra}".`, 'alerts help');
  if (ALL.has(word.toLowerCase())) return undefined;
  const target = word === 'here' ? hereOf(asking) : targetNamed(word, asking);
  if (target === undefined || target === 'nowhere' || target.kind === 'submitter')
    throw new UserError(
      `I don't understand "${word}". It goes: alerts, alerts all, or alerts #channel.`,
      'alerts help',
    );
  return target.id;
}

/** What a person gets is their own business. */
const isSeen = (place: string | undefined, { person }: AlertsAsking): boolean =>
  place === undefined || !/^[UW]/.test(place) || place === person.id || person.role !== 'viewer';

function offIn(settings: AlertSettings, here: string | undefined): SwitchedOff[] {
  return occasions()
    .filter(({ name }) => !settings.isOn(name, here))
    .map(({ name }) => {
      const find = (to: string | undefined) => settings.switches.find((one) => one.occasion === name && one.to === to);
      const own = here === undefined ? undefined : find(here);
      if (own !== undefined) return { name, why: 'here', by: own.by.name };
      const all = find(undefined);
      return all === undefined ? { name, why: 'by default' } : { name, why: 'everywhere', by: all.by.name };
    });
}

const thresholdsOf = ({ thresholds }: AlertSettings): string[] =>
  thresholds.flatMap(({ name, queue, value }) => {
    const spec = THRESHOLDS.find((one) => one.name === name);
    if (spec === undefined) return [];
    return [`${code(name)} ${thresholdTold(value, spec.unit)}${queue === '*' ? '' : ` for ${code(queue)}`}`];
  });

/** The rules of a place in the order in which they win. */
function rulesOf(rules: readonly Route[], here: string | undefined): Route[] {
  const isPerson = here !== undefined && /^[UW]/.test(here);
  const isFor = (target: Target) => targetKey(target) === here || (isPerson && target.kind === 'submitter');
  return rules.filter(({ to }) => here === undefined || to.some(isFor)).sort(moreSpecificFirst);
}

/** With those that win over it. */
const rowOf =
  (rules: readonly Route[]) =>
  (rule: Route): RuleRow => ({
    rule,
    beatenBy: rules.filter((other) => moreSpecificFirst(other, rule) < 0 && contradicts(rule, other)),
  });

export const list: AlertsVerb = {
  name: 'list',
  also: ['here', 'status'],
  usage: '[all|#channel]',
  summary: 'Shows what is told here and why: rules, switches, mutes and open incidents.',
  example: '',
  async run(asking, room) {
    const { person, filters } = asking;
    const here = placeOf(asking);
    if (!isSeen(here, asking)) throw new UserError('What comes to other people only operators see.', 'alerts');
    const { routes, mutes, alertSettings, incidents } = room.history;
    const [rules, muted, set, open] = await Promise.all([
      routes.list('now'),
      mutes.list('now'),
      alertSettings.list('now'),
      incidents.listOpen(),
    ]);
    const settings = settingsOf(set, occasions());
    const catchAll = rules.find(({ also, when }) => !also && sameConditions(when, {}));
    const isDefault = here !== undefined && here === room.alertChannel;
    const shown = pageOf(rulesOf(rules, here), typeof filters.page === 'number' ? filters.page : 1);
    const lasting = muted.filter(
      (mute) => lasts(mute, room.now()) && (here === undefined || mute.to === undefined || mute.to === here),
    );
    return {
      message: alertsHere({
        here,
        isDefault,
        defaultChannel: room.alertChannel,
        catchAll,
        isSilent: catchAll !== undefined && rules.every(({ to }) => to.length === 0),
        hasUnknown: rules.some(({ to }) => to.some(({ kind }) => kind === 'submitter')),
        rules: { ...shown, items: shown.items.map(rowOf(rules)) },
        away: isDefault
          ? rules
              .filter(({ also, to }) => !also && !to.some((target) => targetKey(target) === here))
              .sort(moreSpecificFirst)
          : [],
        off: offIn(settings, here),
        thresholds: thresholdsOf(settings),
        mutes: await Promise.all(lasting.map(async (mute) => ({ mute, held: await mutes.held(mute.id) }))),
        incidents: open.filter((incident) => isOpen(incident) && (here === undefined || incident.to === here)),
        mayChange: person.role !== 'viewer',
        asked: `alerts list ${asking.words.join(' ')}`.trim(),
        now: room.now(),
        slash: room.slash,
      }),
    };
  },
};
